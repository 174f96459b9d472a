/**
 * Data types, as strings in the reference's spelling: `int32`, `float32x4`, `bool`, `handle`.
 *
 * `uint1` is always written `bool` (its vectors `uint1x4`, as the reference does).
 */

import { UsageError } from "../support";

export type ScalarType =
  | `int${1 | 2 | 4 | 8 | 16 | 32 | 64}`
  | `uint${2 | 4 | 8 | 16 | 32 | 64}`
  | `float${16 | 32 | 64}`
  | "bfloat16"
  | "bool"
  | "handle"
  | "void";

/** A scalar type, or a vector of it (`int8x16`). */
export type DataType = ScalarType | `${string}x${number}`;

export type TypeCode = "int" | "uint" | "float" | "bfloat" | "handle" | "void";

/** The parts of a data type. */
export interface DTypeInfo {
  readonly code: TypeCode;
  /** Bits of one lane. */
  readonly bits: number;
  readonly lanes: number;
  readonly element: ScalarType;
}

const WIDTHS: Readonly<Record<string, readonly number[]>> = {
  int: [1, 2, 4, 8, 16, 32, 64],
  uint: [1, 2, 4, 8, 16, 32, 64],
  float: [16, 32, 64],
  bfloat: [16],
};

const cache = new Map<string, DTypeInfo>();

/**
 * Parses a data type.
 * @throws UsageError when the text is not a data type.
 */
export function dtypeInfo(dtype: string): DTypeInfo {
  const cached = cache.get(dtype);
  if (cached !== undefined) return cached;
  const info = parse(dtype);
  cache.set(dtype, info);
  return info;
}

function parse(dtype: string): DTypeInfo {
  const match = /^(bool|handle|void|bfloat|float|uint|int)(\d+)?(?:x(\d+))?$/.exec(dtype);
  if (match === null) throw unknownType(dtype);
  const [, name, bitsText, lanesText] = match as unknown as [string, string, string?, string?];
  const lanes = lanesText === undefined ? 1 : Number(lanesText);
  if (lanes < 1) throw unknownType(dtype);
  if (name === "handle" || name === "void" || name === "bool") {
    if (bitsText !== undefined && name !== "handle") throw unknownType(dtype);
    if (name === "bool") return { code: "uint", bits: 1, lanes, element: "bool" };
    return { code: name, bits: name === "handle" ? 64 : 0, lanes, element: name };
  }
  const bits = bitsText === undefined ? 32 : Number(bitsText);
  if (!WIDTHS[name]!.includes(bits)) throw unknownType(dtype);
  const code = name as TypeCode;
  return { code, bits, lanes, element: scalarName(code, bits) };
}

function unknownType(dtype: string): UsageError {
  return new UsageError(
    "tir-dtype",
    `'${dtype}' is not a data type; write for example "int32", "float32", "int8x16" or "bool"`,
  );
}

function scalarName(code: TypeCode, bits: number): ScalarType {
  if (code === "uint" && bits === 1) return "bool";
  return `${code}${bits}` as ScalarType;
}

/** The canonical spelling of a type: `float` becomes `float32`, `uint1` becomes `bool`. */
export function canonicalDType(dtype: string): DataType {
  const { element, lanes } = dtypeInfo(dtype);
  return vectorOf(element, lanes);
}

/** `element` with `lanes` lanes. */
export function vectorOf(element: DataType, lanes: number): DataType {
  const scalar = dtypeInfo(element).element;
  if (lanes === 1) return scalar;
  let names = vectorNames.get(scalar);
  if (names === undefined) vectorNames.set(scalar, (names = []));
  return (names[lanes] ??= scalar === "bool" ? `uint1x${lanes}` : `${scalar}x${lanes}`);
}

/** By element and lanes: a single string object for each type, so that comparisons are fast. */
const vectorNames = new Map<ScalarType, DataType[]>();

export function lanesOf(dtype: DataType): number {
  return dtypeInfo(dtype).lanes;
}

/** Bits of one lane. */
export function bitsOf(dtype: DataType): number {
  return dtypeInfo(dtype).bits;
}

/** Bytes of one element in memory, including all lanes. */
export function bytesOf(dtype: DataType): number {
  const { bits, lanes } = dtypeInfo(dtype);
  return Math.ceil((bits * lanes) / 8);
}

export function elementOf(dtype: DataType): ScalarType {
  return dtypeInfo(dtype).element;
}

export function isInt(dtype: DataType): boolean {
  return dtypeInfo(dtype).code === "int";
}

export function isUInt(dtype: DataType): boolean {
  return dtypeInfo(dtype).code === "uint";
}

/** Integers of either sign, `bool` included. */
export function isInteger(dtype: DataType): boolean {
  const { code } = dtypeInfo(dtype);
  return code === "int" || code === "uint";
}

export function isFloat(dtype: DataType): boolean {
  return dtypeInfo(dtype).code === "float";
}

/** `bool` or a vector of it. */
export function isBool(dtype: DataType): boolean {
  return dtypeInfo(dtype).element === "bool";
}

export function isHandle(dtype: DataType): boolean {
  return dtypeInfo(dtype).code === "handle";
}

/** Whether it is a type for indices: a scalar signed integer of 32 bits or more. */
export function isIndexType(dtype: DataType): boolean {
  return dtype === "int32" || dtype === "int64";
}

/** The smallest value of a scalar numeric type; -2^63 is exact, floats are finite. */
export function minValueOf(dtype: DataType): number {
  const { code, bits } = dtypeInfo(dtype);
  if (code === "int") return -(2 ** (bits - 1));
  if (code === "uint") return 0;
  return -maxValueOf(dtype);
}

/**
 * The exact value of a constant of an integer type. A `number` rounds the largest 64-bit values up to
 * a value outside the type, which is mapped back to the largest value.
 */
export function exactInteger(value: number, dtype: DataType): bigint {
  const { code, bits } = dtypeInfo(dtype);
  const largest = 2n ** BigInt(code === "int" ? bits - 1 : bits) - 1n;
  const exact = BigInt(value);
  return exact > largest ? largest : exact;
}

/** The largest value of a scalar numeric type. For 64-bit integers it rounds up to a power of two. */
export function maxValueOf(dtype: DataType): number {
  const { code, bits } = dtypeInfo(dtype);
  if (code === "int") return 2 ** (bits - 1) - 1;
  if (code === "uint") return 2 ** bits - 1;
  if (code === "float" && bits === 64) return Number.MAX_VALUE;
  if (code === "float" && bits === 16) return 65504;
  if (code === "float" || code === "bfloat") return 3.4028234663852886e38;
  throw new UsageError("tir-constant", `type ${dtype} does not have a largest value`);
}
