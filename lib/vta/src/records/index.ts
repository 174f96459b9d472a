/** Tuning records: AutoTVM's format, stores, and the best record of a workload. */

export type {
  Entity,
  EntityEntry,
  KnobValue,
  TemplateArgument,
  TemplateArguments,
  TensorArgument,
} from "./entity";
export { recordedKnobs, RecordHistory, type WorkloadKey } from "./history";
export {
  MemoryStore,
  readRecords,
  recordStore,
  setRecordFiles,
  type RecordSource,
  type RecordStore,
} from "./record-store";
export {
  ERROR,
  FAILED_COST,
  formatRecord,
  meanCost,
  parseRecords,
  sameWorkload,
  TVM_VERSION,
  type Measures,
  type ParsedRecords,
  type TrialNote,
  type TuningRecord,
} from "./records";
