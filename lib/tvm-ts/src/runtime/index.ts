export {
  decodeModule,
  DEVICE_TYPE,
  deviceTypeOf,
  encodeModule,
  type Artifact,
  type CallPlace,
  type Configuration,
  type DeviceKind,
} from "../artifact";
export { Allocator } from "./wasm/allocator";
export { CpuDevice } from "./wasm/cpu";
export {
  deviceName,
  DeviceRegistry,
  type CallSite,
  type Device,
  type DeviceFunctions,
  type Executable,
  type ExternFunction,
  type Linked,
  type PackedFunction,
  type RecordingFunction,
  type Word,
} from "./device";
export { memoryBytes, createMemory, MAX_PAGES, WASM_PAGE_BYTES } from "./wasm/linear-memory";
export { ELEMENTS, elementType, type ElementType } from "./element";
export { arrayBytes, hostArray, unfilledArray } from "./host-array";
export { halfToNumber, numberToHalf } from "./half";
export { NDArray, type ArrayData, type DlpackRecord, type DlpackSource } from "./ndarray";
export * as np from "./numpy";
export { bindArguments, type Argument } from "./bind-arguments";
export { callerOf, type Caller } from "./wasm/caller";
export { loadWasm, type MemoryDevice } from "./wasm/executable";
export {
  Module,
  type ModuleFormat,
  type ModuleHost,
  type ModuleReceiver,
  type PackedFunc,
  type SourceKind,
} from "./module";
export { type ParallelWork, type RangeFunction, type ThreadPool } from "./wasm/thread-pool";
export {
  timeRepetitions,
  timingResult,
  type TimingOptions,
  type TimingResult,
} from "./time-evaluator";
export type { CompilerOptions, Host } from "./host";
