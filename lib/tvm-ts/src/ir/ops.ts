/**
 * Builds expressions for users: operands are converted to a common type and constants are folded, as
 * in the reference (`tir/op/op.cc` of TVM 0.10).
 */

import { UsageError } from "../support";
import { builtin } from "./builtin";
import { cast, matchTypes, mismatch } from "./cast";
import { constant, isConstInt, NEG_INF, POS_INF, toExpr, zero } from "./constants";
import {
  bitsOf,
  dtypeInfo,
  isBool,
  isFloat,
  isIndexType,
  isInteger,
  lanesOf,
  type DataType,
} from "./dtype";
import {
  Call,
  FloatImm,
  IntImm,
  newOperator,
  Not,
  Select,
  type OperatorKind,
  type PrimExpr,
} from "./expr";
import { constFold, foldInt } from "./fold";
import { Op } from "./op";
import { bindOperators, Operand, type ExprLike } from "./operand";
import { reprExpr } from "./print/repr";
import { printExpr } from "./print/text-printer";

/** The operator on operands of a common type, folded. */
function combine(kind: OperatorKind, left: ExprLike, right: ExprLike): PrimExpr {
  let a = toExpr(left);
  let b = toExpr(right);
  if (a.dtype !== b.dtype) [a, b] = matchTypes(a, b);
  return constFold[kind](a, b) ?? newOperator(kind, a, b);
}

// Arithmetic ------------------------------------------------------------------------------------

export function add(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("Add", left, right);
}

export function sub(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("Sub", left, right);
}

export function mul(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("Mul", left, right);
}

export function div(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("Div", left, right);
}

/** Division with at least one float operand: `/` in Python. */
export function trueDiv(left: ExprLike, right: ExprLike): PrimExpr {
  const [a, b] = [toExpr(left), toExpr(right)];
  checkTrueDiv(a.dtype, b.dtype);
  return div(a, b);
}

/** @throws UsageError for signed integers, whose quotient can be rounded in several ways. */
export function checkTrueDiv(left: DataType, right: DataType): void {
  if ([left, right].some((dtype) => dtypeInfo(dtype).code !== "int")) return;
  throw new UsageError(
    "tir-division-rounding",
    `${left} / ${right} can be rounded in several ways: write .div(), which rounds toward zero, ` +
      "or .floorDiv(), or convert one operand with .astype()",
  );
}

export function truncDiv(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("Div", integerOperand("truncDiv", left), integerOperand("truncDiv", right));
}

export function truncMod(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("Mod", integerOperand("truncMod", left), integerOperand("truncMod", right));
}

export function floorDiv(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("FloorDiv", integerOperand("floorDiv", left), integerOperand("floorDiv", right));
}

export function floorMod(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("FloorMod", integerOperand("floorMod", left), integerOperand("floorMod", right));
}

/** `a / b` rounded up, for a positive `b`. */
export function ceilDiv(left: ExprLike, right: ExprLike): PrimExpr {
  const a = integerOperand("ceilDiv", left);
  const b = integerOperand("ceilDiv", right);
  return floorDiv(sub(add(a, b), 1), b);
}

/** `0 - x`, for passes. The method of the same name is for users, see `negated`. */
export function neg(operand: ExprLike): PrimExpr {
  const a = toExpr(operand);
  if (a.kind === "IntImm") return foldInt(-a.value, a.dtype) ?? sub(zero(a.dtype), a);
  if (a.kind === "FloatImm") return new FloatImm(-a.value, a.dtype);
  return sub(zero(a.dtype), a);
}

/** `x * -1`, the reference's expression for a user's `-x`. */
function negated(operand: ExprLike): PrimExpr {
  const a = toExpr(operand);
  return mul(a, constant(-1, a.dtype));
}

export function min(left: ExprLike, right: ExprLike): PrimExpr {
  if (left === POS_INF || right === NEG_INF) return toExpr(right);
  if (left === NEG_INF || right === POS_INF) return toExpr(left);
  return combine("Min", left, right);
}

