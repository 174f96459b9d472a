/** Reads the outputs of a notebook from its JSON. */

import type { IMimeBundle, INotebookContent } from "@jupyterlab/nbformat";

/** The prefix of our MIME types. */
const MIME_PREFIX = "application/vnd.tvm-vta.";

/** The outputs of all cells, with the execution order of their cell; 0 for cells that did not run here. */
export function* outputsOf(
  notebook: unknown,
): Generator<{ readonly data: IMimeBundle; readonly run: number }> {
  for (const cell of (notebook as Partial<INotebookContent> | null)?.cells ?? []) {
    const { outputs, execution_count } = cell as { outputs?: unknown; execution_count?: unknown };
    if (!Array.isArray(outputs)) continue;
    const run = typeof execution_count === "number" ? execution_count : 0;
    for (const { data } of outputs as { data?: IMimeBundle }[]) {
      if (data !== undefined) yield { data, run };
    }
  }
}

export function hasOurOutputs(notebook: unknown): boolean {
  for (const { data } of outputsOf(notebook)) {
    if (Object.keys(data).some((type) => type.startsWith(MIME_PREFIX))) return true;
  }
  return false;
}

/** Whether some output has this `live` id. */
export function holdsLive(notebook: unknown, live: string): boolean {
  for (const { data } of outputsOf(notebook)) {
    const own = Object.entries(data).filter(([type]) => type.startsWith(MIME_PREFIX));
    if (own.some(([, json]) => (json as { live?: unknown } | null)?.live === live)) return true;
  }
  return false;
}
