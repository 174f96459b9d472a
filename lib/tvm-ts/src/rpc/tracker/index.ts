export { Announcement, type AnnouncementOptions } from "./announcement";
export { jsonText, type Json } from "./message";
export { Scheduler, type FreeServer, type PendingRequest } from "./scheduler";
export { Tracker, type ServerInUse, type TrackerOptions } from "./tracker";
export {
  TrackerSession,
  type QueueSummary,
  type RequestOptions,
  type RunOptions,
  type TrackerHost,
  type TrackerSummary,
} from "./tracker-session";
