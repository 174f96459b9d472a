/** The view of arrays of plain records. */

import type { Widget } from "@lumino/widgets";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { TablePanel } from "./panel";
import { tableSchema } from "./schema";

export function createView(data: unknown, { trans }: ViewContext): Widget {
  return new TablePanel(readView(tableSchema, data, trans), trans);
}
