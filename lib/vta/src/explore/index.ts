/** Exploration: which schedule is best, of a template's space or of one of your own. */

export { ConfigSpace } from "./config-space";
export type { Engine, EngineSession, MeasureOptions, TrialResult } from "./engine";
export {
  divisors,
  type Entity,
  type EntityEntry,
  type Knob,
  type KnobChoices,
  type KnobValue,
  type KnobValues,
} from "./knobs";
export { MemoryStore, type RecordStore } from "./record-store";
export {
  ERROR,
  formatRecord,
  meanCost,
  parseRecords,
  type Measures,
  type ParsedRecords,
  type TrialNote,
  type TuningRecord,
} from "./records";
export {
  SearchSpace,
  space,
  template,
  type HardwareChoices,
  type HardwareOptions,
  type SpaceOptions,
} from "./search-space";
export { annealing, exhaustive, genetic, randomSearch, type Strategy } from "./strategies";
export { runJob, jobOf, thisThread, type Job } from "./engines";
/** @internal */
export { setExploreHost } from "./host";
export { bullmq, workerThreads, type BullmqOptions, type ExploreHost } from "./host";
export { CLOCK_HZ, Study, type StudyOptions, type Trial } from "./study";
export { templateNames, type ScheduledProgram } from "./templates";
export type { TemplateArgument, TemplateArguments, TensorArgument } from "./template-arguments";
export { classOf, compileTrial, measureTrial, runTrial, type CompiledTrial } from "./trial";
export { memoryUses, type MemoryUse, type Refusal } from "./verdict";
