/**
 * The kernels of the functional simulator, in AssemblyScript.
 *
 * They work in the device's memory, which they import; the caller has checked that every
 * index is in range. `npm run assembly` compiles them into src/sim/functional/kernels.generated.ts.
 */

export { alu } from "./alu";
export { canSum, gemmRows, gemmSums } from "./gemm";
export {
  accumulatorElementBytes,
  inputElementBytes,
  setMemories,
  setShape,
  weightElementBytes,
  widenedElementBytes,
} from "./shape";
export { load2d, settleWeights, store2d } from "./transfer";
