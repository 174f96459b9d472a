/**
 * Constant folding and elimination of neutral elements, as in the reference (`arith/const_fold.h` of
 * TVM 0.10) where compiled code computes the same: integers wrap around, floats are rounded to their
 * type, and -0, infinity and NaN are preserved.
 *
 * Integers are held as `number`: a fold whose result would not be exact is not made.
 */

import { UsageError } from "../support";
import { bitsOf, dtypeInfo, isIndexType, maxValueOf, type DataType } from "./dtype";
import { FloatImm, IntImm, type PrimExpr } from "./expr";

/** The result of an integer operation in `dtype`, or `undefined` if a `number` cannot hold it. */
function wrap(value: number, dtype: DataType): number | undefined {
  if (dtype === "int32" && value === (value | 0)) return value;
  const { code, bits } = dtypeInfo(dtype);
  if (!Number.isSafeInteger(value)) return undefined;
  if (bits === 64) return value;
  if (bits === 1) return value === 0 ? 0 : 1; // for booleans, true + true is true
  const modulus = 2 ** bits;
  const low = ((value % modulus) + modulus) % modulus;
  if (code === "uint") return low;
  return low >= modulus / 2 ? low - modulus : low;
}

export function foldInt(value: number, dtype: DataType): PrimExpr | undefined {
  const wrapped = wrap(value, dtype);
  return wrapped === undefined ? undefined : new IntImm(wrapped === 0 ? 0 : wrapped, dtype);
}

function foldFloat(
  a: FloatImm,
  b: FloatImm,
  op: (x: number, y: number) => number,
): PrimExpr | undefined {
  const bits = bitsOf(a.dtype);
  if (bits === 64) return new FloatImm(op(a.value, b.value), a.dtype);
  if (bits !== 32) return undefined;
  return new FloatImm(Math.fround(op(Math.fround(a.value), Math.fround(b.value))), a.dtype);
}

/**
 * The value of a float constant at run time; `undefined` for constants of 16 bits, except those that
 * are exact in 16 bits.
 */
export function valueOfFloat({ value, dtype }: FloatImm): number | undefined {
  const bits = bitsOf(dtype);
  if (bits === 64) return value;
  if (bits === 32) return Math.fround(value);
  const exact = !Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) <= 256);
  return exact ? value : undefined;
}

/**
 * The values of two constants; undefined unless both are integers, or both are floats of known value.
 */
function valuesOf(a: PrimExpr, b: PrimExpr): readonly [number, number] | undefined {
  if (a.kind === "IntImm" && b.kind === "IntImm") return [a.value, b.value];
  if (a.kind !== "FloatImm" || b.kind !== "FloatImm") return undefined;
  const x = valueOfFloat(a);
  const y = valueOfFloat(b);
  return x === undefined || y === undefined ? undefined : [x, y];
}

function isImm(expr: PrimExpr, value: number): boolean {
  return (expr.kind === "IntImm" || expr.kind === "FloatImm") && expr.value === value;
}

function isIntImm(expr: PrimExpr, value: number): boolean {
  return expr.kind === "IntImm" && expr.value === value;
}

function divisionByZero(): UsageError {
  return new UsageError("tir-division-by-zero", "division by zero: the divisor is the constant 0");
}

export type Fold = (a: PrimExpr, b: PrimExpr) => PrimExpr | undefined;

function foldAdd(a: PrimExpr, b: PrimExpr): PrimExpr | undefined {
  if (a.kind === "IntImm" && b.kind === "IntImm") {
    const folded = foldInt(a.value + b.value, a.dtype);
    if (folded !== undefined) return folded;
  }
  if (a.kind === "FloatImm" && b.kind === "FloatImm") return foldFloat(a, b, (x, y) => x + y);
  // This keeps a -0 that the sum would turn into 0: the listings of the reference show it.
  if (isImm(a, 0)) return b;
  if (isImm(b, 0)) return a;
  return undefined;
}

function foldSub(a: PrimExpr, b: PrimExpr): PrimExpr | undefined {
  if (a.kind === "IntImm" && b.kind === "IntImm") {
    const folded = foldInt(a.value - b.value, a.dtype);
    if (folded !== undefined) return folded;
  }
  if (a.kind === "FloatImm" && b.kind === "FloatImm") return foldFloat(a, b, (x, y) => x - y);
  if (isIntImm(b, 0) || (b.kind === "FloatImm" && Object.is(b.value, 0))) return a;
  return undefined;
}

