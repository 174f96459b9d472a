/** The view of schedules and stages. */

import type { Widget } from "@lumino/widgets";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { SchedulePanel } from "./panel";
import { scheduleViewSchema } from "./schema";

export function createView(data: unknown, context: ViewContext): Widget {
  return new SchedulePanel(readView(scheduleViewSchema, data, context.trans), context);
}
