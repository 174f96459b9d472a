/**
 * Scalar arithmetic by type: integers of up to 32 bits and floats are numbers, 64-bit integers are
 * bigints. Integers wrap around, floats round to their type.
 */

import { dtypeInfo, type DataType, type ScalarType } from "../../ir";
import { InternalError, UsageError } from "../../support";

export type ScalarValue = number | bigint;

/** A type's operations; operands and results are values of the type, or 1 and 0 for conditions. */
export interface ScalarArithmetic {
  add(a: ScalarValue, b: ScalarValue): ScalarValue;
  sub(a: ScalarValue, b: ScalarValue): ScalarValue;
  mul(a: ScalarValue, b: ScalarValue): ScalarValue;
  /** Toward zero for integers. */
  div(a: ScalarValue, b: ScalarValue): ScalarValue;
  mod(a: ScalarValue, b: ScalarValue): ScalarValue;
  floorDiv(a: ScalarValue, b: ScalarValue): ScalarValue;
  floorMod(a: ScalarValue, b: ScalarValue): ScalarValue;
  shiftLeft(a: ScalarValue, b: ScalarValue): ScalarValue;
  shiftRight(a: ScalarValue, b: ScalarValue): ScalarValue;
  bitwiseAnd(a: ScalarValue, b: ScalarValue): ScalarValue;
  bitwiseOr(a: ScalarValue, b: ScalarValue): ScalarValue;
  bitwiseXor(a: ScalarValue, b: ScalarValue): ScalarValue;
  bitwiseNot(a: ScalarValue): ScalarValue;
  /** Converts a value of any type to this type: integers wrap around, floats are rounded. */
  convert(value: ScalarValue): ScalarValue;
  /** Converts a float to this type: truncated, and clamped to the type's range. */
  fromFloat(value: number): ScalarValue;
}

const arithmeticByType = new Map<ScalarType, ScalarArithmetic>();

export function arithmeticOf(dtype: DataType): ScalarArithmetic {
  const { element } = dtypeInfo(dtype);
  let arithmetic = arithmeticByType.get(element);
  if (arithmetic === undefined) {
    arithmetic = makeArithmetic(element);
    arithmeticByType.set(element, arithmetic);
  }
  return arithmetic;
}

function makeArithmetic(type: ScalarType): ScalarArithmetic {
  const { code, bits } = dtypeInfo(type);
  if (bits === 1) return truthValues();
  if (code === "int" || code === "uint") {
    return bits === 64 ? wideIntegers(code === "int") : narrowIntegers(code === "int", bits);
  }
  if (code === "float" || code === "bfloat") return floats(roundTo(type));
  throw new InternalError(`there is no arithmetic on ${type}`);
}

function divisor(b: ScalarValue): void {
  if (Number(b) === 0)
    throw new UsageError("run-division-by-zero", "an integer is divided by zero");
}

// Integers of up to 32 bits ---------------------------------------------------------------------

function narrowIntegers(signed: boolean, bits: number): ScalarArithmetic {
  const unused = 32 - bits;
  const wrap = signed
    ? (x: number): number => (x << unused) >> unused
    : (x: number): number => (x << unused) >>> unused;
  const binary =
    (compute: (a: number, b: number) => number) =>
    (a: ScalarValue, b: ScalarValue): ScalarValue =>
      wrap(compute(a as number, b as number));
  const dividing = (compute: (a: number, b: number) => number): ScalarArithmetic["div"] => {
    const wrapped = binary(compute);
    return (a, b) => {
      divisor(b);
      return wrapped(a, b);
    };
  };
  return {
    add: binary((a, b) => a + b),
    sub: binary((a, b) => a - b),
    mul: binary(Math.imul),
    div: dividing((a, b) => Math.trunc(a / b)),
    mod: dividing((a, b) => a % b),
    floorDiv: dividing((a, b) => Math.floor(a / b)),
    floorMod: dividing((a, b) => a - Math.floor(a / b) * b),
    shiftLeft: binary((a, b) => a << b),
    shiftRight: binary(signed ? (a, b) => a >> b : (a, b) => a >>> b),
    bitwiseAnd: binary((a, b) => a & b),
    bitwiseOr: binary((a, b) => a | b),
    bitwiseXor: binary((a, b) => a ^ b),
    bitwiseNot: (a) => wrap(~(a as number)),
    convert(value) {
      if (typeof value === "bigint") return wrap(Number(BigInt.asIntN(32, value)));
      return wrap(Math.trunc(value));
    },
    fromFloat: (value) => wrap(saturated(value, signed || bits < 32 ? 32 : 64)),
  };
}

/** Truncates a number to a signed type: out-of-range values saturate, NaN becomes 0. */
function saturated(value: number, bits: 32 | 64): number {
  const whole = Math.trunc(value) || 0;
  const limit = 2 ** (bits - 1);
  if (whole < -limit) return -limit;
  return whole >= limit ? (bits === 32 ? limit - 1 : -1) : whole; // -1 has the limit's low bits
}

// Booleans --------------------------------------------------------------------------------------

