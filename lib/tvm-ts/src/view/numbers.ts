/** Arrays of numbers in JSON: little-endian bytes in base64, with their element type. */

/** The element types, with the names of NumPy and Plotly. */
export type PackedType = "i1" | "u1" | "i2" | "u2" | "i4" | "u4" | "f4" | "f8";

export interface PackedNumbers {
  readonly dtype: PackedType;
  /** Base64 of the elements, row-major. */
  readonly bdata: string;
}

const CONSTRUCTORS = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

const PACKED: Readonly<Record<string, PackedType>> = {
  bool: "u1",
  int8: "i1",
  uint8: "u1",
  int16: "i2",
  uint16: "u2",
  int32: "i4",
  uint32: "u4",
  float16: "f4",
  bfloat16: "f4",
  float32: "f4",
};

/** The smallest type for values of `dtype`; 64-bit integers become the nearest double. */
export function packedType(dtype: string): PackedType {
  return PACKED[dtype] ?? "f8";
}

export function packNumbers(values: ArrayLike<number>, dtype: PackedType): PackedNumbers {
  const typed = CONSTRUCTORS[dtype].from(values);
  return { dtype, bdata: base64(new Uint8Array(typed.buffer)) };
}

/** Base64 without Node's Buffer, in chunks, since the number of a call's arguments is limited. */
export function base64(bytes: Uint8Array): string {
  const PIECE = 0x8000;
  let binary = "";
  for (let i = 0; i < bytes.length; i += PIECE) {
    binary += String.fromCharCode(...bytes.subarray(i, i + PIECE));
  }
  return btoa(binary);
}
