/** The lowered function that a notebook shows last. */

import type { IMimeBundle } from "@jupyterlab/nbformat";
import { outputsOf } from "../documents/outputs";

/** Every output of a lowered function has it. */
export const IR_TYPE = "application/vnd.tvm-vta.ir.v1+json";

/** Of the cell that ran last; among cells that did not run here, of the last one. */
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
