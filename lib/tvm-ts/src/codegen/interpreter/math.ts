/** The pure operators, on values of double precision; the caller rounds to the type. */

import { builtin, type Op } from "../../ir";

/** Rounds ties to even: doubles beyond 2^52 have no fractions, so adding 2^52 drops them. */
function roundEven(x: number): number {
  const a = Math.abs(x);
  if (!(a < 2 ** 52)) return x;
  const whole = a + 2 ** 52 - 2 ** 52;
  return x < 0 || Object.is(x, -0) ? -whole : whole;
}

/** The error function, by its series or its continued fraction; accurate to about 1e-15. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

export const floatFunctions: ReadonlyMap<Op, (...args: number[]) => number> = new Map<
  Op,
  (...args: number[]) => number
>([
  [builtin.fabs, Math.abs],
  [builtin.floor, Math.floor],
  [builtin.ceil, Math.ceil],
  [builtin.round, roundEven],
  [builtin.nearbyint, roundEven],
  [builtin.trunc, Math.trunc],
  [builtin.exp, Math.exp],
  [builtin.exp2, (x) => 2 ** x!],
  [builtin.exp10, (x) => 10 ** x!],
  [builtin.erf, erf as (x?: number) => number],
  [builtin.tanh, Math.tanh],
  [builtin.sigmoid, (x) => 1 / (1 + Math.exp(-x!))],
  [builtin.sqrt, Math.sqrt],
  [builtin.rsqrt, (x) => 1 / Math.sqrt(x!)],
  [builtin.log, Math.log],
  [builtin.log2, Math.log2],
  [builtin.log1p, Math.log1p],
  [builtin.log10, Math.log10],
  [builtin.tan, Math.tan],
  [builtin.cos, Math.cos],
  [builtin.cosh, Math.cosh],
  [builtin.sin, Math.sin],
  [builtin.sinh, Math.sinh],
  [builtin.asin, Math.asin],
  [builtin.acos, Math.acos],
  [builtin.atan, Math.atan],
  [builtin.acosh, Math.acosh],
  [builtin.asinh, Math.asinh],
  [builtin.atanh, Math.atanh],
  [builtin.pow, Math.pow],
  [builtin.fmod, (x, y) => x! % y!],
  [builtin.atan2, Math.atan2],
  [builtin.hypot, Math.hypot],
  [builtin.copysign, (x, y) => Math.abs(x!) * (Object.is(Math.sign(y!), -0) || y! < 0 ? -1 : 1)],
  [builtin.ldexp, (x, y) => x! * 2 ** y!],
  [builtin.fma, (x, y, z) => x! * y! + z!],
]);
