/**
 * How values of each type are represented in WebAssembly.
 *
 * Scalars: integers of up to 32 bits, `bool` and addresses are an `i32` that is always in the
 * type's range (an `int8` between -128 and 127); `float16` is an `f32` that holds a half.
 *
 * Vectors: as many `v128` as necessary; the last may be partly used. A `float16` takes a 32-bit
 * lane. A vector of `bool` is a mask, all ones or all zeros, in lanes as wide as its use needs.
 */

import { dtypeInfo, type DataType } from "../../ir";
import { UsageError } from "../../support";

export interface Representation {
  readonly wasm: "i32" | "i64" | "f32" | "f64";
  readonly float: boolean;
  readonly signed: boolean;
  /** Bits of the type: 16 for `float16`, 1 for `bool`. */
  readonly bits: number;
  readonly half: boolean;
  readonly bool: boolean;
  /** Bytes of one lane in memory. */
  readonly bytes: number;
  /** Bytes of one lane in a `v128`; 0 for `bool`, whose masks have any width. */
  readonly laneBytes: number;
  readonly lanes: number;
}

/** Bytes of a lane of masks in locals and of `bool` elements in memory. */
export const STORED_MASK_BYTES = 1;

const cache = new Map<DataType, Representation>();

/** @throws UsageError for a type that WebAssembly cannot represent. */
export function representationOf(dtype: DataType): Representation {
  const cached = cache.get(dtype);
  if (cached !== undefined) return cached;
  const made = represent(dtype);
  cache.set(dtype, made);
  return made;
}

function represent(dtype: DataType): Representation {
  const { code, bits, lanes, element } = dtypeInfo(dtype);
  const bytes = Math.ceil(bits / 8);
  const base = { float: false, signed: false, half: false, bool: false, bits, bytes, lanes };
  if (code === "handle") return { ...base, wasm: "i32", bits: 32, bytes: 4, laneBytes: 4 };
  if (element === "bool") return { ...base, wasm: "i32", bool: true, laneBytes: 0 };
  if (code === "float") {
    const half = bits === 16;
    const wasm = bits === 64 ? "f64" : "f32";
    return { ...base, wasm, float: true, signed: true, half, laneBytes: half ? 4 : bytes };
  }
  if ((code === "int" || code === "uint") && bits >= 8) {
    const wasm = bits === 64 ? "i64" : "i32";
    return { ...base, wasm, signed: code === "int", laneBytes: bytes };
  }
  throw new UsageError(
    "build-type",
    `target wasm has no values of type ${dtype}; use int8 to int64, uint8 to uint64, float16 to ` +
      `float64 or bool`,
  );
}

/** Lanes in one `v128` of a vector of this type. */
export function lanesPerPart(representation: Representation): number {
  return 16 / representation.laneBytes;
}

/** The number of `v128` values of a vector of this type. */
export function partCount(representation: Representation): number {
  return Math.ceil(representation.lanes / lanesPerPart(representation));
}
