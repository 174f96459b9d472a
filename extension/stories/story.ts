/** A state of a view: an output as a kernel sends it. */

import type { view } from "tvm-ts";

export interface Story {
  /** The cell's id; letters, digits and dashes. */
  readonly id: string;
  /** The code that makes the output, or a comment about its peculiarity. */
  readonly source: string;
  readonly bundle: view.MimeBundle;
}

const DISPLAY = Symbol.for("Jupyter.display");

/** What a kernel shows of a value that shows itself. */
export function bundleOf(value: object): view.MimeBundle {
  return (value as Record<symbol, () => view.MimeBundle>)[DISPLAY]!();
}
