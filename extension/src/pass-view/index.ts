/** The view of passes. */

import type { Widget } from "@lumino/widgets";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { PassModel } from "./model";
import { PassPanel } from "./panel";
import { passViewSchema } from "./schema";

export function createView(data: unknown, context: ViewContext): Widget {
  return new PassPanel(new PassModel(readView(passViewSchema, data, context.trans)), context);
}
