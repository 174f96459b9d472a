/**
 * Operators on whole tensors, written in tensor expressions; bodies and names are those of the
 * reference.
 */

export * from "./broadcast";
export * from "./math";
export * as nn from "./nn";
export * from "./reduction";
export { isBroadcast, isInjective, tag } from "./tags";
export {
  concatenate,
  expandDims,
  ravelIndex,
  reshape,
  squeeze,
  transpose,
  unravelIndex,
} from "./transform";
export { matmul } from "./matmul";
