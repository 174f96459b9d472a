/** Conversions between types, and the common type of two operands. */

import { UsageError } from "../support";
import { constant, toExpr } from "./constants";
import {
  bitsOf,
  canonicalDType,
  dtypeInfo,
  elementOf,
  isBool,
  isFloat,
  isHandle,
  isInteger,
  lanesOf,
  maxValueOf,
  minValueOf,
  type DataType,
} from "./dtype";
import { Broadcast, Cast, FloatImm, IntImm, type PrimExpr } from "./expr";
import { valueOfFloat } from "./fold";
import type { ExprLike } from "./operand";
import { printExpr } from "./print/text-printer";
/**
 * Converts both operands to a common type: the wider type, the float type, or the vector type of the
 * two. A JavaScript number is an `int32` if it is an integer and a `float32` otherwise.
 */
export function matchTypes(left: ExprLike, right: ExprLike): [PrimExpr, PrimExpr] {
  let a = toExpr(left);
  let b = toExpr(right);
  if (a.dtype === b.dtype) return [a, b];
  const aLanes = lanesOf(a.dtype);
  const bLanes = lanesOf(b.dtype);
  if (aLanes === 1 && bLanes !== 1) a = new Broadcast(a, bLanes);
  else if (bLanes === 1 && aLanes !== 1) b = new Broadcast(b, aLanes);
  else if (aLanes !== bLanes) throw mismatch(a, b);
  if (a.dtype === b.dtype) return [a, b];
  return widerOf(a, b) === a.dtype ? [a, cast(a.dtype, b)] : [cast(b.dtype, a), b];
}

export function mismatch(a: PrimExpr, b: PrimExpr): UsageError {
  return new UsageError(
    "tir-type-mismatch",
    `types ${a.dtype} and ${b.dtype} cannot be combined (in ${printExpr(a)} and ${printExpr(b)}); ` +
      `convert one with .astype(...)`,
  );
}

function widerOf(a: PrimExpr, b: PrimExpr): DataType {
  const left = dtypeInfo(a.dtype);
  const right = dtypeInfo(b.dtype);
  if (!NUMERIC.has(left.code) || !NUMERIC.has(right.code)) throw mismatch(a, b);
  if (left.code === right.code) return left.bits < right.bits ? b.dtype : a.dtype;
  if (left.code === "float") return a.dtype;
  if (right.code === "float") return b.dtype;
  if (left.code === "bfloat") return a.dtype;
  if (right.code === "bfloat") return b.dtype;
  if (left.bits !== right.bits) return left.bits < right.bits ? b.dtype : a.dtype;
  return left.code === "uint" ? a.dtype : b.dtype;
}

const NUMERIC: ReadonlySet<string> = new Set(["int", "uint", "float", "bfloat"]);

/** Converts to another type. Constants are converted immediately. */
export function cast(dtype: string, operand: ExprLike): PrimExpr {
  const type = canonicalDType(dtype);
  const value = toExpr(operand);
  if (value.dtype === type) return value;
  const lanes = lanesOf(type);
  if (lanes === 1) {
    if (lanesOf(value.dtype) !== 1) {
      throw new UsageError(
        "tir-type-mismatch",
        `a vector (${value.dtype}) cannot be converted to ${type}`,
      );
    }
    return castScalar(type, value);
  }
  if (lanesOf(value.dtype) === 1) return new Broadcast(castScalar(elementOf(type), value), lanes);
  if (lanesOf(value.dtype) !== lanes) {
    throw new UsageError(
      "tir-type-mismatch",
      `${value.dtype} cannot be converted to ${type}: they have different numbers of lanes`,
    );
  }
  return new Cast(type, value);
}

function castScalar(type: DataType, value: PrimExpr): PrimExpr {
  if (value.dtype === type) return value;
  if ((value.kind === "IntImm" || value.kind === "FloatImm") && !isHandle(type)) {
    return castConstant(value, type);
  }
  if (isHandle(value.dtype))
    throw new UsageError("tir-type-mismatch", `a handle cannot be converted to ${type}`);
  return new Cast(type, value);
}

/**
 * The value of a constant of another type for the conversion to the float type `type`. A `float32` is
 * rounded before it is widened; an integer is rounded for a `float32`.
 */
function roundedFrom({ kind, value, dtype }: IntImm | FloatImm, type: DataType): number {
  const rounds =
    kind === "FloatImm" ? bitsOf(dtype) === 32 && bitsOf(type) === 64 : bitsOf(type) === 32;
  return rounds ? Math.fround(value) : value;
}

function castConstant(value: IntImm | FloatImm, type: DataType): PrimExpr {
  const exact = value.kind === "IntImm" ? value.value : valueOfFloat(value);
  if (isBool(type))
    return exact === undefined ? new Cast(type, value) : constant(exact !== 0, type);
  if (isFloat(type)) return constant(roundedFrom(value, type), type);
  if (!isInteger(type)) return constant(value.value, type);
  if (exact === undefined) return new Cast(type, value);
  const whole = Math.trunc(exact);
  // A constant that does not fit is converted at run time, as the target does it.
  const fits = whole >= minValueOf(type) && whole <= maxValueOf(type);
  return fits ? constant(whole, type) : new Cast(type, value);
}
