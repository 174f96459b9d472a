export { getEnv, setDefaultConfig, setEnv, withEnvironment } from "./current";
export { Environment } from "./environment";
export * from "./intrin";
export {
  acceleratorFeatures,
  acceleratorTarget,
  acceleratorTargetKind,
  buildConfig,
  type BuildConfigOptions,
} from "./accelerator-target";
export * as transforms from "./transforms";
