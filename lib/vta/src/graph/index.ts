/** Whole networks on the accelerator. */

export {
  BuiltNetwork,
  type FunctionResult,
  type NetworkBuildOptions,
  type NetworkFunction,
} from "./built-network";
export type { KnobConfiguration } from "./configure";
export { computeShares, NetworkAccuracy, NetworkCosts, type LayerCost } from "./costs";
export { acceleratorFunction, type AcceleratorFunction } from "./fused-te";
export {
  fromOnnx,
  inputValues,
  loadNetwork,
  Network,
  RunnableNetwork,
  saveNetwork,
  SentNetwork,
} from "./network";
export type {
  NetworkInput,
  NetworkInputs,
  NetworkOptions,
  NetworkQuantizeOptions,
} from "./network";
export { graphPack } from "./pack";
export type { PackOptions } from "./region";
export { asNumpy } from "./session-network";
