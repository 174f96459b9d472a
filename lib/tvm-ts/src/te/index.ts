/** Tensor expressions: declaring computations, scheduling them, and turning both into TIR. */

export {
  abs,
  acos,
  acosh,
  all,
  any,
  asin,
  asinh,
  atan,
  atanh,
  ceil,
  cos,
  cosh,
  div,
  erf,
  exp,
  floor,
  floorDiv,
  floorMod,
  fmod,
  ifThenElse,
  isfinite,
  isinf,
  isnan,
  log,
  log2,
  log10,
  maxValue,
  minValue,
  nearbyint,
  popcount,
  pow,
  round,
  rsqrt,
  select,
  sigmoid,
  sin,
  sinh,
  sqrt,
  tan,
  tanh,
  trunc,
  truncDiv,
  truncMod,
} from "../ir";
export {
  constantOf as const,
  reduceAxis,
  sizeVar,
  threadAxis,
  variable as var,
  type RangeLike,
  type ShapeLike,
} from "./axes";
/** @internal */
export { broadcastOp, castTensor, elementAt, sameExtent } from "./broadcast-op";
export type { BroadcastOp } from "./broadcast-op";
/** @internal */
export { computeTensor, dataAxis } from "./declare";
export {
  compute,
  placeholder,
  type ComputeBody,
  type ComputeOptions,
  type DeclareOptions,
  type PlaceholderOptions,
} from "./declare";
export { extern, type ExternBody, type ExternOptions } from "./extern";
export {
  ComputeOp,
  ExternOp,
  isOperation,
  PlaceholderOp,
  ScanOp,
  TensorComputeOp,
  type Operation,
  type OperationAttrs,
} from "./operation";
export {
  commReducer,
  max,
  min,
  sum,
  tupleReducer,
  type ReduceOptions,
  type Reducer,
  type ReducerOptions,
  type TupleReducer,
} from "./reducers";
export { scan, type ScanOptions } from "./scan";
export { tagScope } from "./tag-scope";
export { isTensor, Tensor, TensorSlice, type TensorLike } from "./tensor";
export {
  declTensorIntrin,
  TensorIntrin,
  TensorIntrinCall,
  type IntrinBodies,
  type IntrinBody,
  type TensorIntrinOptions,
} from "./tensor-intrin";
export {
  autoInlineBroadcast,
  autoInlineElemWise,
  autoInlineInjective,
} from "./schedule/auto-inline";
export { inferBound, type InferredBounds } from "./schedule/infer-bound";
export { memoryNeeds, type MemoryNeed } from "./schedule/memory-needs";
/** @internal */
export { relationText } from "./schedule/relation";
export type { Fuse, Rebase, Relation, Singleton, Split, Transform } from "./schedule/relation";
export { AXIS_SEPARATOR, type LayoutIndices } from "./schedule/transform-layout";
export { createSchedule, Schedule } from "./schedule/schedule";
export { Stage, type SplitBy } from "./schedule/stage";
export type { Attachment, IterVarAttr, LoopType } from "./schedule/stage-state";
export {
  scheduleToModule,
  type ScheduleArg,
  type ScheduleToModuleOptions,
} from "./lower/schedule-to-module";
