/** Displayable objects. */

import type { MimeBundle } from "./mime";

/** The name of the method that returns an object's MIME bundle. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** A displayable object: the value of a cell, or an argument of `display`. */
export class Picture {
  constructor(private readonly bundle: MimeBundle) {}

  [DISPLAY](): MimeBundle {
    return this.bundle;
  }

  /** The text for terminals. */
  toString(): string {
    return String(this.bundle["text/plain"]);
  }
}
