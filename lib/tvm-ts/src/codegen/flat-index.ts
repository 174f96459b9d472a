/** Buffers as flat memory. */

import {
  add,
  exprEqual,
  IntImm,
  mul,
  someNode,
  type Buffer,
  type BufferStore,
  type PrimExpr,
} from "../ir";

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

/** Whether a store's value reads other elements of the buffer that it writes. */
export function readsOverlap({ buffer, value, indices }: BufferStore): boolean {
  return someNode(value, (node) => {
    if (node.kind !== "BufferLoad" || node.buffer.data !== buffer.data) return false;
    return (
      node.buffer.dtype !== buffer.dtype ||
      node.indices.some((index, d) => !exprEqual(index, indices[d]!))
    );
  });
}
