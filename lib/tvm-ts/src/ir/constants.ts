/** Constants, and the conversion of JavaScript values to expressions. */

import { UsageError } from "../support";
import { canonicalDType, dtypeInfo, isFloat, maxValueOf, minValueOf, type DataType } from "./dtype";
import { Broadcast, FloatImm, IntImm, isExpr, StringImm, Var, type PrimExpr } from "./expr";
import { Operand, type ExprLike } from "./operand";
/**
 * A constant of `dtype`: every lane of a vector has the value. Integer types truncate.
 * @throws UsageError for a value the type cannot hold.
 */
export function constant(value: number | boolean, dtype: string = "int32"): PrimExpr {
  // The most frequent case; `| 0` also converts -0 to 0.
  if (dtype === "int32" && value === (Number(value) | 0)) return new IntImm(value | 0);
  const type = canonicalDType(dtype);
  const { code, lanes, element } = dtypeInfo(type);
  if (lanes > 1) return new Broadcast(constant(value, element), lanes);
  if (code === "float" || code === "bfloat") return new FloatImm(Number(value), type);
  if (code !== "int" && code !== "uint") {
    throw new UsageError("tir-constant", `there are no constants of type ${type}`);
  }
  return new IntImm(checkedInteger(Math.trunc(Number(value)), type), type);
}

function checkedInteger(value: number, dtype: DataType): number {
  if (!Number.isFinite(value))
    throw new UsageError("tir-constant", `${value} is not a value of type ${dtype}`);
  if (value < minValueOf(dtype) || value > maxValueOf(dtype)) {
    throw new UsageError(
      "tir-constant",
      `${value} does not fit ${dtype}, which holds ${minValueOf(dtype)} to ${maxValueOf(dtype)}`,
    );
  }
  return value === 0 ? 0 : value; // never -0
}

/** `0` of any numeric type. */
export function zero(dtype: DataType): PrimExpr {
  return constant(0, dtype);
}

export function trueImm(): IntImm {
  return new IntImm(1, "bool");
}

export function falseImm(): IntImm {
  return new IntImm(0, "bool");
}

/** The smallest value of `dtype`, as an expression. */
export function minValue(dtype: string): PrimExpr {
  return limit(dtype, minValueOf);
}

/** The largest value of `dtype`, as an expression. */
export function maxValue(dtype: string): PrimExpr {
  return limit(dtype, maxValueOf);
}

function limit(dtype: string, valueOf: (dtype: DataType) => number): PrimExpr {
  const type = canonicalDType(dtype);
  return isFloat(type) ? new FloatImm(valueOf(type), type) : new IntImm(valueOf(type), type);
}

/**
 * Converts a number, a boolean, a string or an operand to an expression; a number becomes `int32` or
 * `float32`.
 */
export function toExpr(value: ExprLike | string): PrimExpr {
  if (isExpr(value)) return value;
  if (value instanceof Operand) return value.asExpr();
  if (typeof value === "boolean") return new IntImm(value ? 1 : 0, "bool");
  if (typeof value === "string") return new StringImm(value);
  if (typeof value === "number") {
    return Number.isInteger(value) ? constant(value, "int32") : new FloatImm(value, "float32");
  }
  throw new UsageError(
    "tir-not-an-expression",
    `${describe(value)} cannot be used in an expression; use a number, a boolean, a string or an expression`,
  );
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return "a function";
  const type = (value as object).constructor?.name ?? typeof value;
  return `a value of type ${type}`;
}

/** Whether `expr` is the integer constant `value`. */
export function isConstInt(expr: PrimExpr, value?: number): expr is IntImm {
  return expr.kind === "IntImm" && (value === undefined || expr.value === value);
}

export function isZero(expr: PrimExpr): boolean {
  return expr.kind === "IntImm" && expr.value === 0;
}

export function isOne(expr: PrimExpr): boolean {
  return expr.kind === "IntImm" && expr.value === 1;
}

/** The value of an integer constant, or of a broadcast of one; otherwise `undefined`. */
export function constIntValue(expr: PrimExpr): number | undefined {
  if (expr.kind === "IntImm") return expr.value;
  return expr.kind === "Broadcast" ? constIntValue(expr.value) : undefined;
}

/** The exponent if `expr` is a constant power of two. */
export function constLog2(expr: PrimExpr): number | undefined {
  if (expr.kind !== "IntImm" || expr.value <= 0) return undefined;
  const exponent = Math.log2(expr.value);
  return Number.isInteger(exponent) ? exponent : undefined;
}

/** Positive infinity: an open end in `int-set`. */
export const POS_INF = new Var("pos_inf", "handle");
/** Negative infinity: an open end in `int-set`. */
export const NEG_INF = new Var("neg_inf", "handle");
