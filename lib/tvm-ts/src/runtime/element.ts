/** The element types of arrays: size, typed array, DLPack code. */

import { UsageError } from "../support";
import { halfToNumber, numberToHalf } from "./half";
import type { TypedArray } from "./numpy/library";

export type ElementType =
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float16"
  | "float32"
  | "float64"
  | "bool";

interface Element {
  readonly bytes: number;
  /** DLPack's type code: 0 int, 1 uint, 2 float; `bool` is a `uint` of 1 bit here. */
  readonly code: 0 | 1 | 2;
  readonly bits: number;
  /** `float16` elements are accessed as their 16 bits. */
  readonly arrayType: {
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
  };
}

export const ELEMENTS: Readonly<Record<ElementType, Element>> = {
  int8: { bytes: 1, code: 0, bits: 8, arrayType: Int8Array },
  int16: { bytes: 2, code: 0, bits: 16, arrayType: Int16Array },
  int32: { bytes: 4, code: 0, bits: 32, arrayType: Int32Array },
  int64: { bytes: 8, code: 0, bits: 64, arrayType: BigInt64Array },
  uint8: { bytes: 1, code: 1, bits: 8, arrayType: Uint8Array },
  uint16: { bytes: 2, code: 1, bits: 16, arrayType: Uint16Array },
  uint32: { bytes: 4, code: 1, bits: 32, arrayType: Uint32Array },
  uint64: { bytes: 8, code: 1, bits: 64, arrayType: BigUint64Array },
  float16: { bytes: 2, code: 2, bits: 16, arrayType: Uint16Array },
  float32: { bytes: 4, code: 2, bits: 32, arrayType: Float32Array },
  float64: { bytes: 8, code: 2, bits: 64, arrayType: Float64Array },
  bool: { bytes: 1, code: 1, bits: 1, arrayType: Uint8Array },
};

/** @throws UsageError for a type that device arrays do not support. */
export function elementType(dtype: string): ElementType {
  if (Object.hasOwn(ELEMENTS, dtype)) return dtype as ElementType;
  const supported = Object.keys(ELEMENTS).join(", ");
  throw new UsageError(
    "array-dtype",
    `arrays cannot have elements of type '${dtype}'; use ${supported}`,
  );
}

/** Float16 elements as numbers. */
export function halvesToFloats(bits: TypedArray): Float32Array {
  return Float32Array.from(bits as Uint16Array, halfToNumber);
}

/** Numbers as float16 elements, rounded to the nearest. */
export function floatsToHalves(values: TypedArray): Uint16Array {
  return Uint16Array.from(values as Float32Array, numberToHalf);
}
