export { Allocator } from "./allocator";
export { CpuDevice } from "./cpu";
export {
  DEVICE_TYPE,
  deviceName,
  DeviceRegistry,
  type CallSite,
  type Configuration,
  type Device,
  type DeviceFunctions,
  type DeviceKind,
  type ExternFunction,
  type RecordingFunction,
  type Word,
} from "./device";
export { bytesOf, createMemory, MAX_PAGES, PAGE_BYTES } from "./memory";
export { ELEMENTS, elementType, type ElementType } from "./element";
export { halfToNumber, numberToHalf } from "./half";
export { NDArray, type DlpackRecord, type DlpackSource } from "./ndarray";
export * as np from "./numpy";
