/**
 * Operators on the elements of two tensors, or of a tensor and a scalar. Dimensions are matched
 * from the last; dimensions of extent 1 are repeated.
 */

import { UsageError } from "../support";
import {
  add as addExprs,
  and,
  bitwiseAnd as bitwiseAndExprs,
  bitwiseOr as bitwiseOrExprs,
  bitwiseXor as bitwiseXorExprs,
  div,
  eq,
  floor,
  floorDiv,
  floorMod as floorModExprs,
  ge,
  gt,
  isInteger,
  isOne,
  le,
  lt,
  max,
  min,
  mul,
  ne,
  or,
  pow,
  reprList,
  shiftLeft,
  shiftRight,
  sub,
  truncMod,
  type ExprLike,
} from "../ir";
import { broadcastOp, elementAt, sameExtent, type Tensor } from "../te";
import { define, extents } from "./define";
import { tag } from "./tags";

export const add = broadcastOp("T_add", addExprs);
export const subtract = broadcastOp("T_subtract", sub);
export const multiply = broadcastOp("T_multiply", mul);
/** Rounds toward zero for integers. */
export const divide = broadcastOp("T_divide", div);
export const floorDivide = broadcastOp("T_floor_divide", (a, b) =>
  isInteger(a.dtype) ? floorDiv(a, b) : floor(div(a, b)),
);
/** The remainder of `divide`, for integers. */
export const mod = broadcastOp("T_mod", truncMod);
export const floorMod = broadcastOp("T_floor_mod", (a, b) =>
  isInteger(a.dtype) ? floorModExprs(a, b) : sub(a, mul(floor(div(a, b)), b)),
);
export const maximum = broadcastOp("T_maximum", max);
export const minimum = broadcastOp("T_minimum", min);
export const power = broadcastOp("T_power", pow);
export const leftShift = broadcastOp("T_left_shift", shiftLeft);
export const rightShift = broadcastOp("T_right_shift", shiftRight);
export const greater = broadcastOp("T_greater", gt);
export const less = broadcastOp("T_less", lt);
export const equal = broadcastOp("T_equal", eq);
export const notEqual = broadcastOp("T_not_equal", ne);
export const greaterEqual = broadcastOp("T_greater_equal", ge);
export const lessEqual = broadcastOp("T_less_equal", le);
export const logicalAnd = broadcastOp("T_logical_and", and);
export const logicalOr = broadcastOp("T_logical_or", or);
export const logicalXor = broadcastOp("T_logical_xor", bitwiseXorExprs);
export const bitwiseAnd = broadcastOp("T_bitwise_and", bitwiseAndExprs);
export const bitwiseOr = broadcastOp("T_bitwise_or", bitwiseOrExprs);
export const bitwiseXor = broadcastOp("T_bitwise_xor", bitwiseXorExprs);

/**
 * `x` repeated to `shape`.
 * @throws UsageError when a dimension of `x` is neither 1 nor that of `shape`.
 */
export function broadcastTo(x: Tensor, shape: readonly ExprLike[]): Tensor {
  const target = extents(shape);
  const skipped = target.length - x.ndim;
  const fits = x.shape.every((extent, i) => {
    const wanted = target[skipped + i];
    return wanted !== undefined && (isOne(extent) || sameExtent(extent, wanted));
  });
  if (skipped < 0 || !fits) {
    throw new UsageError(
      "topi-shapes",
      `broadcastTo: ${x.name} of shape ${reprList(x.shape)} cannot be repeated to ${reprList(target)}`,
    );
  }
  const info = { name: "T_broadcast_to", tag: tag.BROADCAST };
  return define(target, (i) => elementAt(x, i, target), info);
}
