/**
 * What a value of a scalar type is and how it computes: integers of up to 32 bits and floats are
 * numbers, 64-bit integers are bigints. Integers wrap around, floats round to their type.
 */

import { dtypeInfo, type DataType, type ScalarType } from "../../ir";
import { InternalError, UsageError } from "../../support";

export type Scalar = number | bigint;

/** A type's operations; operands and results are values of the type, or 1 and 0 for conditions. */
export interface Arithmetic {
  add(a: Scalar, b: Scalar): Scalar;
  sub(a: Scalar, b: Scalar): Scalar;
  mul(a: Scalar, b: Scalar): Scalar;
  /** Toward zero for integers. */
  div(a: Scalar, b: Scalar): Scalar;
  mod(a: Scalar, b: Scalar): Scalar;
  floorDiv(a: Scalar, b: Scalar): Scalar;
  floorMod(a: Scalar, b: Scalar): Scalar;
  shiftLeft(a: Scalar, b: Scalar): Scalar;
  shiftRight(a: Scalar, b: Scalar): Scalar;
  bitwiseAnd(a: Scalar, b: Scalar): Scalar;
  bitwiseOr(a: Scalar, b: Scalar): Scalar;
  bitwiseXor(a: Scalar, b: Scalar): Scalar;
  bitwiseNot(a: Scalar): Scalar;
  /** A value of any type as one of this. */
  convert(value: Scalar): Scalar;
}

const known = new Map<ScalarType, Arithmetic>();

export function arithmeticOf(dtype: DataType): Arithmetic {
  const { element } = dtypeInfo(dtype);
  let arithmetic = known.get(element);
  if (arithmetic === undefined) {
    arithmetic = makeArithmetic(element);
    known.set(element, arithmetic);
  }
  return arithmetic;
}

function makeArithmetic(type: ScalarType): Arithmetic {
  const { code, bits } = dtypeInfo(type);
  if (code === "int" || code === "uint") {
    return bits === 64 ? wideIntegers(code === "int") : narrowIntegers(code === "int", bits);
  }
  if (code === "float" || code === "bfloat") return floats(roundTo(type));
  throw new InternalError(`there is no arithmetic on ${type}`);
}

function divisor(b: Scalar): void {
  if (Number(b) === 0) throw new UsageError("an integer is divided by zero");
}

// Integers of up to 32 bits ---------------------------------------------------------------------

function narrowIntegers(signed: boolean, bits: number): Arithmetic {
  const unused = 32 - bits;
  const wrap = signed
    ? (x: number): number => (x << unused) >> unused
    : (x: number): number => (x << unused) >>> unused;
  const binary =
    (compute: (a: number, b: number) => number) =>
    (a: Scalar, b: Scalar): Scalar =>
      wrap(compute(a as number, b as number));
  const dividing = (compute: (a: number, b: number) => number): Arithmetic["div"] => {
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
      if (bits === 1) return value === 0 ? 0 : 1;
      return wrap(Math.trunc(value));
    },
  };
}

// Integers of 64 bits ---------------------------------------------------------------------------

function wideIntegers(signed: boolean): Arithmetic {
  const wrap = (x: bigint): bigint => (signed ? BigInt.asIntN(64, x) : BigInt.asUintN(64, x));
  const binary =
    (compute: (a: bigint, b: bigint) => bigint) =>
    (a: Scalar, b: Scalar): Scalar =>
      wrap(compute(a as bigint, b as bigint));
  const dividing = (compute: (a: bigint, b: bigint) => bigint): Arithmetic["div"] => {
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
      if (typeof value === "bigint") return wrap(value);
      return Number.isFinite(value) ? wrap(BigInt(Math.trunc(value))) : 0n;
    },
  };
}

// Floats ----------------------------------------------------------------------------------------

function floats(round: (x: number) => number): Arithmetic {
  const binary =
    (compute: (a: number, b: number) => number) =>
    (a: Scalar, b: Scalar): Scalar =>
      round(compute(a as number, b as number));
  const none = (): never => {
    throw new InternalError("bits of a float are computed with");
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
  };
}

/** Rounding of a double to a type of floats. */
export function roundTo(type: DataType): (x: number) => number {
  const { code, bits } = dtypeInfo(type);
  if (bits === 64) return (x) => x;
  if (bits === 32) return Math.fround;
  return code === "bfloat" ? (x) => roundBits(x, 8, 127) : (x) => roundBits(x, 11, 15);
}

/** To `precision` significant bits, ties to even, with exponents up to `maxExponent`. */
function roundBits(x: number, precision: number, maxExponent: number): number {
  if (!Number.isFinite(x) || x === 0) return x;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), 1 - maxExponent);
  const step = 2 ** (exponent - precision + 1);
  const units = x / step;
  const down = Math.floor(units);
  const isTie = units - down === 0.5;
  const rounded = (isTie ? down + (down % 2 === 0 ? 0 : 1) : Math.round(units)) * step;
  return Math.abs(rounded) >= 2 ** (maxExponent + 1) ? Math.sign(x) * Infinity : rounded;
}
