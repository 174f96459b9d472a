export type { Driver } from "./driver";
export { Dram, hex } from "./dram";
export { Core, FunctionalSimulator, type FunctionalSimulatorOptions } from "./functional";
export { Profiler, type ProfilerStats } from "./profiler";
export {
  ExecutionTrace,
  type Extent,
  type OnChipAccess,
  type OnChipName,
  type StageName,
  type TokenName,
  type TraceEntry,
} from "./trace";
