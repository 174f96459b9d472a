export { VtaDevice, type VtaDeviceOptions } from "./accelerators";
export { extDev } from "./devices";
export { hostWorkOf, type HostStage } from "./host-work";
export {
  build,
  lower,
  type AcceleratorBuildOptions,
  type AcceleratorOptions,
} from "./accelerator-lower";
export { profile, type ProfileOptions } from "./profile";
export { simulator } from "./simulator";
export { trace, type TraceOptions } from "./trace-program";
