/** The lowered function that a notebook shows last. */

import type { IMimeBundle, INotebookContent } from "@jupyterlab/nbformat";

/** Every output of a lowered function has it. */
export const IR_TYPE = "application/vnd.tvm-vta.ir.v1+json";

/** Of the cell that ran last; among cells that did not run here, of the last one. */
export function lastFunction(notebook: unknown): IMimeBundle | undefined {
  const cells = (notebook as Partial<INotebookContent> | null)?.cells ?? [];
  let latest = -1;
  let found: IMimeBundle | undefined;
  for (const cell of cells) {
    const { outputs, execution_count } = cell as { outputs?: unknown; execution_count?: unknown };
    if (!Array.isArray(outputs)) continue;
    const run = typeof execution_count === "number" ? execution_count : 0;
    for (const output of outputs as { data?: IMimeBundle }[]) {
      if (output.data?.[IR_TYPE] === undefined || run < latest) continue;
      latest = run;
      found = output.data;
    }
  }
  return found;
}
