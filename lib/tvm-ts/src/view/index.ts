/**
 * Views for front ends: versioned JSON of the library's objects, with HTML and text. Depends on all
 * parts of the compiler; none depends on it.
 */

export { irBundle, passBundle, scheduleBundle, tensorBundle, tensorDiffBundle } from "./bundle";
export { nameArguments, type NamedArgument } from "./call-arguments";
export type { ColorScale, Rgb } from "./color-scale";
export { difference, heatmap, installDisplays, showAs, type LayoutOption } from "./display";
export { escapeHtml, imageHtml, irHtml, panelHtml, tableHtml } from "./html";
export { irTokens, type IrToken, type TokenClass } from "./ir-tokens";
export {
  irView,
  type AllocationFact,
  type BufferFact,
  type CallFact,
  type IrFact,
  type IrView,
  type LoopFact,
  type VariableFact,
} from "./ir-view";
export { perKernel, type KernelComm, type KernelComms } from "./kernel-comms";
export type { DataAxis, PackedLayout } from "./packed-layout";
export type { TileRefusal, TileReply, TileRequest } from "./live-tensors";
export type { LoopOrigin } from "./loop-origin";
export type { MatrixSides, IndexRange } from "./matrix-tile";
export { mimeTypes, type MimeBundle } from "./mime";
export { packNumbers, type PackedNumbers, type PackedType } from "./numbers";
export type { PassFailure, PassStep, PassView } from "./pass-view";
export { indexedPng, pngUri, type IndexedPicture } from "./png";
export { Picture } from "./picture";
export { plot, type PlotLayout, type PlotTrace } from "./plot";
export { steps } from "./program-steps";
export type { PlotlyFigure } from "./plotly";
export {
  scheduleView,
  type AxisRelation,
  type ScopeDemand,
  type MemorySizes,
  type ScheduleView,
  type StageFact,
  type StageLoop,
  type StagePlace,
} from "./schedule-view";
export type { Histogram, Statistics } from "./statistics";
export type { Mismatch, TensorDiffView, Tolerance } from "./tensor-diff-view";
export type { TensorSource, TensorView } from "./tensor-view";
