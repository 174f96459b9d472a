/**
 * Building expressions the way users write them: operands are brought to one type and constants
 * are folded, as the reference does (`tir/op/op.cc` of TVM 0.10).
 */

import { UsageError } from "../support";
import { builtin, unaryMath } from "./builtin";
import {
  bitsOf,
  canonicalDType,
  dtypeInfo,
  elementOf,
  isBool,
  isFloat,
  isHandle,
  isIndexType,
  isInteger,
  lanesOf,
  maxValueOf,
  minValueOf,
  vectorOf,
  type DataType,
} from "./dtype";
import {
  Add,
  And,
  bindOperators,
  Broadcast,
  Call,
  Cast,
  Div,
  EQ,
  FloatImm,
  FloorDiv,
  FloorMod,
  GE,
  GT,
  IntImm,
  LE,
  LT,
  Max,
  Min,
  Mod,
  Mul,
  NE,
  Not,
  Operand,
  Or,
  Select,
  StringImm,
  Sub,
  Var,
  type ExprLike,
  type PrimExpr,
} from "./expr";
import { constFold, foldInt } from "./fold";
import type { Op } from "./op";
import { reprExpr } from "./print/repr";
import { printExpr } from "./print/text-printer";

// Constants -------------------------------------------------------------------------------------

/**
 * A constant of `dtype`: every lane of a vector has the value. Integer types truncate.
 * @throws UsageError for a value the type cannot hold.
 */
export function constant(value: number | boolean, dtype: string = "int32"): PrimExpr {
  // Nearly all constants are these; `| 0` also turns -0 into 0.
  if (dtype === "int32" && value === (Number(value) | 0)) return new IntImm(value | 0);
  const type = canonicalDType(dtype);
  const { code, lanes, element } = dtypeInfo(type);
  if (lanes > 1) return new Broadcast(constant(value, element), lanes);
  if (code === "float" || code === "bfloat") return new FloatImm(Number(value), type);
  if (code !== "int" && code !== "uint") {
    throw new UsageError(`a constant of type ${type} cannot be made`);
  }
  return new IntImm(checkedInteger(Math.trunc(Number(value)), type), type);
}

function checkedInteger(value: number, dtype: DataType): number {
  if (!Number.isFinite(value)) throw new UsageError(`${value} is not a value of type ${dtype}`);
  if (value < minValueOf(dtype) || value > maxValueOf(dtype)) {
    throw new UsageError(
      `${value} does not fit ${dtype}, which holds ${minValueOf(dtype)} to ${maxValueOf(dtype)}`,
    );
  }
  return value === 0 ? 0 : value; // never -0
}

/** `0` of any numeric type. */
export function zero(dtype: DataType): PrimExpr {
  return constant(0, dtype);
}

export function trueImm(): IntImm {
  return new IntImm(1, "bool");
}

export function falseImm(): IntImm {
  return new IntImm(0, "bool");
}

/** The smallest value of `dtype`, as an expression. */
export function minValue(dtype: string): PrimExpr {
  return limit(dtype, minValueOf);
}

/** The largest value of `dtype`, as an expression. */
export function maxValue(dtype: string): PrimExpr {
  return limit(dtype, maxValueOf);
}

function limit(dtype: string, of: (dtype: DataType) => number): PrimExpr {
  const type = canonicalDType(dtype);
  return isFloat(type) ? new FloatImm(of(type), type) : new IntImm(of(type), type);
}

/** A number, a boolean, a string or an operand as an expression: `int32`, `float32` or `bool`. */
export function toExpr(value: ExprLike | string): PrimExpr {
  if (value instanceof Operand) return value.asExpr();
  if (typeof value === "boolean") return new IntImm(value ? 1 : 0, "bool");
  if (typeof value === "string") return new StringImm(value);
  if (typeof value === "number") {
    return Number.isInteger(value) ? constant(value, "int32") : new FloatImm(value, "float32");
  }
  throw new UsageError(`${describe(value)} cannot be used in an expression`);
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return "a function";
  const type = (value as object).constructor?.name ?? typeof value;
  return `a value of type ${type}`;
}

/** Whether `expr` is the integer constant `value`. */
export function isConstInt(expr: PrimExpr, value?: number): expr is IntImm {
  return expr.kind === "IntImm" && (value === undefined || expr.value === value);
}

export function isZero(expr: PrimExpr): boolean {
  return expr.kind === "IntImm" && expr.value === 0;
}

