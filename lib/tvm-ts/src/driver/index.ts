export {
  createApi,
  type Api,
  type BuildFunction,
  type BuildOptions,
  type NdFunctions,
} from "./api";
export { type Lowerable, type LowerOptions } from "./lower";
export { lowerPipeline } from "./lower-pipeline";
export { type ConnectOptions, type RpcFunctions } from "./rpc-api";
