/**
 * Looks for a counterexample: values of the variables for which a condition is false. To find one is
 * cheaper than a proof that fails.
 */

import {
  builtin,
  exprHash,
  isBinary,
  isIndexType,
  type OperatorExpr,
  type PrimExpr,
  type Var,
} from "../ir";
import type { ConstIntBound } from "./const-int-bound";
import { fits, floorDivide, floorRemainder, truncDivide, truncRemainder } from "./int-math";

/** What is known about variables, each for itself. */
export interface VariableFacts {
  constIntBound(variable: Var): ConstIntBound;
  /** The expression to which the variable is bound, if any. */
  boundValue(variable: Var): PrimExpr | undefined;
}

/** Chooses a value between two ends. */
type Choice = (variable: Var, low: number, high: number) => number;

const CHOICES: readonly Choice[] = [
  (_, low) => low,
  (_, _low, high) => high,
  (variable, low, high) => low + (exprHash(variable) % (high - low + 1)),
];

/** Whether the condition is false for some values of its variables. */
export function hasCounterexample(condition: PrimExpr, facts: VariableFacts): boolean {
  return CHOICES.some((choose) => new Evaluation(facts, choose).evaluate(condition) === 0);
}

/** Values near 0 are enough where a variable may be any number; large ones overflow in products. */
const WIDE = 1 << 16;
const SPREAD = 1000;

/** Larger conditions are not evaluated; an expression may use a part of itself many times. */
const MAX_NODES = 200;

class Evaluation {
  private nodes = 0;

  constructor(
    private readonly facts: VariableFacts,
    private readonly choose: Choice,
  ) {}

  /** The value of an integer or boolean expression; NaN if it is unknown or does not fit its type. */
  evaluate(expr: PrimExpr): number {
    if (++this.nodes > MAX_NODES) return NaN;
    if (isBinary(expr)) return this.ofOperator(expr);
    switch (expr.kind) {
      case "IntImm":
        return expr.value;
      case "Var":
        return this.ofVar(expr);
      case "Not":
        return expr.dtype === "bool" ? 1 - this.evaluate(expr.a) : NaN;
      case "Cast": {
        const value = this.evaluate(expr.value);
        return isIndexType(expr.dtype) && fits(value, expr.dtype) ? value : NaN;
      }
      case "Call":
        return expr.op === builtin.likely ? this.evaluate(expr.args[0]!) : NaN;
      default:
        return NaN;
    }
  }

  private ofVar(variable: Var): number {
    const value = this.facts.boundValue(variable);
    if (value !== undefined) return this.evaluate(value);
    if (!isIndexType(variable.dtype)) return NaN;
    const { min, max } = this.facts.constIntBound(variable);
    const low = min < -WIDE ? Math.min(max, 0) : min;
    const high = max > WIDE ? Math.max(low, SPREAD) : max;
    return low <= high && Math.abs(low) <= WIDE ? this.choose(variable, low, high) : NaN;
  }

  private ofOperator({ kind, a, b, dtype }: OperatorExpr): number {
    if (!isIndexType(a.dtype) && a.dtype !== "bool") return NaN;
    const value = operate(kind, this.evaluate(a), this.evaluate(b));
    return dtype === "bool" || fits(value, dtype) ? value : NaN;
  }
}

function operate(kind: OperatorExpr["kind"], a: number, b: number): number {
  switch (kind) {
    case "And":
      return a === 0 || b === 0 ? 0 : a * b;
    case "Or":
      return a === 1 || b === 1 ? 1 : a + b;
  }
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  switch (kind) {
    case "Add":
      return a + b;
    case "Sub":
      return a - b;
    case "Mul":
      return a * b;
    case "Div":
      return b === 0 ? NaN : truncDivide(a, b);
    case "Mod":
      return b === 0 ? NaN : truncRemainder(a, b);
    case "FloorDiv":
      return b === 0 ? NaN : floorDivide(a, b);
    case "FloorMod":
      return b === 0 ? NaN : floorRemainder(a, b);
    case "Min":
      return Math.min(a, b);
    case "Max":
      return Math.max(a, b);
    case "EQ":
      return Number(a === b);
    case "NE":
      return Number(a !== b);
    case "LT":
      return Number(a < b);
    case "LE":
      return Number(a <= b);
    case "GT":
      return Number(a > b);
    case "GE":
      return Number(a >= b);
  }
}
