/** The queries that a rule can make about the expressions it matched. */

import type { PrimExpr } from "../../ir";
import type { ConstIntBound } from "../const-int-bound";
import type { ModularSet } from "../modular-set";

/** How an expression compares to a constant; "?" if unknown. */
export type Order = "==" | "!=" | "<" | "<=" | ">" | ">=" | "?";

export interface RuleContext {
  /** Whether rules on floats may change the computed values. */
  readonly fastMath: boolean;
  /** Whether no sum, difference or product in the expression overflows its type. */
  isExact(expr: PrimExpr): boolean;
  /** Compares the simplified expression. */
  compare(expr: PrimExpr, value: number): Order;
  canProveGreaterEqual(expr: PrimExpr, bound: number): boolean;
  canProveLess(expr: PrimExpr, bound: number): boolean;
  bound(expr: PrimExpr): ConstIntBound;
  modular(expr: PrimExpr): ModularSet;
}
