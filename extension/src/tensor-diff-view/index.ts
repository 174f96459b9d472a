/** The view of differences of two tensors. */

import type { Widget } from "@lumino/widgets";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { TensorDiffPanel } from "./panel";
import { tensorDiffViewSchema } from "./schema";

export function createView(data: unknown, context: ViewContext): Widget {
  return new TensorDiffPanel(readView(tensorDiffViewSchema, data, context.trans), context);
}
