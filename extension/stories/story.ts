/** One state of a view: an output as a kernel would have sent it. */

import type { view } from "tvm-ts";

export interface Story {
  /** Names the cell; letters, digits and dashes. */
  readonly id: string;
  /** The code that would have made the output, or what is special about it as a comment. */
  readonly source: string;
  readonly bundle: view.MimeBundle;
}

const DISPLAY = Symbol.for("Jupyter.display");

/** What a kernel shows of a value that shows itself. */
export function bundleOf(value: object): view.MimeBundle {
  return (value as Record<symbol, () => view.MimeBundle>)[DISPLAY]!();
}
