/** The sizes of allocations. */

import type { PrimExpr } from "../../ir";

/** The number of elements, if all extents are constants and the product fits in 31 bits. */
export function constantAllocationSize(extents: readonly PrimExpr[]): number | undefined {
  let size = 1;
  for (const extent of extents) {
    if (extent.kind !== "IntImm") return undefined;
    size *= extent.value;
    if (size > 2 ** 31 - 1) return undefined;
  }
  return size;
}
