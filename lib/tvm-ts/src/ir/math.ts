/** Mathematical functions of expressions, under the reference's names. */

import { UsageError } from "../support";
import { binaryMath, builtin, unaryMath } from "./builtin";
import { cast, matchTypes } from "./cast";
import { constant, toExpr, zero } from "./constants";
import { bitsOf, canonicalDType, dtypeInfo, isFloat, isInteger, lanesOf, vectorOf } from "./dtype";
import { Call, FloatImm, Select, type PrimExpr } from "./expr";
import { foldInt, valueOfFloat } from "./fold";
import type { ExprLike } from "./operand";
import { and, eq, ge, neg, not } from "./ops";
import { printExpr } from "./print/text-printer";
type UnaryName = keyof typeof unaryMath;
type BinaryName = Exclude<keyof typeof binaryMath, "pow">;

function unary(name: UnaryName): (x: ExprLike) => PrimExpr {
  return (x) => callUnary(name, x);
}

function binary(name: BinaryName): (x: ExprLike, y: ExprLike) => PrimExpr {
  return (x, y) => {
    const [a, b] = matchTypes(x, y);
    if (isFloat(a.dtype)) return new Call(a.dtype, binaryMath[name], [a, b]);
    throw new UsageError(
      "tir-type-mismatch",
      `${name} takes floating-point numbers, but ${printExpr(a)} has type ${a.dtype}; ` +
        `convert it with .astype("float32")`,
    );
  };
}

export const exp = unary("exp");
export const exp2 = unary("exp2");
export const exp10 = unary("exp10");
export const erf = unary("erf");
export const sigmoid = unary("sigmoid");
export const sqrt = unary("sqrt");
export const rsqrt = unary("rsqrt");
export const log = unary("log");
export const log2 = unary("log2");
export const log10 = unary("log10");
export const log1p = unary("log1p");
export const sin = unary("sin");
export const cos = unary("cos");
export const tan = unary("tan");
export const asin = unary("asin");
export const acos = unary("acos");
export const atan = unary("atan");
export const sinh = unary("sinh");
export const cosh = unary("cosh");
export const tanh = unary("tanh");
export const asinh = unary("asinh");
export const acosh = unary("acosh");
export const atanh = unary("atanh");

/** The remainder of `x / y`, with the sign of `x`. */
export const fmod = binary("fmod");
export const atan2 = binary("atan2");
export const hypot = binary("hypot");
/** `x` with the sign of `y`. */
export const copysign = binary("copysign");
/** The next representable number after `x` toward `y`. */
export const nextafter = binary("nextafter");

/** `x` times 2 to the power of `y`, an integer. */
export function ldexp(x: ExprLike, y: ExprLike): PrimExpr {
  const [a, b] = [toExpr(x), toExpr(y)];
  if (isFloat(a.dtype) && isInteger(b.dtype)) return new Call(a.dtype, builtin.ldexp, [a, b]);
  throw new UsageError(
    "tir-type-mismatch",
    `ldexp takes a floating-point number and an integer, not ${printExpr(a)} of type ` +
      `${a.dtype} and ${printExpr(b)} of type ${b.dtype}`,
  );
}

/** A function of one floating-point argument, by its reference name. */
export function callUnary(name: UnaryName, operand: ExprLike): PrimExpr {
  const x = toExpr(operand);
  if (!isFloat(x.dtype)) {
    throw new UsageError(
      "tir-type-mismatch",
      `${name} takes floating-point numbers, but ${printExpr(x)} has type ${x.dtype}; ` +
        `convert it with .astype("float32")`,
    );
  }
  return new Call(x.dtype, unaryMath[name], [x]);
}

