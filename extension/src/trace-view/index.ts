/** The view of traces. */

import type { Widget } from "@lumino/widgets";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { traceSchema } from "../trace/data";
import { TraceModel } from "../trace/model";
import { TracePanel } from "./panel";

export function createView(data: unknown, context: ViewContext): Widget {
  return new TracePanel(new TraceModel(readView(traceSchema, data, context.trans)), context);
}
