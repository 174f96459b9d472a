/** What is done to a lowered function before any target generates code for it. */

import type { PrimFunc } from "../ir";

/** The function in the form that code is generated from. */
export function prepare(func: PrimFunc): PrimFunc {
  return func;
}
