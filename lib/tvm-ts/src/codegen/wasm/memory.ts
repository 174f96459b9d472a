/** Buffers as flat memory. */

import { add, IntImm, mul, type Buffer, type PrimExpr } from "../../ir";

/** The index of an element in the memory behind a buffer, in elements. */
export function flatIndex(buffer: Buffer, indices: readonly PrimExpr[]): PrimExpr {
  let flat = indices[0] ?? new IntImm(0);
  if (buffer.strides.length > 0) {
    flat = indices.map((index, d) => mul(index, buffer.strides[d]!)).reduce(add);
  } else {
    for (let d = 1; d < indices.length; d++) flat = add(mul(flat, buffer.shape[d]!), indices[d]!);
  }
  return add(flat, buffer.elemOffset);
}

/** The number of elements of an allocation, if it is a constant. */
export function constantSize(extents: readonly PrimExpr[]): number | undefined {
  let size = 1;
  for (const extent of extents) {
    if (extent.kind !== "IntImm") return undefined;
    size *= extent.value;
  }
  return size;
}
