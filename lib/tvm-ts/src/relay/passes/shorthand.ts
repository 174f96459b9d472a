/** Helpers that build graphs in passes. */

import type { Expr } from "../relay-expr";
import { constant } from "../relay-expr";
import type { ScalarType } from "../../ir";
import * as ops from "../ops";

export { axisFromFront, call } from "../ops";
export { ops };

export const add = (a: Expr, b: Expr): Expr => ops.call(ops.add, [a, b]);
export const multiply = (a: Expr, b: Expr): Expr => ops.call(ops.multiply, [a, b]);
export const round = (x: Expr): Expr => ops.call(ops.round, [x]);
export const stopFusion = (x: Expr): Expr => ops.call(ops.stopFusion, [x]);
export const castHint = (x: Expr, dtype: ScalarType): Expr =>
  ops.call(ops.castHint, [x], { dtype });
export const cast = (x: Expr, dtype: ScalarType): Expr => ops.call(ops.cast, [x], { dtype });
export const clip = (x: Expr, a_min: number, a_max: number): Expr =>
  ops.call(ops.clip, [x], { a_min, a_max });

/** `x << bits`, with `bits` as a constant of the type. */
export const leftShift = (x: Expr, bits: number, dtype: ScalarType): Expr =>
  ops.call(ops.leftShift, [x, constant(bits, dtype)]);
export const rightShift = (x: Expr, bits: number, dtype: ScalarType): Expr =>
  ops.call(ops.rightShift, [x, constant(bits, dtype)]);
