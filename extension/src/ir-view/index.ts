/** The view of lowered functions. */

import type { Widget } from "@lumino/widgets";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { IrModel } from "./model";
import { IrPanel } from "./panel";
import { irViewSchema } from "./schema";

export function createView(data: unknown, context: ViewContext): Widget {
  return new IrPanel(new IrModel(readView(irViewSchema, data, context.trans)), context);
}