export function isOne(expr: PrimExpr): boolean {
  return expr.kind === "IntImm" && expr.value === 1;
}

/** The value of an integer constant, seen through a broadcast; `undefined` for anything else. */
export function constIntValue(expr: PrimExpr): number | undefined {
  if (expr.kind === "IntImm") return expr.value;
  return expr.kind === "Broadcast" ? constIntValue(expr.value) : undefined;
}

/** The exponent if `expr` is a constant power of two. */
export function constLog2(expr: PrimExpr): number | undefined {
  if (expr.kind !== "IntImm" || expr.value <= 0) return undefined;
  const exponent = Math.log2(expr.value);
  return Number.isInteger(exponent) ? exponent : undefined;
}

/** Positive infinity, as `int-set` writes an open end. */
export const POS_INF = new Var("pos_inf", "handle");
/** Negative infinity, as `int-set` writes an open end. */
export const NEG_INF = new Var("neg_inf", "handle");

// Types -----------------------------------------------------------------------------------------

/**
 * Both operands in one type: the wider, the float, the vector of the two. A bare number is an
 * `int32` if it is whole and a `float32` otherwise.
 */
export function matchTypes(left: ExprLike, right: ExprLike): [PrimExpr, PrimExpr] {
  let a = toExpr(left);
  let b = toExpr(right);
  if (a.dtype === b.dtype) return [a, b];
  const aLanes = lanesOf(a.dtype);
  const bLanes = lanesOf(b.dtype);
  if (aLanes === 1 && bLanes !== 1) a = new Broadcast(a, bLanes);
  else if (bLanes === 1 && aLanes !== 1) b = new Broadcast(b, aLanes);
  else if (aLanes !== bLanes) throw mismatch(a, b);
  if (a.dtype === b.dtype) return [a, b];
  return widerOf(a, b) === a.dtype ? [a, cast(a.dtype, b)] : [cast(b.dtype, a), b];
}

function mismatch(a: PrimExpr, b: PrimExpr): UsageError {
  return new UsageError(
    `types ${a.dtype} and ${b.dtype} cannot be combined (in ${printExpr(a)} and ${printExpr(b)}); ` +
      `convert one with .astype(...)`,
  );
}

function widerOf(a: PrimExpr, b: PrimExpr): DataType {
  const left = dtypeInfo(a.dtype);
  const right = dtypeInfo(b.dtype);
  if (!NUMERIC.has(left.code) || !NUMERIC.has(right.code)) throw mismatch(a, b);
  if (left.code === right.code) return left.bits < right.bits ? b.dtype : a.dtype;
  if (left.code === "float") return a.dtype;
  if (right.code === "float") return b.dtype;
  if (left.code === "bfloat") return a.dtype;
  if (right.code === "bfloat") return b.dtype;
  if (left.bits !== right.bits) return left.bits < right.bits ? b.dtype : a.dtype;
  return left.code === "uint" ? a.dtype : b.dtype;
}

const NUMERIC: ReadonlySet<string> = new Set(["int", "uint", "float", "bfloat"]);

/** Converts to another type; constants at once. */
export function cast(dtype: string, operand: ExprLike): PrimExpr {
  const type = canonicalDType(dtype);
  const value = toExpr(operand);
  if (value.dtype === type) return value;
  const lanes = lanesOf(type);
  if (lanes === 1) {
    if (lanesOf(value.dtype) !== 1) {
      throw new UsageError(`a vector (${value.dtype}) cannot be converted to ${type}`);
    }
    return castScalar(type, value);
  }
  if (lanesOf(value.dtype) === 1) return new Broadcast(castScalar(elementOf(type), value), lanes);
  if (lanesOf(value.dtype) !== lanes) {
    throw new UsageError(`${value.dtype} cannot be converted to ${type}: the lanes differ`);
  }
  return new Cast(type, value);
}

function castScalar(type: DataType, value: PrimExpr): PrimExpr {
  if (value.dtype === type) return value;
  if ((value.kind === "IntImm" || value.kind === "FloatImm") && !isHandle(type)) {
    return castConstant(value, type);
  }
  if (isHandle(value.dtype)) throw new UsageError(`a handle cannot be converted to ${type}`);
  return new Cast(type, value);
}

function castConstant(value: IntImm | FloatImm, type: DataType): PrimExpr {
  if (isFloat(type) || !isInteger(type)) return constant(value.value, type);
  const whole = Math.trunc(value.value);
  // A constant that does not fit is converted when the program runs, as the target does it.
  const fits = whole >= minValueOf(type) && whole <= maxValueOf(type);
  return fits ? constant(whole, type) : new Cast(type, value);
}

