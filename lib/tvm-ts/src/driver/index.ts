export { createApi, type Api, type BuildOptions, type NdFunctions } from "./api";
export { buildModule, lowerOperators } from "./build";
export { Target, target, type Lowering, type TargetOptions } from "./target";
