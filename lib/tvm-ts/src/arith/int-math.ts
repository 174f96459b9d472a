/**
 * Integer arithmetic on `number`, which is exact up to 2^53. The caller must reject a result beyond
 * that.
 */

import { maxValueOf, minValueOf, type BinaryExpr, type CompareExpr, type DataType } from "../ir";

/** Rounds toward minus infinity; `y` is not 0. */
export function floorDivide(x: number, y: number): number {
  return Math.floor(x / y) + 0; // + 0 turns -0 into 0
}

/** The remainder of `floorDivide`; it has the sign of `y`. */
export function floorRemainder(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest + 0;
}

/** Rounds toward zero; `y` is not 0. */
export function truncDivide(x: number, y: number): number {
  return Math.trunc(x / y) + 0;
}

/** The remainder of `truncDivide`; it has the sign of `x`. */
export function truncRemainder(x: number, y: number): number {
  return (x % y) + 0;
}

/** The greatest common divisor, not negative; `gcd(0, b)` is `|b|`. */
export function gcd(a: number, b: number): number {
  let x = Math.abs(a);
  let y = Math.abs(b);
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** `gcd(a, b)` and an `x` with `a * x = gcd(a, b)` modulo `b`; neither is negative. */
export function bezout(a: number, b: number): { readonly gcd: number; readonly x: number } {
  let [r, rest] = [a, b];
  let [x, next] = [1, 0];
  while (rest !== 0) {
    const q = Math.floor(r / rest);
    [r, rest] = [rest, r - q * rest];
    [x, next] = [next, x - q * next];
  }
  return { gcd: r, x };
}

/** Whether a constant of `dtype` can hold `value`, and a `number` holds it exactly. */
export function fits(value: number, dtype: DataType): boolean {
  if (dtype === "int32") return (value | 0) === value; // the most frequent type
  return Number.isSafeInteger(value) && value >= minValueOf(dtype) && value <= maxValueOf(dtype);
}

/** The arithmetic operators on integers; NaN or infinite without an integer result. */
export const integerOperators: Readonly<
  Record<BinaryExpr["kind"], (x: number, y: number) => number>
> = {
  Add: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y + 0,
  Div: truncDivide,
  Mod: truncRemainder,
  FloorDiv: floorDivide,
  FloorMod: floorRemainder,
  Min: (x, y) => Math.min(x, y),
  Max: (x, y) => Math.max(x, y),
};

/** The comparisons of integers. */
export const integerComparisons: Readonly<
  Record<CompareExpr["kind"], (x: number, y: number) => boolean>
> = {
  EQ: (x, y) => x === y,
  NE: (x, y) => x !== y,
  LT: (x, y) => x < y,
  LE: (x, y) => x <= y,
  GT: (x, y) => x > y,
  GE: (x, y) => x >= y,
};
