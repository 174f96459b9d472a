/** The passes over TIR functions, named as the reference names them. */

export { bf16Legalize } from "./bf16-legalize";
export { coProcSync, type CoProcOps } from "./co-proc-sync";
export { commonSubexprElimTIR } from "./common-subexpr-elim-tir";
export { convertSSA } from "./convert-ssa";
export { flattenBuffer } from "./flatten-buffer";
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
export { injectCopyIntrin, type Copy } from "./inject-copy-intrin";
export { injectDoubleBuffer } from "./inject-double-buffer";
export { injectPrefetch } from "./inject-prefetch";
export { injectRollingBuffer } from "./inject-rolling-buffer";
export { injectVirtualThread } from "./inject-virtual-thread";
export { liftAttrScope } from "./lift-attr-scope";
export { loopPartition } from "./loop-partition";
export { lowerDeviceStorageAccessInfo } from "./lower-device-storage-access-info";
export { lowerOpaqueBlock } from "./lower-opaque-block";
export { lowerVtcmAlloc } from "./lower-vtcm-alloc";
export { narrowDataType } from "./narrow-data-type";
export { removeNoOp } from "./remove-no-op";
export { renormalizeSplitPattern } from "./renormalize-split-pattern";
export { rewriteUnsafeSelect } from "./rewrite-unsafe-select";
export { simplify } from "./simplify";
export { storageFlatten } from "./storage-flatten";
export { storageRewrite } from "./storage-rewrite";
export { textureFlatten } from "./texture-flatten";
export { unifyThreadBinding } from "./unify-thread-binding";
export { unrollLoop } from "./unroll-loop";
export { vectorizeLoop } from "./vectorize-loop";
