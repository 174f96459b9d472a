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
export { NDArray, type ArrayData, type DlpackRecord, type DlpackSource } from "./ndarray";
export * as np from "./numpy";
export { bindArguments, type Argument } from "./arguments";
export { callerOf, type Caller } from "./caller";
export { type Linked, type PackedFunction } from "./instance";
export { Module, type ModuleHost, type PackedFunc, type SourceKind } from "./module";
export { decodeModule, encodeModule, type CallPlace, type ModuleContents } from "./module-file";
export { type ParallelWork, type RangeFunction, type ThreadPool } from "./thread-pool";
export { type TimingOptions, type TimingResult } from "./time-evaluator";
export type { CompilerOptions, Host } from "./host";
