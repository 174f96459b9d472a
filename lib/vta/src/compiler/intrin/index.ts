export { gemm, gemmBuffers, gemmReset, gemmStep, type GemmBuffers, type GemmUnit } from "./gemm";
export {
  asKernel,
  commandHandle,
  onStage,
  PUSH_ALU,
  PUSH_GEMM,
  QID,
  UOP_MODE,
  uopPush,
  vtaAxis,
  vtaOps,
} from "./vta-ops";