function foldMul(a: PrimExpr, b: PrimExpr): PrimExpr | undefined {
  if (a.kind === "IntImm" && b.kind === "IntImm") {
    const folded = foldInt(a.value * b.value, a.dtype);
    if (folded !== undefined) return folded;
  }
  if (a.kind === "FloatImm" && b.kind === "FloatImm") return foldFloat(a, b, (x, y) => x * y);
  if (isImm(a, 1)) return b;
  if (isIntImm(a, 0)) return a;
  if (isImm(b, 1)) return a;
  if (isIntImm(b, 0)) return b;
  return undefined;
}

/**
 * `a / b` rounded by `round` for integers, without rounding to an integer (or not folded) for floats.
 */
function foldDivision(round: (x: number) => number, roundFloats: boolean): Fold {
  return (a, b) => {
    if (isImm(b, 0) && !(a.kind === "FloatImm" && b.kind === "FloatImm")) throw divisionByZero();
    if (a.kind === "IntImm" && b.kind === "IntImm") {
      const quotient = round(a.value / b.value);
      // The smallest number divided by -1 is a run-time error, like division by zero.
      const isError = bitsOf(a.dtype) >= 32 && quotient > maxValueOf(a.dtype);
      return isError ? undefined : foldInt(quotient, a.dtype);
    }
    if (a.kind === "FloatImm" && b.kind === "FloatImm" && b.value !== 0) {
      return foldFloat(a, b, (x, y) => (roundFloats ? Math.floor(x / y) : x / y));
    }
    if (isIntImm(a, 0)) return a;
    if (isImm(b, 1)) return a;
    if (isImm(b, 0)) throw divisionByZero();
    return undefined;
  };
}

const foldDiv = foldDivision(Math.trunc, false);
const foldFloorDiv = foldDivision(Math.floor, true);

/** The remainder of integer division rounded by `round`; only index types are folded. */
function foldRemainder(remainder: (x: number, y: number) => number): Fold {
  return (a, b) => {
    if (!isIndexType(a.dtype) || !isIndexType(b.dtype)) return undefined;
    if (b.kind !== "IntImm") return a.kind === "IntImm" && a.value === 0 ? a : undefined;
    if (b.value === 0) throw divisionByZero();
    if (a.kind === "IntImm") return foldInt(remainder(a.value, b.value), a.dtype);
    return b.value === 1 ? new IntImm(0, a.dtype) : undefined;
  };
}

const foldMod = foldRemainder((x, y) => x % y);
const foldFloorMod = foldRemainder((x, y) => x - Math.floor(x / y) * y);

function foldExtremum(picks: (x: number, y: number) => boolean): Fold {
  return (a, b) => {
    const values = valuesOf(a, b);
    if (values !== undefined) return picks(...values) ? a : b;
    return a === b ? a : undefined;
  };
}

// With a NaN the result is the second operand.
const foldMin = foldExtremum((x, y) => x < y);
const foldMax = foldExtremum((x, y) => x > y);

function foldCompare(holds: (x: number, y: number) => boolean): Fold {
  return (a, b) => {
    const values = valuesOf(a, b);
    return values && new IntImm(holds(...values) ? 1 : 0, "bool");
  };
}

const foldEQ = foldCompare((x, y) => x === y);
const foldNE = foldCompare((x, y) => x !== y);
const foldLT = foldCompare((x, y) => x < y);
const foldLE = foldCompare((x, y) => x <= y);
const foldGT = foldCompare((x, y) => x > y);
const foldGE = foldCompare((x, y) => x >= y);

function foldAnd(a: PrimExpr, b: PrimExpr): PrimExpr | undefined {
  if (a.kind === "IntImm") return a.value !== 0 ? b : a;
  if (b.kind === "IntImm") return b.value !== 0 ? a : b;
  return undefined;
}

function foldOr(a: PrimExpr, b: PrimExpr): PrimExpr | undefined {
  if (a.kind === "IntImm") return a.value !== 0 ? a : b;
  if (b.kind === "IntImm") return b.value !== 0 ? b : a;
  return undefined;
}

/** The result of folding a node of `kind` over constants (or neutral elements), or undefined. */
export const constFold = {
  Add: foldAdd,
  Sub: foldSub,
  Mul: foldMul,
  Div: foldDiv,
  Mod: foldMod,
  FloorDiv: foldFloorDiv,
  FloorMod: foldFloorMod,
  Min: foldMin,
  Max: foldMax,
  EQ: foldEQ,
  NE: foldNE,
  LT: foldLT,
  LE: foldLE,
  GT: foldGT,
  GE: foldGE,
  And: foldAnd,
  Or: foldOr,
} satisfies Record<string, Fold>;