/** The absolute value. */
export function abs(operand: ExprLike): PrimExpr {
  const x = toExpr(operand);
  const { code } = dtypeInfo(x.dtype);
  if (code === "uint") return x;
  if (code === "int") {
    if (x.kind === "IntImm") return foldInt(Math.abs(x.value), x.dtype) ?? x;
    return new Select(ge(x, zero(x.dtype)), x, neg(x));
  }
  if (x.kind === "FloatImm") return new FloatImm(Math.abs(x.value), x.dtype);
  return callUnary("fabs", x);
}

/** Rounding functions keep integers and fold constants. */
function rounding(name: UnaryName, apply: (x: number) => number): (x: ExprLike) => PrimExpr {
  return (operand) => {
    const x = toExpr(operand);
    if (isInteger(x.dtype)) return x;
    const value = x.kind === "FloatImm" ? valueOfFloat(x) : undefined;
    return value === undefined ? callUnary(name, x) : new FloatImm(apply(value), x.dtype);
  };
}

export const floor = rounding("floor", Math.floor);
export const ceil = rounding("ceil", Math.ceil);
export const trunc = rounding("trunc", Math.trunc);
/** The integer nearest to `x`; halves are rounded to the even integer, also at run time. */
export const round = rounding("round", roundHalfEven);
/** The same as `round`. */
export const nearbyint = rounding("nearbyint", roundHalfEven);

function roundHalfEven(x: number): number {
  if (!Number.isFinite(x) || Number.isInteger(x)) return x;
  const down = Math.floor(x);
  const rest = x - down;
  const up = rest > 0.5 || (rest === 0.5 && down % 2 !== 0);
  const nearest = up ? down + 1 : down;
  return nearest === 0 && x < 0 ? -0 : nearest;
}

/** `x` to the power of `y`, for floats. */
export function pow(left: ExprLike, right: ExprLike): PrimExpr {
  const [x, y] = matchTypes(left, right);
  if (!isFloat(x.dtype)) {
    throw new UsageError(
      "tir-type-mismatch",
      `pow takes floating-point numbers, but ${printExpr(x)} is ${x.dtype}`,
    );
  }
  return new Call(x.dtype, builtin.pow, [x, y]);
}

export function isnan(operand: ExprLike): PrimExpr {
  const x = toExpr(operand);
  const type = vectorOf("bool", lanesOf(x.dtype));
  if (isInteger(x.dtype)) return constant(0, type);
  if (x.kind === "FloatImm") return constant(Number.isNaN(x.value), type);
  const wide = bitsOf(x.dtype) === 16 ? cast(vectorOf("float32", lanesOf(x.dtype)), x) : x;
  return new Call(type, builtin.isnan, [wide]);
}

/** The number of bits that are set. */
export function popcount(operand: ExprLike): PrimExpr {
  return bits("popcount", operand);
}

/** The number of zero bits above the highest bit that is set. */
export function clz(operand: ExprLike): PrimExpr {
  return bits("clz", operand);
}

function bits(name: "popcount" | "clz", operand: ExprLike): PrimExpr {
  const x = toExpr(operand);
  if (isInteger(x.dtype)) {
    return new Call(name === "clz" ? "int32" : x.dtype, builtin[name], [x]);
  }
  throw new UsageError(
    "tir-type-mismatch",
    `${name} takes integers, but ${printExpr(x)} has type ${x.dtype}`,
  );
}

/** Positive infinity of a floating-point type. */
export function infinity(dtype: string): PrimExpr {
  const type = canonicalDType(dtype);
  if (!isFloat(type))
    throw new UsageError(
      "tir-constant",
      `type ${type} does not have an infinity; use a floating-point type`,
    );
  return new FloatImm(Infinity, type);
}

export function isinf(operand: ExprLike): PrimExpr {
  const x = toExpr(operand);
  if (isInteger(x.dtype)) return constant(false, "bool");
  return and(eq(abs(x), infinity(x.dtype)), not(isnan(x)));
}

/** Whether it is finite: neither infinite nor NaN. */
export function isfinite(operand: ExprLike): PrimExpr {
  return and(not(isinf(operand)), not(isnan(operand)));
}
