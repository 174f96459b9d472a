export { getEnv, setDefaultConfig, setEnv, withEnvironment } from "./current";
export { Environment } from "./environment";
export * from "./intrin";
export { acceleratorTarget } from "./target";
export { acceleratorContext, buildConfig, memoryInfo, type BuildConfigOptions } from "./transforms";
export * as transforms from "./transforms";
