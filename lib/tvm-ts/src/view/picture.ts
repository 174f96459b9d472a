/** Things made to be looked at. */

import type { MimeBundle } from "./mime";

/** The name of the method that front ends call for an object's display. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** Something made to be looked at: the value of a cell, or what `display` takes. */
export class Picture {
  constructor(private readonly bundle: MimeBundle) {}

  [DISPLAY](): MimeBundle {
    return this.bundle;
  }

  /** What a terminal shows. */
  toString(): string {
    return String(this.bundle["text/plain"]);
  }
}
