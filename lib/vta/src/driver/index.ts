export { extDev } from "./devices";
export { build, lower, type AcceleratorBuildOptions, type AcceleratorOptions } from "./lower";
export { simulator } from "./simulator";
export { acceleratorTarget } from "./target";
export { trace, type TraceOptions } from "./trace";
