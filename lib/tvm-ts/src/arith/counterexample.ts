/**
 * Looks for a counterexample: values of the variables for which a condition is false. To find one is
 * cheaper than a proof that fails.
 */

import {
  builtin,
  exprHash,
  isBinary,
  isComparisonKind,
  isIndexType,
  type OperatorExpr,
  type PrimExpr,
  type Var,
} from "../ir";
import type { ConstIntBound } from "./const-int-bound";
import { fits, integerComparisons, integerOperators } from "./int-math";

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
    const x = this.evaluate(a);
    const y = this.evaluate(b);
    if (kind === "And") return x === 0 || y === 0 ? 0 : x * y;
    if (kind === "Or") return x === 1 || y === 1 ? 1 : x + y;
    if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
    if (isComparisonKind(kind)) return Number(integerComparisons[kind](x, y));
    const value = integerOperators[kind](x, y);
    return dtype === "bool" || fits(value, dtype) ? value : NaN;
  }
}
