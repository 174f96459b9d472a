/** The pragmas by which a schedule says what the accelerator does. */

import type { tir } from "tvm-ts";

/** Whether an attribute is the pragma `name`, as `stage.pragma(axis, name)` leaves it. */
export function isPragma(attr: tir.AttrStmt, name: string): boolean {
  return attr.key === `pragma_${name}`;
}
