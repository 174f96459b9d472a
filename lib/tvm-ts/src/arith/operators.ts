/** Binary operators by kind, to build a node of a variable kind. */

import {
  Add,
  And,
  Div,
  EQ,
  FloorDiv,
  FloorMod,
  GE,
  GT,
  LE,
  LT,
  Max,
  Min,
  Mod,
  Mul,
  NE,
  Or,
  Sub,
  constFold,
  type PrimExpr,
} from "../ir";

/** The classes of nodes. */
export const OPERATORS = {
  Add,
  Sub,
  Mul,
  Div,
  Mod,
  FloorDiv,
  FloorMod,
  Min,
  Max,
  EQ,
  NE,
  LT,
  LE,
  GT,
  GE,
  And,
  Or,
};

export type OperatorKind = keyof typeof OPERATORS;
export type OperatorExpr = InstanceType<(typeof OPERATORS)[OperatorKind]>;

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
  return fold(kind, a, b) ?? new OPERATORS[kind](a, b);
}
