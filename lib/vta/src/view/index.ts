/**
 * The accelerator's views for front ends: versioned JSON, with HTML and text. May import every folder of the
 * library; none imports it.
 */

export {
  environmentBundle,
  installVtaDisplays,
  profileBundle,
  statisticsBundle,
  traceBundle,
} from "./vta-display";
export { environmentView, type EnvironmentView, type MemoryFact } from "./environment-view";
export { mimeTypes } from "./vta-mime";
export { type SessionVariable } from "./variable-fact";
export {
  serveSessionView,
  type ShownReply,
  type ShowRequest,
  type TrackersReply,
  type TrackersRequest,
} from "./live-session";
export {
  sessionView,
  type TrackerFact,
  type ObjectFact,
  type ObjectKind,
  type SessionView,
} from "./session-view";
export { causeColor } from "./colors";
export { compare } from "./comparison";
export {
  networkGraphView,
  type FoldedGraph,
  type GraphEdgeFact,
  type GraphMeasure,
  type GraphNodeFact,
  type GraphPicture,
  type NetworkGraphView,
} from "./network-graph";
export type { NetworkGraphOptions } from "./network-boxes";
export { graph } from "./network-picture";
export type { TableView } from "./network-tables";
export { profileView, type ProfileView, type StatementFact } from "./profile-view";
export { roofline } from "./roofline";
export {
  parallelCoordinates,
  studyBundle,
  studyPlot,
  type StudyTrial,
  type StudyView,
} from "./study-view";
export type { BoxPart, BoxReply } from "./live-networks";
export type { LiveRefusal, LiveRequest } from "./live-objects";
export type { TrialReply } from "./live-studies";
export { statisticsView, type StatisticsView } from "./statistics-view";
export { type TimelineView } from "./timeline-view";
export {
  traceView,
  type FieldFact,
  type LayoutFact,
  type MemoryUseFact,
  type TraceView,
} from "./trace-view";
