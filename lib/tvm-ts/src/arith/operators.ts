/** Binary operators, for those who build a node of a kind they were given. */

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

/** The operator over operands of one type, folded. */
export function operate(kind: OperatorKind, a: PrimExpr, b: PrimExpr): PrimExpr {
  return constFold[kind](a, b) ?? new OPERATORS[kind](a, b);
}
