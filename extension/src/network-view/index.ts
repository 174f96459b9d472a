/** The view of networks as graphs. */

import type { Widget } from "@lumino/widgets";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { NetworkPanel } from "./panel";
import { networkSchema } from "./schema";

export function createView(data: unknown, context: ViewContext): Widget {
  return new NetworkPanel(readView(networkSchema, data, context.trans), context);
}
