/** What a compute operation reduces, and how partial results are combined. */

import { substitute, type CommReducer, type PrimExpr, type Reduce, type Var } from "../../ir";
import type { ComputeOp } from "../operation";

/** The reduction that the bodies of an operation are the components of. */
export function reductionOf(op: ComputeOp): Reduce {
  return op.body[0] as Reduce;
}

/** The combination of two sets of partial results; it may mention axes, which `rewrite` replaces. */
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
