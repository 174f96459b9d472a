/** The passes of `lower`, in the reference's order (`driver_api.cc` of TVM 0.10). */

import { Pipeline, withPasses, type LoweringTarget, type PassContext } from "../pass";
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
/** The width of indices whose values fit. */
const INDEX_BITS = 32;

/** The phases at whose ends passes can be added, as `tir.add_lower_pass` numbers them. */
const PHASES = ["schedule", "flatten", "loops", "simplify"] as const;

/**
 * The pipeline for a context, with the passes that the target and then the context
 * (`tir.add_lower_pass`) add. Passes can be added at each phase and each pass.
 * @param simpleMode Does not partition loops, so that the result is easier to read.
 */
export function lowerPipeline(
  context: PassContext,
  simpleMode = false,
  target: Pick<LoweringTarget, "passes"> = context.target ?? { passes: [] },
): Pipeline {
  const standard = new Pipeline([
    { name: "schedule", passes: [] },
    {
      name: "flatten",
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
      name: "loops",
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
      name: "simplify",
      passes: [renormalizeSplitPattern, simplify, removeNoOp, rewriteUnsafeSelect, hoistIfThenElse],
    },
    { name: "end", passes: [commonSubexprElimTIR] },
  ]);
  const added = context
    .option("tir.add_lower_pass")
    .map(([phase, pass]) => ({ pass, after: PHASES[Math.min(phase, 3)]! }));
  return withPasses(standard, [...target.passes, ...added]);
}
