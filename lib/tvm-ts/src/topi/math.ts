/** Operators on the elements of one tensor. */

import { UsageError } from "../support";
import * as ir from "../ir";
import type { PrimExpr } from "../ir";
import { castTensor, type Tensor } from "../te";
import { define, elementwise } from "./define";
import { tag } from "./tags";

type UnaryMath = Parameters<typeof ir.callUnary>[0];
type UnaryOp = (x: Tensor) => Tensor;

function unary(name: UnaryMath): UnaryOp {
  return (x) => elementwise(x, (value) => ir.callUnary(name, value));
}

export const identity: UnaryOp = (x) => elementwise(x, (value) => value);
export const negative: UnaryOp = (x) =>
  elementwise(x, (value) => value.mul(ir.constant(-1, value.dtype)));
export const abs: UnaryOp = (x) => elementwise(x, ir.abs);
export const exp = unary("exp");
export const erf = unary("erf");
export const tanh = unary("tanh");
export const tan = unary("tan");
export const cos = unary("cos");
export const cosh = unary("cosh");
export const sin = unary("sin");
export const sinh = unary("sinh");
export const acos = unary("acos");
export const acosh = unary("acosh");
export const asin = unary("asin");
export const asinh = unary("asinh");
export const atan = unary("atan");
export const atanh = unary("atanh");
export const log = unary("log");
export const log2 = unary("log2");
export const log10 = unary("log10");
export const sqrt = unary("sqrt");
export const rsqrt = unary("rsqrt");
export const sigmoid = unary("sigmoid");
export const floor: UnaryOp = (x) => elementwise(x, ir.floor);
export const ceil: UnaryOp = (x) => elementwise(x, ir.ceil);
export const trunc: UnaryOp = (x) => elementwise(x, ir.trunc);
export const round: UnaryOp = (x) => elementwise(x, ir.round);
export const isnan: UnaryOp = (x) => elementwise(x, ir.isnan);

/** The sign: -1, 0 or 1. */
export function sign(x: Tensor): Tensor {
  const number = (value: number): PrimExpr => ir.constant(value, x.dtype);
  return define(
    x.shape,
    (i) => {
      const value = x(...i);
      const notPositive = ir.select(ir.lt(value, number(0)), number(-1), number(0));
      return ir.select(ir.gt(value, number(0)), number(1), notPositive);
    },
    { name: "T_sign", tag: tag.ELEMWISE },
  );
}

/** Every element limited to `low` to `high`. */
export function clip(x: Tensor, low: ir.ExprLike, high: ir.ExprLike): Tensor {
  if (typeof low === "number" && typeof high === "number" && low > high) {
    throw new UsageError(
      "topi-shapes",
      `clip: the lower limit ${low} exceeds the upper limit ${high}`,
    );
  }
  const bound = (value: ir.ExprLike): PrimExpr =>
    typeof value === "number" ? ir.constant(value, x.dtype) : ir.cast(x.dtype, value);
  return elementwise(x, (value) => ir.max(ir.min(value, bound(high)), bound(low)));
}

/** Every element converted to `dtype`. */
export function cast(x: Tensor, dtype: string): Tensor {
  return castTensor(x, dtype);
}

export function logicalNot(x: Tensor): Tensor {
  const info = { name: "T_logical_not", tag: tag.ELEMWISE };
  return define(x.shape, (i) => ir.not(x(...i)), info);
}

export function bitwiseNot(x: Tensor): Tensor {
  const info = { name: "T_bitwise_not", tag: tag.ELEMWISE };
  return define(x.shape, (i) => ir.bitwiseNot(x(...i)), info);
}

/** A tensor of `shape` with `value` everywhere. */
export function full(shape: readonly ir.ExprLike[], dtype: string, value: ir.ExprLike): Tensor {
  const filler = ir.cast(dtype, value);
  const dims = shape.map((extent) => ir.toExpr(extent));
  return define(dims, () => filler, { name: "T_full", tag: tag.ELEMWISE });
}

/** A tensor like `x` with `value` everywhere. */
export function fullLike(x: Tensor, value: ir.ExprLike): Tensor {
  const filler = ir.cast(x.dtype, value);
  return define(x.shape, () => filler, { name: "T_full_like", tag: tag.ELEMWISE });
}
