/** Exploration: the search for the best schedule in a template's space or a user-defined one. */

export { applyBest } from "./apply-best";
export { compareSchedules, type CompareOptions, type ScheduleComparison } from "./compare";
export { ConfigSpace } from "./config-space";
export type { Engine, EngineSession, MeasureOptions, TrialResult } from "./engine";
export { divisors, type Knob, type KnobChoices, type KnobValues } from "./knobs";
export {
  SearchSpace,
  space,
  template,
  type HardwareChoices,
  type HardwareOptions,
  type SpaceOptions,
} from "./search-space";
export { annealing, exhaustive, genetic, nearest, randomSearch, type Strategy } from "./strategies";
export { flagRecords, type RecordFlag } from "./flags";
export {
  jobOf,
  replay,
  runJob,
  thisThread,
  tracker,
  type Job,
  type TrackerEngineOptions,
} from "./engines";
/** @internal */
export { MEASURE_FUNCTION, serveMeasure } from "./engines";
/** @internal */
export { setExploreHost } from "./explore-host";
export {
  bullmq,
  recordsOf,
  workerThreads,
  type BullmqOptions,
  type ExploreHost,
} from "./explore-host";
export { CLOCK_HZ, Study, type StudyOptions, type Trial } from "./study";
export { templateNames, workload, type ScheduledProgram, type Workload } from "./templates";
export {
  classOf,
  compileProgram,
  compileTrial,
  FirstOfClass,
  measureTrial,
  runTrial,
  type CompiledTrial,
} from "./trial";
export { memoryRefusal, memoryUses, type ScopeUse, type Refusal } from "./verdict";
export {
  ERROR,
  formatRecord,
  meanCost,
  MemoryStore,
  parseRecords,
  readRecords,
  RecordHistory,
  type Entity,
  type EntityEntry,
  type KnobValue,
  type Measures,
  type ParsedRecords,
  type RecordSource,
  type RecordStore,
  type TemplateArgument,
  type TemplateArguments,
  type TensorArgument,
  type TrialNote,
  type TuningRecord,
} from "../records";
