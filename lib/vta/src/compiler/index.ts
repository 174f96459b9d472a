export { getEnv, setDefaultConfig, setEnv, withEnvironment } from "./current";
export { Environment } from "./environment";
export * from "./intrin";
export {
  checkMicroOps,
  MICRO_OPS_APART,
  microOpProblem,
  type MicroOpProblem,
} from "./micro-op-check";
export {
  acceleratorFeatures,
  acceleratorTarget,
  acceleratorTargetKind,
  buildConfig,
  type BuildConfigOptions,
} from "./accelerator-target";
export * as transforms from "./transforms";
