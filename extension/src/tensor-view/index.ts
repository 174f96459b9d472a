/** The view of tensors. */

import type { Widget } from "@lumino/widgets";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { TensorPanel } from "./panel";
import { tensorViewSchema } from "./schema";

export function createView(data: unknown, context: ViewContext): Widget {
  return new TensorPanel(readView(tensorViewSchema, data, context.trans), context);
}
