/** The last lowered function of a notebook. */

import type { IMimeBundle } from "@jupyterlab/nbformat";
import { outputsOf } from "../documents/outputs";

/** The MIME type of every output of a lowered function. */
export const IR_TYPE = "application/vnd.tvm-vta.ir.v1+json";

/** The one of the last executed cell; without executed cells, of the last cell. */
export function lastFunction(notebook: unknown): IMimeBundle | undefined {
  let latest = -1;
  let found: IMimeBundle | undefined;
  for (const { data, run } of outputsOf(notebook)) {
    if (data[IR_TYPE] === undefined || run < latest) continue;
    latest = run;
    found = data;
  }
  return found;
}
