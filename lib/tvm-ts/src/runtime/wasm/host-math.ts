/** The functions of doubles that generated code imports by name. */

export const HOST_MATH: Readonly<Record<string, (...x: number[]) => number>> = {
  exp: Math.exp,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  pow: Math.pow,
  tanh: Math.tanh,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  hypot: Math.hypot,
  fmod: (x, y) => x! % y!,
  ldexp: (x, exponent) => ldexp(x!, exponent!),
  erf: (x) => erf(x!),
};

/** `x * 2**exponent`, in steps, because `2**exponent` alone may overflow or underflow. */
function ldexp(x: number, exponent: number): number {
  const steps = Math.min(3, Math.ceil(Math.abs(exponent) / 1023)) || 1;
  let result = x;
  let rest = Math.max(-3000, Math.min(3000, exponent));
  for (let i = steps; i > 0; i--) {
    const part = Math.trunc(rest / i);
    result *= 2 ** part;
    rest -= part;
  }
  return result;
}

/** 2 / sqrt(pi) */
const TWO_OVER_ROOT_PI = 1.1283791670955126;

/**
 * The error function, within 4 ulp: its Taylor series near 0, the continued fraction of `erfc`
 * elsewhere (Abramowitz and Stegun 7.1.6 and 7.1.14).
 */
function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    // x * exp(-x^2) * sum of (2x^2)^n / (1*3*5*...*(2n+1)): all terms positive, nothing cancels.
    let term = 1;
    let sum = 1;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * size * size) / (2 * n + 1);
      sum += term;
    }
    return TWO_OVER_ROOT_PI * x * Math.exp(-size * size) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (size + fraction);
  const erfc = (Math.exp(-size * size) * TWO_OVER_ROOT_PI) / 2 / (size + fraction);
  return Math.sign(x) * (1 - erfc);
}
