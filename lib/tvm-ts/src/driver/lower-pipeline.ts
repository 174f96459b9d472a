/** The passes of `lower`, in the reference's order (`driver_api.cc` of TVM 0.10). */

import { Pipeline, type PassContext } from "../pass";
import {
  bf16Legalize,
  commonSubexprElimTIR,
  compactBufferAllocation,
  convertBlocksToOpaque,
  flattenBuffer,
  hoistIfThenElse,
  injectDoubleBuffer,
  injectPrefetch,
  injectSoftwarePipeline,
  injectVirtualThread,
  loopPartition,
  lowerCrossThreadReduction,
  lowerInitBlock,
  lowerMatchBuffer,
  lowerOpaqueBlock,
  lowerVtcmAlloc,
  manifestSharedMemoryLocalStage,
  narrowDataType,
  planAndUpdateBufferAllocationLocation,
  removeNoOp,
  renormalizeSplitPattern,
  rewriteUnsafeSelect,
  simplify,
  storageFlatten,
  storageRewrite,
  textureFlatten,
  unifyThreadBinding,
  unrollLoop,
  vectorizeLoop,
} from "../transforms";

/** Bytes of a cache line, for prefetches. */
const CACHE_LINE = 64;
/** Bits that indices are computed in where that is enough. */
const INDEX_BITS = 32;

/**
 * The pipeline for a context, with the passes it adds (`tir.add_lower_pass`). Each phase's end is a
 * point at which more can be added.
 * @param simpleMode Leaves loops whole, which makes the result easier to read.
 */
export function lowerPipeline(context: PassContext, simpleMode = false): Pipeline {
  const standard = new Pipeline([
    { name: "phase0", passes: [] },
    {
      name: "phase1",
      passes: [
        injectPrefetch,
        textureFlatten,
        storageFlatten(CACHE_LINE),
        lowerCrossThreadReduction,
        lowerInitBlock,
        planAndUpdateBufferAllocationLocation,
        convertBlocksToOpaque,
        unifyThreadBinding,
        manifestSharedMemoryLocalStage,
        compactBufferAllocation,
        lowerMatchBuffer,
        injectSoftwarePipeline,
        lowerOpaqueBlock,
        flattenBuffer,
        bf16Legalize,
        narrowDataType(INDEX_BITS),
        simplify,
      ],
    },
    {
      name: "phase2",
      passes: [
        ...(simpleMode ? [] : [loopPartition]),
        vectorizeLoop,
        injectVirtualThread,
        injectDoubleBuffer,
        ...(context.option("tir.disable_storage_rewrite") ? [] : [storageRewrite]),
        lowerVtcmAlloc,
        unrollLoop,
      ],
    },
    {
      name: "phase3",
      passes: [renormalizeSplitPattern, simplify, removeNoOp, rewriteUnsafeSelect, hoistIfThenElse],
    },
    { name: "end", passes: [commonSubexprElimTIR] },
  ]);
  return context
    .option("tir.add_lower_pass")
    .reduce(
      (pipeline, [phase, pass]) => pipeline.appendTo(`phase${Math.min(phase, 3)}`, pass),
      standard,
    );
}