/** 1 and 0; a result that is not 0 is true, so that `+` is "or" and `-` is "differs". */
function truthValues(): ScalarArithmetic {
  const { add, sub, mul, div, mod, floorDiv, floorMod, ...bitwise } = narrowIntegers(true, 32);
  const truth = (value: ScalarValue): ScalarValue => (value === 0 || value === 0n ? 0 : 1);
  const binary =
    (compute: ScalarArithmetic["add"]): ScalarArithmetic["add"] =>
    (a, b) =>
      truth(compute(a, b));
  return {
    add: binary(add),
    sub: binary(sub),
    mul: binary(mul),
    div: binary(div),
    mod: binary(mod),
    floorDiv: binary(floorDiv),
    floorMod: binary(floorMod),
    shiftLeft: binary(bitwise.shiftLeft),
    shiftRight: binary(bitwise.shiftRight),
    bitwiseAnd: binary(bitwise.bitwiseAnd),
    bitwiseOr: binary(bitwise.bitwiseOr),
    bitwiseXor: binary(bitwise.bitwiseXor),
    bitwiseNot: (a) => (a === 0 ? 1 : 0),
    convert: truth,
    fromFloat: truth,
  };
}

// Integers of 64 bits ---------------------------------------------------------------------------

function wideIntegers(signed: boolean): ScalarArithmetic {
  const wrap = (x: bigint): bigint => (signed ? BigInt.asIntN(64, x) : BigInt.asUintN(64, x));
  const binary =
    (compute: (a: bigint, b: bigint) => bigint) =>
    (a: ScalarValue, b: ScalarValue): ScalarValue =>
      wrap(compute(a as bigint, b as bigint));
  const dividing = (compute: (a: bigint, b: bigint) => bigint): ScalarArithmetic["div"] => {
    const wrapped = binary(compute);
    return (a, b) => {
      divisor(b);
      return wrapped(a, b);
    };
  };
  const floorMod = (a: bigint, b: bigint): bigint => ((a % b) + b) % b;
  return {
    add: binary((a, b) => a + b),
    sub: binary((a, b) => a - b),
    mul: binary((a, b) => a * b),
    div: dividing((a, b) => a / b),
    mod: dividing((a, b) => a % b),
    floorDiv: dividing((a, b) => (a - floorMod(a, b)) / b),
    floorMod: dividing(floorMod),
    shiftLeft: binary((a, b) => a << b),
    shiftRight: binary((a, b) => a >> b),
    bitwiseAnd: binary((a, b) => a & b),
    bitwiseOr: binary((a, b) => a | b),
    bitwiseXor: binary((a, b) => a ^ b),
    bitwiseNot: (a) => wrap(~(a as bigint)),
    convert(value) {
      return wrap(BigInt(value));
    },
    fromFloat(value) {
      if (Number.isNaN(value)) return 0n;
      const limit = signed ? 2 ** 63 : 2 ** 64;
      if (value >= limit) return BigInt(limit) - 1n;
      if (value < (signed ? -limit : 0)) return signed ? -BigInt(limit) : 0n;
      return BigInt(Math.trunc(value));
    },
  };
}

// Floats ----------------------------------------------------------------------------------------

function floats(round: (x: number) => number): ScalarArithmetic {
  const binary =
    (compute: (a: number, b: number) => number) =>
    (a: ScalarValue, b: ScalarValue): ScalarValue =>
      round(compute(a as number, b as number));
  const none = (): never => {
    throw new InternalError("bitwise operators need integers, not floats");
  };
  return {
    add: binary((a, b) => a + b),
    sub: binary((a, b) => a - b),
    mul: binary((a, b) => a * b),
    div: binary((a, b) => a / b),
    mod: binary((a, b) => a % b),
    floorDiv: binary((a, b) => Math.floor(a / b)),
    floorMod: binary((a, b) => a - Math.floor(a / b) * b),
    shiftLeft: none,
    shiftRight: none,
    bitwiseAnd: none,
    bitwiseOr: none,
    bitwiseXor: none,
    bitwiseNot: none,
    convert: (value) => round(Number(value)),
    fromFloat: round,
  };
}

/** Rounds a double to a float type. */
export function roundTo(type: DataType): (x: number) => number {
  const { code, bits } = dtypeInfo(type);
  if (bits === 64) return (x) => x;
  if (bits === 32) return Math.fround;
  // Halves are computed as singles.
  if (code === "bfloat") return (x) => roundBits(Math.fround(x), 8, 127);
  return (x) => roundBits(Math.fround(x), 11, 15);
}

/** To `precision` significant bits, ties to even, with exponents up to `maxExponent`. */
function roundBits(x: number, precision: number, maxExponent: number): number {
  if (!Number.isFinite(x) || x === 0) return x;
  const magnitude = Math.floor(Math.log2(Math.abs(x)));
  const isRoundedUp = 2 ** magnitude > Math.abs(x);
  const exponent = Math.max(isRoundedUp ? magnitude - 1 : magnitude, 1 - maxExponent);
  const step = 2 ** (exponent - precision + 1);
  const units = x / step;
  const down = Math.floor(units);
  const isTie = units - down === 0.5;
  const rounded = (isTie ? down + (down % 2 === 0 ? 0 : 1) : Math.round(units)) * step;
  if (rounded === 0) return x < 0 ? -0 : 0;
  return Math.abs(rounded) >= 2 ** (maxExponent + 1) ? Math.sign(x) * Infinity : rounded;
}
