/** Calls of the runtime that make micro-op loops. */

import { tir } from "tvm-ts";

/**
 * Begins a loop that repeats the micro-ops up to the matching `loopEnd` `extent` times; indices advance by
 * the steps.
 */
export function loopBegin(
  extent: tir.PrimExpr,
  dst: tir.PrimExpr,
  src: tir.PrimExpr,
  wgt: tir.PrimExpr,
): tir.Stmt {
  return new tir.Evaluate(tir.callExtern("int32", "VTAUopLoopBegin", extent, dst, src, wgt));
}

export function loopEnd(): tir.Stmt {
  return new tir.Evaluate(tir.callExtern("int32", "VTAUopLoopEnd"));
}
