/** The view of studies. */

import type { Widget } from "@lumino/widgets";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { StudyPanel } from "./panel";
import { studySchema } from "./schema";

export function createView(data: unknown, context: ViewContext): Widget {
  return new StudyPanel(readView(studySchema, data, context.trans), context);
}
