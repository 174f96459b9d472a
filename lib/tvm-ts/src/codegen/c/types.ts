/** Types in C. */

import { dtypeInfo, type DataType } from "../../ir";
import { UsageError } from "../../support";

/** The C type of scalars of `dtype`; halves are computed as floats and stored as their 16 bits. */
export function cType(dtype: DataType): string {
  const { code, bits, element } = dtypeInfo(dtype);
  if (code === "handle") return "void*";
  if (code === "void") return "void";
  if (element === "bool") return "uint8_t";
  if (code === "float") return bits === 64 ? "double" : "float";
  if ((code === "int" || code === "uint") && bits >= 8) return `${code}${bits}_t`;
  throw new UsageError(
    "build-type",
    `target c has no values of type ${dtype}; use int8 to int64, uint8 to uint64, float16 to ` +
      `float64 or bool`,
  );
}

/** The C type of elements of `dtype` in memory. */
export function cElementType(dtype: DataType): string {
  return isHalf(dtype) ? "uint16_t" : cType(dtype);
}

export function isHalf(dtype: DataType): boolean {
  const { code, bits } = dtypeInfo(dtype);
  return code === "float" && bits === 16;
}

/** A short name of a type for names of helper functions: `i32`, `f64`. */
export function suffix(dtype: DataType): string {
  const { code, bits } = dtypeInfo(dtype);
  return `${code[0]}${code === "uint" && bits === 1 ? 8 : bits}`;
}
