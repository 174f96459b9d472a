export type {
  Accelerator,
  ExecutedInstruction,
  InstructionObserver,
  ValuesAt,
} from "./accelerator";
export {
  geometryOf,
  ON_CHIP,
  type Accesses,
  type Extent,
  type OnChipAccess,
  type OnChipName,
} from "./accesses";
export { Dram, hex } from "./dram";
export { type MemoryUse, type Residency } from "./memory-use";
export { Profiler, ProfilerStats } from "./profiler";
export {
  criticalCycles,
  joinTimelines,
  STALL_CAUSES,
  STEP_REASONS,
  timelineBefore,
  type CriticalStep,
  type FetchSpan,
  type StallCause,
  type StallSpan,
  type StepReason,
  type Timeline,
} from "./timeline";
export { TOKEN_QUEUES, tokenExchanges, type TokenExchange } from "./tokens";
export { ExecutionTrace, NOTHING_RAN, type ExecutionTraceOptions } from "./execution-trace";
export {
  STAGE_NAMES,
  type CallingStatement,
  type StageName,
  type TokenName,
  type TraceEntry,
} from "./trace-entry";
