export type { Driver } from "./driver";
export { Dram, hex } from "./dram";
export { Core, FunctionalSimulator, type FunctionalSimulatorOptions } from "./functional";
export {
  geometryOf,
  ON_CHIP,
  type Accesses,
  type Extent,
  type OnChipAccess,
  type OnChipName,
} from "./accesses";
export { type MemoryUse, type Residency } from "./memory-use";
export * from "./cycle";
export { Profiler, ProfilerStats } from "./profiler";
export { ExecutionTrace, type ExecutionTraceOptions } from "./trace";
export type { StageName, TokenName, TraceEntry } from "./trace-entry";
