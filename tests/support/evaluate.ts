/** The value of an integer expression, in integers of any size. */

import { tir } from "tvm-ts";

/** Raised where a value is not defined: division by 0, or a variable without a value. */
export class Undefined extends Error {}

/** The value when the variables have `values`; true is 1 and false 0. */
export function evaluate(expr: tir.PrimExpr, values: ReadonlyMap<tir.Var, number>): bigint {
  const of = (e: tir.PrimExpr): bigint => evaluate(e, values);
  switch (expr.kind) {
    case "IntImm":
      return BigInt(expr.value);
    case "Var": {
      const value = values.get(expr);
      if (value === undefined) throw new Undefined(expr.name);
      return BigInt(value);
    }
    case "Not":
      return of(expr.a) === 0n ? 1n : 0n;
    case "Select":
      return of(expr.condition) !== 0n ? of(expr.trueValue) : of(expr.falseValue);
    case "Cast":
      return of(expr.value);
    case "Call": {
      const [a, b, c] = expr.args as [tir.PrimExpr, tir.PrimExpr, tir.PrimExpr];
      if (expr.op === tir.builtin.ifThenElse) return of(a) !== 0n ? of(b) : of(c);
      if (expr.op === tir.builtin.shiftLeft) return of(a) << of(b);
      if (expr.op === tir.builtin.shiftRight) return of(a) >> of(b);
      if (expr.op === tir.builtin.bitwiseAnd) return of(a) & of(b);
      if (expr.op === tir.builtin.likely) return of(a);
      throw new Undefined(expr.op.name);
    }
    default:
      if ("b" in expr) return operate(expr.kind, of(expr.a), of(expr.b));
      throw new Undefined(expr.kind);
  }
}

function operate(kind: string, a: bigint, b: bigint): bigint {
  const truth = (holds: boolean): bigint => (holds ? 1n : 0n);
  switch (kind) {
    case "Add":
      return a + b;
    case "Sub":
      return a - b;
    case "Mul":
      return a * b;
    case "Div":
      if (b === 0n) throw new Undefined("division by 0");
      return a / b;
    case "Mod":
      if (b === 0n) throw new Undefined("division by 0");
      return a % b;
    case "FloorDiv":
      return (a - floorMod(a, b)) / b;
    case "FloorMod":
      return floorMod(a, b);
    case "Min":
      return a < b ? a : b;
    case "Max":
      return a > b ? a : b;
    case "EQ":
      return truth(a === b);
    case "NE":
      return truth(a !== b);
    case "LT":
      return truth(a < b);
    case "LE":
      return truth(a <= b);
    case "GT":
      return truth(a > b);
    case "GE":
      return truth(a >= b);
    case "And":
      return truth(a !== 0n && b !== 0n);
    case "Or":
      return truth(a !== 0n || b !== 0n);
    default:
      throw new Undefined(kind);
  }
}

function floorMod(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Undefined("division by 0");
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}
