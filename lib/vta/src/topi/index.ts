/** Operators on packed tensors, with their schedules for the accelerator. */

export {
  conv2dPacked,
  groupConv2dPacked,
  type Conv2DOptions,
  type GroupConv2DOptions,
} from "./conv2d";
export { conv2dTransposePacked, type Conv2DTransposeOptions } from "./conv2d-transpose";
export { densePacked, type DenseOptions } from "./dense";
export { bitPack, clip } from "./elementwise";
export type { ConvKnobs, DenseKnobs } from "./schedule-knobs";
export { convKnobs, packedOperatorOf, recordedConvKnobs, setHistory } from "./known-knobs";
export { packData, packKernel, unpackData } from "./pack-arrays";
export { CAST_NAME, scheduleAluPacked } from "./schedule-alu";
export {
  scheduleConv2dPacked,
  scheduleConv2dTransposePacked,
  scheduleGroupConv2dPacked,
} from "./schedule-conv2d";
export { scheduleDensePacked } from "./schedule-dense";
export { scheduleFromRecords } from "./schedule-packed";
export { workloadOf, type Pair } from "./workload";
