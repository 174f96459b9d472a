export {
  findHazards,
  HAZARD_RULES,
  type Hazard,
  type HazardOptions,
  type HazardRule,
} from "./hazards";
export { cycleModel, CYCLE_PRESETS, type CycleModel, type CyclePreset } from "./model";
export { simulateCycles, timeStream, type CycleRun, type SimulateOptions } from "./simulate";
export {
  CAUSE_TEXT,
  forEachStall,
  stallsOf,
  type ModuleName,
  type ModuleStalls,
  type StallCounts,
} from "./stalls";
export { runTimeline } from "./run-timeline";
export { planStream, WORK, type StreamPlan } from "./stream-plan";
export { copyMicroOps } from "./transfer";
export { type FetchTiming, type Timing } from "./timing";
export { CycleSimulator, type CycleSimulatorOptions } from "./cycle-simulator";
export { type Advice } from "./explain";
export {
  Profile,
  profileTable,
  type ProfileDifference,
  type RooflinePoint,
  type StatementCost,
  type TrafficBytes,
} from "./cycle-profile";
export { type StageCost } from "./stage-costs";
export { weightLanes, type WeightLanes } from "./weight-lanes";
export { type ProfiledRun } from "./profiled-run";
