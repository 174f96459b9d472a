export { jobOf, runJob, type Job } from "./job";
export { replay } from "./replay";
export { thisThread } from "./this-thread";
export {
  MEASURE_FUNCTION,
  serveMeasure,
  tracker,
  type TrackerEngineOptions,
} from "./tracker-engine";
