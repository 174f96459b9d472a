export type { Artifact, CallPlace } from "./artifact";
export { DEVICE_TYPE, deviceTypeOf, type Configuration, type DeviceKind } from "./device-kind";
export { decodeModule, encodeModule, type LoadedModule } from "./module-file";
export * from "./module-record";
