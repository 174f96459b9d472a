/** Blocks of numbers out of JSON. */

import type { view } from "tvm-ts";

const constructors = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

export const elementBytes = {
  i1: 1,
  u1: 1,
  i2: 2,
  u2: 2,
  i4: 4,
  u4: 4,
  f4: 4,
  f8: 8,
} as const satisfies Record<view.PackedType, number>;

export function unpackNumbers({ dtype, bdata }: view.PackedNumbers): ArrayLike<number> {
  const bytes = Uint8Array.from(atob(bdata), (c) => c.charCodeAt(0));
  return new constructors[dtype](bytes.buffer);
}
