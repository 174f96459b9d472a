/** Operators for the analyses: by kind, and for sums that are built term by term. */

import { add, constFold, newOperator, type OperatorKind, type PrimExpr } from "../ir";

const DIVISIONS: ReadonlySet<OperatorKind> = new Set(["Div", "Mod", "FloorDiv", "FloorMod"]);

/**
 * The folded operator, or undefined. A division by the constant 0 is not folded: it may be in a branch
 * that is never taken.
 */
export function fold(kind: OperatorKind, a: PrimExpr, b: PrimExpr): PrimExpr | undefined {
  const isZero = (b.kind === "IntImm" || b.kind === "FloatImm") && b.value === 0;
  if (isZero && DIVISIONS.has(kind)) return undefined;
  return constFold[kind](a, b);
}

/** The operator over operands of one type, folded. */
export function operate(kind: OperatorKind, a: PrimExpr, b: PrimExpr): PrimExpr {
  return fold(kind, a, b) ?? newOperator(kind, a, b);
}

/** Adds a term to a sum; undefined is a sum without terms. */
export function plus(sum: PrimExpr | undefined, term: PrimExpr): PrimExpr {
  return sum === undefined ? term : add(sum, term);
}