export function max(left: ExprLike, right: ExprLike): PrimExpr {
  if (left === POS_INF || right === NEG_INF) return toExpr(left);
  if (left === NEG_INF || right === POS_INF) return toExpr(right);
  return combine("Max", left, right);
}

// Comparison and logic --------------------------------------------------------------------------

export function eq(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("EQ", left, right);
}

export function ne(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("NE", left, right);
}

export function lt(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("LT", left, right);
}

export function le(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("LE", left, right);
}

export function gt(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("GT", left, right);
}

export function ge(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("GE", left, right);
}

export function and(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("And", booleanOperand("and", left), booleanOperand("and", right));
}

export function or(left: ExprLike, right: ExprLike): PrimExpr {
  return combine("Or", booleanOperand("or", left), booleanOperand("or", right));
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

/** Whether at least one condition holds. */
export function any(...conditions: readonly ExprLike[]): PrimExpr {
  return joinConditions("any", conditions, or);
}

function joinConditions(
  name: string,
  conditions: readonly ExprLike[],
  join: (a: ExprLike, b: ExprLike) => PrimExpr,
): PrimExpr {
  if (conditions.length === 0)
    throw new UsageError("tir-condition", `${name}() needs at least one condition`);
  return conditions.slice(1).reduce<PrimExpr>(join, booleanOperand(name, conditions[0]!));
}

function booleanOperand(operator: string, operand: ExprLike): PrimExpr {
  const expr = toExpr(operand);
  if (isBool(expr.dtype)) return expr;
  throw new UsageError(
    "tir-condition",
    `${operator} takes conditions, but ${printExpr(expr)} has type ${expr.dtype}; ` +
      `write a comparison, such as .ne(0)`,
  );
}

function integerOperand(operator: string, operand: ExprLike): PrimExpr {
  const expr = toExpr(operand);
  if (isInteger(expr.dtype)) return expr;
  throw new UsageError(
    "tir-type-mismatch",
    `${operator} takes integers, but ${printExpr(expr)} has type ${expr.dtype}`,
  );
}

/**
 * One of two values by a condition; both are evaluated. Their types must be the same; a JavaScript
 * number takes the type of the other.
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

/** One of two values by a condition; only the selected value is evaluated. */
export function ifThenElse(condition: ExprLike, whenTrue: ExprLike, whenFalse: ExprLike): PrimExpr {
  const test = booleanOperand("ifThenElse", condition);
  if (lanesOf(test.dtype) !== 1)
    throw new UsageError(
      "tir-condition",
      "the condition of ifThenElse must be a scalar; use select for vectors",
    );
  const [a, b] = matchTypes(whenTrue, whenFalse);
  if (test.kind === "IntImm") return test.value !== 0 ? a : b;
  return new Call(a.dtype, builtin.ifThenElse, [test, a, b]);
}

/** Marks a condition as mostly true, so that loops are partitioned by it. */
export function likely(condition: ExprLike): PrimExpr {
  const test = toExpr(condition);
  return isConstInt(test) ? test : new Call(test.dtype, builtin.likely, [test]);
}

// Bits ------------------------------------------------------------------------------------------

/** In bit operations, unlike in arithmetic, a JavaScript number takes the other operand's type. */
function bitOperands(operator: string, left: ExprLike, right: ExprLike): [PrimExpr, PrimExpr] {
  const like = (operand: ExprLike, other: ExprLike): ExprLike =>
    typeof operand === "number" && other instanceof Operand && isInteger(other.asExpr().dtype)
      ? constant(operand, other.asExpr().dtype)
      : operand;
  return matchTypes(
    integerOperand(operator, like(left, right)),
    integerOperand(operator, like(right, left)),
  );
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
    throw new UsageError(
      "tir-type-mismatch",
      `bitwiseNot takes integers, but ${printExpr(a)} has type ${a.dtype}`,
    );
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
          "tir-constant",
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
