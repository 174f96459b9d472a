/** Properties of index expressions that hold for all values of their variables. */

import { builtin, constIntValue, isInteger, type PrimExpr } from "../../ir";
import type { FunctionContext } from "./function-context";

const PURE_INTEGER_CALLS: ReadonlySet<unknown> = new Set([
  builtin.bitwiseAnd,
  builtin.bitwiseOr,
  builtin.bitwiseXor,
  builtin.bitwiseNot,
  builtin.shiftLeft,
  builtin.shiftRight,
  builtin.likely,
]);

/**
 * Whether an expression may be computed earlier or more often: it reads no memory, has no effects
 * and cannot trap.
 */
export function isHoistable(expr: PrimExpr): boolean {
  switch (expr.kind) {
    case "Var":
    case "IntImm":
      return true;
    case "Cast":
      return isInteger(expr.dtype) && isHoistable(expr.value);
    case "Not":
      return isHoistable(expr.a);
    case "Select":
      return (
        isHoistable(expr.condition) && isHoistable(expr.trueValue) && isHoistable(expr.falseValue)
      );
    case "Div":
    case "Mod":
    case "FloorDiv":
    case "FloorMod": {
      const divisor = constIntValue(expr.b);
      return divisor !== undefined && divisor > 0 && isHoistable(expr.a);
    }
    case "Add":
    case "Sub":
    case "Mul":
    case "Min":
    case "Max":
    case "EQ":
    case "NE":
    case "LT":
    case "LE":
    case "GT":
    case "GE":
    case "And":
    case "Or":
      return isInteger(expr.a.dtype) && isHoistable(expr.a) && isHoistable(expr.b);
    case "Call":
      return PURE_INTEGER_CALLS.has(expr.op) && expr.args.every(isHoistable);
    default:
      return false;
  }
}

/** Whether an integer expression is proven to be 0 or more. */
export function isNonNegative(expr: PrimExpr, fn: FunctionContext): boolean {
  const both = (a: PrimExpr, b: PrimExpr): boolean => isNonNegative(a, fn) && isNonNegative(b, fn);
  switch (expr.kind) {
    case "IntImm":
      return expr.value >= 0;
    case "Var": {
      if (expr.isSize) return true;
      const value = fn.lets.get(expr);
      if (value !== undefined) return isNonNegative(value, fn);
      const binding = fn.isBound(expr) ? fn.binding(expr) : undefined;
      const loop = binding?.kind === "local" ? binding.scope.loop : undefined;
      return loop?.variable === expr && isNonNegative(loop.min, fn);
    }
    case "Cast":
      return isNonNegative(expr.value, fn);
    case "Add":
    case "Mul":
    case "Min":
      return both(expr.a, expr.b);
    case "Max":
      return isNonNegative(expr.a, fn) || isNonNegative(expr.b, fn);
    case "Div":
    case "FloorDiv":
    case "Mod":
      return both(expr.a, expr.b);
    case "FloorMod":
      return isNonNegative(expr.b, fn);
    default:
      return false;
  }
}