// Arithmetic ------------------------------------------------------------------------------------

export function add(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return constFold.Add(a, b) ?? new Add(a, b);
}

export function sub(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return constFold.Sub(a, b) ?? new Sub(a, b);
}

export function mul(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return constFold.Mul(a, b) ?? new Mul(a, b);
}

export function div(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return constFold.Div(a, b) ?? new Div(a, b);
}

/** Division of which one operand at least is a float: `/` in Python. */
export function trueDiv(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = [toExpr(left), toExpr(right)];
  checkTrueDiv(a.dtype, b.dtype);
  return div(a, b);
}

/** @throws UsageError for types of signed integers, whose quotient can be rounded in several ways. */
export function checkTrueDiv(left: DataType, right: DataType): void {
  if ([left, right].some((dtype) => dtypeInfo(dtype).code !== "int")) return;
  throw new UsageError(
    `${left} / ${right} does not say how to round: write .div(), which rounds toward zero, ` +
      "or .floorDiv(), or convert one operand with .astype()",
  );
}

export function truncDiv(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = integerOperands("truncDiv", left, right);
  return constFold.Div(a, b) ?? new Div(a, b);
}

export function truncMod(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = integerOperands("truncMod", left, right);
  return constFold.Mod(a, b) ?? new Mod(a, b);
}

export function floorDiv(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = integerOperands("floorDiv", left, right);
  return constFold.FloorDiv(a, b) ?? new FloorDiv(a, b);
}

export function floorMod(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = integerOperands("floorMod", left, right);
  return constFold.FloorMod(a, b) ?? new FloorMod(a, b);
}

/** `a / b` rounded up, for a positive `b`. */
export function ceilDiv(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = integerOperands("ceilDiv", left, right);
  return floorDiv(sub(add(a, b), 1), b);
}

/** `0 - x`, as passes write it. The method of the same name is what users write, see `negated`. */
export function neg(operand: ExprLike): PrimExpr {
  const a = toExpr(operand);
  if (a.kind === "IntImm") return foldInt(-a.value, a.dtype) ?? sub(zero(a.dtype), a);
  if (a.kind === "FloatImm") return new FloatImm(-a.value, a.dtype);
  return sub(zero(a.dtype), a);
}

/** `x * -1`: what the reference makes of a user's `-x`. */
function negated(operand: ExprLike): PrimExpr {
  const a = toExpr(operand);
  return mul(a, constant(-1, a.dtype));
}

export function min(left: ExprLike, right: ExprLike): PrimExpr {
  if (left === POS_INF || right === NEG_INF) return toExpr(right);
  if (left === NEG_INF || right === POS_INF) return toExpr(left);
  const [a, b] = matchTypes(left, right);
  return constFold.Min(a, b) ?? new Min(a, b);
}

export function max(left: ExprLike, right: ExprLike): PrimExpr {
  if (left === POS_INF || right === NEG_INF) return toExpr(left);
  if (left === NEG_INF || right === POS_INF) return toExpr(right);
  const [a, b] = matchTypes(left, right);
  return constFold.Max(a, b) ?? new Max(a, b);
}

// Comparison and logic --------------------------------------------------------------------------

export function eq(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return constFold.EQ(a, b) ?? new EQ(a, b);
}

export function ne(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return constFold.NE(a, b) ?? new NE(a, b);
}

export function lt(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return constFold.LT(a, b) ?? new LT(a, b);
}

export function le(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return constFold.LE(a, b) ?? new LE(a, b);
}

export function gt(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return constFold.GT(a, b) ?? new GT(a, b);
}

export function ge(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return constFold.GE(a, b) ?? new GE(a, b);
}

export function and(left: ExprLike, right: ExprLike): PrimExpr {
  const a = booleanOperand("and", left);
  const b = booleanOperand("and", right);
  return constFold.And(a, b) ?? new And(a, b);
}

export function or(left: ExprLike, right: ExprLike): PrimExpr {
  const a = booleanOperand("or", left);
  const b = booleanOperand("or", right);
  return constFold.Or(a, b) ?? new Or(a, b);
}

export function not(operand: ExprLike): PrimExpr {
  const a = booleanOperand("not", operand);
  if (a.kind === "IntImm") return new IntImm(a.value === 0 ? 1 : 0, "bool");
  return new Not(a);
}

