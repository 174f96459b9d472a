/** Decodes blocks of numbers from JSON. */

import type { view } from "tvm-ts";
import * as v from "valibot";

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

type Numbers<T extends view.PackedType> = InstanceType<(typeof constructors)[T]>;

/** A block whose elements have one of `types`. */
export function packedNumbers<T extends view.PackedType>(...types: T[]) {
  return v.object({
    dtype: v.picklist(types),
    // A single character class, because repeated groups overflow the stack on megabytes.
    bdata: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]*={0,2}$/)),
  });
}

/** The number of elements; not an integer if bytes are missing. */
export function packedLength({ dtype, bdata }: view.PackedNumbers): number {
  const padding = /=*$/.exec(bdata)![0].length;
  return ((bdata.length / 4) * 3 - padding) / constructors[dtype].BYTES_PER_ELEMENT;
}

export function unpackNumbers<T extends view.PackedType>({
  dtype,
  bdata,
}: {
  readonly dtype: T;
  readonly bdata: string;
}): Numbers<T> {
  const bytes = Uint8Array.from(atob(bdata), (c) => c.charCodeAt(0));
  return new constructors[dtype](bytes.buffer) as Numbers<T>;
}
