/** The view of counters. */

import { Widget } from "@lumino/widgets";
import { element } from "../dom/controls";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { statisticsParts } from "./parts";
import { statisticsSchema } from "./schema";

export function createView(data: unknown, { trans }: ViewContext): Widget {
  const parts = statisticsParts(readView(statisticsSchema, data, trans), trans);
  return new Widget({ node: element("div", "jp-tvm-Statistics", ...parts) });
}