/** Whether every condition holds. */
export function all(...conditions: readonly ExprLike[]): PrimExpr {
  return joinConditions("all", conditions, and);
}

/** Whether some condition holds. */
export function any(...conditions: readonly ExprLike[]): PrimExpr {
  return joinConditions("any", conditions, or);
}

function joinConditions(
  name: string,
  conditions: readonly ExprLike[],
  join: (a: ExprLike, b: ExprLike) => PrimExpr,
): PrimExpr {
  if (conditions.length === 0) throw new UsageError(`${name}() needs at least one condition`);
  return conditions.slice(1).reduce<PrimExpr>(join, booleanOperand(name, conditions[0]!));
}

function booleanOperand(operator: string, operand: ExprLike): PrimExpr {
  const expr = toExpr(operand);
  if (isBool(expr.dtype)) return expr;
  throw new UsageError(
    `${operator} takes conditions, but ${printExpr(expr)} has type ${expr.dtype}; ` +
      `write a comparison, such as .ne(0)`,
  );
}

function integerOperands(operator: string, left: ExprLike, right: ExprLike): [PrimExpr, PrimExpr] {
  const a = toExpr(left);
  const b = toExpr(right);
  for (const operand of [a, b]) {
    if (!isInteger(operand.dtype)) {
      throw new UsageError(
        `${operator} takes integers, but ${printExpr(operand)} has type ${operand.dtype}`,
      );
    }
  }
  return matchTypes(a, b);
}

/**
 * One of two values by a condition; both are evaluated. Their types are the same; a bare number
 * takes that of the other.
 */
export function select(condition: ExprLike, whenTrue: ExprLike, whenFalse: ExprLike): PrimExpr {
  const test = booleanOperand("select", condition);
  const a = numberLike(whenTrue, whenFalse);
  const b = numberLike(whenFalse, whenTrue);
  if (a.dtype !== b.dtype) throw mismatch(a, b);
  return new Select(test, a, b);
}

function numberLike(value: ExprLike, other: ExprLike): PrimExpr {
  if (typeof value !== "number" || !(other instanceof Operand)) return toExpr(value);
  const { dtype } = other.asExpr();
  return isFloat(dtype) || (isInteger(dtype) && Number.isInteger(value))
    ? constant(value, dtype)
    : toExpr(value);
}

/** One of two values by a condition; only that one is evaluated. */
export function ifThenElse(condition: ExprLike, whenTrue: ExprLike, whenFalse: ExprLike): PrimExpr {
  const test = booleanOperand("ifThenElse", condition);
  if (lanesOf(test.dtype) !== 1) throw new UsageError("ifThenElse takes a scalar condition");
  const [a, b] = matchTypes(whenTrue, whenFalse);
  if (test.kind === "IntImm") return test.value !== 0 ? a : b;
  return new Call(a.dtype, builtin.ifThenElse, [test, a, b]);
}

/** Marks a condition as one that mostly holds, so that loops are partitioned by it. */
export function likely(condition: ExprLike): PrimExpr {
  const test = toExpr(condition);
  return isConstInt(test) ? test : new Call(test.dtype, builtin.likely, [test]);
}

// Bits ------------------------------------------------------------------------------------------

/** In bit operations, unlike in arithmetic, a bare number takes the other operand's type. */
function bitOperands(operator: string, left: ExprLike, right: ExprLike): [PrimExpr, PrimExpr] {
  const like = (operand: ExprLike, other: ExprLike): ExprLike =>
    typeof operand === "number" && other instanceof Operand && isInteger(other.asExpr().dtype)
      ? constant(operand, other.asExpr().dtype)
      : operand;
  return integerOperands(operator, like(left, right), like(right, left));
}

function bitwise(
  name: string,
  op: Op,
  fold: (x: bigint, y: bigint) => bigint,
): (left: ExprLike, right: ExprLike) => PrimExpr {
  return (left, right) => {
    const [a, b] = bitOperands(name, left, right);
    const indices = isIndexType(a.dtype) && isIndexType(b.dtype);
    if (indices && a.kind === "IntImm" && b.kind === "IntImm") {
      const folded = foldInt(Number(fold(BigInt(a.value), BigInt(b.value))), a.dtype);
      if (folded !== undefined) return folded;
    }
    return new Call(a.dtype, op, [a, b]);
  };
}

