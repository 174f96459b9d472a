/** The passes over TIR functions, named as the reference names them. */

export { commonSubexprElimTIR } from "./common-subexpr-elim-tir";
export { convertSSA } from "./convert-ssa";
export { hoistIfThenElse } from "./hoist-if-then-else";
export {
  compactBufferAllocation,
  convertBlocksToOpaque,
  injectSoftwarePipeline,
  lowerCrossThreadReduction,
  lowerInitBlock,
  lowerMatchBuffer,
  manifestSharedMemoryLocalStage,
  planAndUpdateBufferAllocationLocation,
} from "./inert";
export { injectDoubleBuffer } from "./inject-double-buffer";
export { injectPrefetch } from "./inject-prefetch";
export { injectVirtualThread } from "./inject-virtual-thread";
export { lowerVtcmAlloc } from "./lower-vtcm-alloc";
export { removeNoOp } from "./remove-no-op";
export { renormalizeSplitPattern } from "./renormalize-split-pattern";
export { rewriteUnsafeSelect } from "./rewrite-unsafe-select";
export { simplify } from "./simplify";
export { storageFlatten } from "./storage-flatten";
export { storageRewrite } from "./storage-rewrite";
export { textureFlatten } from "./texture-flatten";
export { unrollLoop } from "./unroll-loop";
export { vectorizeLoop } from "./vectorize-loop";
