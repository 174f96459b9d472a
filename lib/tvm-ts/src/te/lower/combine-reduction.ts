/** The reduction of a compute operation, and the combination of its partial results. */

import { substitute, type CommReducer, type PrimExpr, type Reduce, type Var } from "../../ir";
import type { ComputeOp } from "../operation";

/** The reduction whose components are the bodies of an operation. */
export function reductionOf(op: ComputeOp): Reduce {
  return op.body[0] as Reduce;
}

/**
 * The combination of two sets of partial results; it may contain axes, which `rewrite` replaces.
 */
export function combined(
  combiner: CommReducer,
  left: readonly PrimExpr[],
  right: readonly PrimExpr[],
  rewrite: (expr: PrimExpr) => PrimExpr,
): PrimExpr[] {
  const values = new Map<Var, PrimExpr>();
  combiner.lhs.forEach((variable, i) => values.set(variable, left[i]!));
  combiner.rhs.forEach((variable, i) => values.set(variable, right[i]!));
  return combiner.result.map((result) => substitute(rewrite(result), values));
}