export const bitwiseAnd = bitwise("bitwiseAnd", builtin.bitwiseAnd, (x, y) => x & y);
export const bitwiseOr = bitwise("bitwiseOr", builtin.bitwiseOr, (x, y) => x | y);
export const bitwiseXor = bitwise("bitwiseXor", builtin.bitwiseXor, (x, y) => x ^ y);

export function bitwiseNot(operand: ExprLike): PrimExpr {
  const a = toExpr(operand);
  if (!isInteger(a.dtype)) {
    throw new UsageError(`bitwiseNot takes integers, but ${printExpr(a)} has type ${a.dtype}`);
  }
  return new Call(a.dtype, builtin.bitwiseNot, [a]);
}

export const shiftLeft = shift("shiftLeft", builtin.shiftLeft, (x, y) => x << y);
/** Arithmetic for signed types, logical for unsigned ones. */
export const shiftRight = shift("shiftRight", builtin.shiftRight, (x, y) => x >> y);

function shift(
  name: string,
  op: Op,
  fold: (x: bigint, y: bigint) => bigint,
): (left: ExprLike, right: ExprLike) => PrimExpr {
  return (left, right) => {
    const [a, b] = bitOperands(name, left, right);
    if (b.kind === "IntImm" && isIndexType(a.dtype)) {
      if (b.value < 0 || b.value >= bitsOf(a.dtype)) {
        throw new UsageError(
          `${name} of ${a.dtype} by ${b.value}: the amount must be from 0 to ${bitsOf(a.dtype) - 1}`,
        );
      }
      if (b.value === 0) return a;
      if (a.kind === "IntImm") {
        const folded = foldInt(Number(fold(BigInt(a.value), BigInt(b.value))), a.dtype);
        if (folded !== undefined) return folded;
      }
    }
    return new Call(a.dtype, op, [a, b]);
  };
}

// Functions -------------------------------------------------------------------------------------

type UnaryName = keyof typeof unaryMath;

/** A function of one floating-point argument, by its reference name. */
export function callUnary(name: UnaryName, operand: ExprLike): PrimExpr {
  const x = toExpr(operand);
  if (!isFloat(x.dtype)) {
    throw new UsageError(
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
    if (x.kind === "FloatImm") return new FloatImm(apply(x.value), x.dtype);
    return callUnary(name, x);
  };
}

export const floor = rounding("floor", Math.floor);
export const ceil = rounding("ceil", Math.ceil);
export const trunc = rounding("trunc", Math.trunc);
/** Halves round to even, as the reference folds constants. */
export const round = rounding("round", roundHalfEven);
export const nearbyint = rounding("nearbyint", roundHalfEven);

function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

/** `x` to the power of `y`, for floats. */
export function pow(left: ExprLike, right: ExprLike): PrimExpr {
  const [x, y] = matchTypes(left, right);
  if (!isFloat(x.dtype)) {
    throw new UsageError(`pow takes floating-point numbers, but ${printExpr(x)} is ${x.dtype}`);
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

/** The same bits as another type. */
export function reinterpret(dtype: string, operand: ExprLike): PrimExpr {
  const type = canonicalDType(dtype);
  const value = toExpr(operand);
  return value.dtype === type ? value : new Call(type, builtin.reinterpret, [value]);
}

/** A call of `op` that gives a `dtype`. */
export function callIntrin(
  dtype: string,
  op: Op,
  ...args: readonly (ExprLike | string)[]
): PrimExpr {
  return new Call(canonicalDType(dtype), op, args.map(toExpr));
}

/** A call of a C function that may do anything. */
export function callExtern(
  dtype: string,
  name: string,
  ...args: readonly (ExprLike | string)[]
): PrimExpr {
  return callIntrin(dtype, builtin.callExtern, name, ...args);
}

/** A call of a C function without side effects. */
export function callPureExtern(
  dtype: string,
  name: string,
  ...args: readonly (ExprLike | string)[]
): PrimExpr {
  return callIntrin(dtype, builtin.callPureExtern, name, ...args);
}

bindOperators({
  add,
  sub,
  mul,
  div,
  trueDiv,
  truncDiv,
  truncMod,
  floorDiv,
  floorMod,
  min,
  max,
  eq,
  ne,
  lt,
  le,
  gt,
  ge,
  and,
  or,
  shiftLeft,
  shiftRight,
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  not,
  neg: negated,
  bitwiseNot,
  cast,
  print: (expr) => printExpr(expr.asExpr()),
  repr: (expr) => reprExpr(expr.asExpr()),
});
