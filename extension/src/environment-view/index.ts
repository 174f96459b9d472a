/** The view of environments. */

import { Widget } from "@lumino/widgets";
import { element } from "../dom/controls";
import { readView } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { environmentParts } from "./parts";
import { environmentSchema } from "./schema";

export function createView(data: unknown, { trans }: ViewContext): Widget {
  const environment = readView(environmentSchema, data, trans);
  const parts = environmentParts(environment, trans, { withScopes: true });
  return new Widget({ node: element("div", "jp-tvm-Environment", ...parts) });
}
