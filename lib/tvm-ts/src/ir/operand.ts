/**
 * The base of operands of arithmetic, with the methods for users (`a.add(b)`), which match types and
 * fold constants as the reference does. They are implemented in `ops.ts`, which imports the classes of
 * expressions.
 */

import { CONDITION, UsageError, type ConstantLike } from "../support";
import type { PrimExpr } from "./expr";

/** An operand as users write it; `matchTypes` in `cast.ts` converts numbers. */
export type ExprLike = Operand | number | boolean;

/** The operations that `ops.ts` implements for all expressions. */
export interface ExprOperators {
  add(a: ExprLike, b: ExprLike): PrimExpr;
  sub(a: ExprLike, b: ExprLike): PrimExpr;
  mul(a: ExprLike, b: ExprLike): PrimExpr;
  div(a: ExprLike, b: ExprLike): PrimExpr;
  trueDiv(a: ExprLike, b: ExprLike): PrimExpr;
  truncDiv(a: ExprLike, b: ExprLike): PrimExpr;
  truncMod(a: ExprLike, b: ExprLike): PrimExpr;
  floorDiv(a: ExprLike, b: ExprLike): PrimExpr;
  floorMod(a: ExprLike, b: ExprLike): PrimExpr;
  min(a: ExprLike, b: ExprLike): PrimExpr;
  max(a: ExprLike, b: ExprLike): PrimExpr;
  eq(a: ExprLike, b: ExprLike): PrimExpr;
  ne(a: ExprLike, b: ExprLike): PrimExpr;
  lt(a: ExprLike, b: ExprLike): PrimExpr;
  le(a: ExprLike, b: ExprLike): PrimExpr;
  gt(a: ExprLike, b: ExprLike): PrimExpr;
  ge(a: ExprLike, b: ExprLike): PrimExpr;
  and(a: ExprLike, b: ExprLike): PrimExpr;
  or(a: ExprLike, b: ExprLike): PrimExpr;
  shiftLeft(a: ExprLike, b: ExprLike): PrimExpr;
  shiftRight(a: ExprLike, b: ExprLike): PrimExpr;
  bitwiseAnd(a: ExprLike, b: ExprLike): PrimExpr;
  bitwiseOr(a: ExprLike, b: ExprLike): PrimExpr;
  bitwiseXor(a: ExprLike, b: ExprLike): PrimExpr;
  not(a: ExprLike): PrimExpr;
  neg(a: ExprLike): PrimExpr;
  bitwiseNot(a: ExprLike): PrimExpr;
  cast(dtype: string, value: ExprLike): PrimExpr;
  print(expr: Operand): string;
  repr(expr: Operand): string;
}

/** The methods that `reversed` supports. */
export type ReversibleOperator =
  | "add"
  | "sub"
  | "mul"
  | "trueDiv"
  | "floorMod"
  | "shiftLeft"
  | "shiftRight"
  | "bitwiseAnd"
  | "bitwiseOr"
  | "bitwiseXor";

const EXPRESSION_CONDITION =
  "te.ifThenElse(condition, a, b) chooses between expressions, a.and(b), a.or(b) and a.not() combine conditions";

/** The implementation, set before any operand is made. */
export let operators: ExprOperators;

/** Called once by the module that implements the operators, which imports the classes below. */
export function bindOperators(implementation: ExprOperators): void {
  operators = implementation;
}

/**
 * The base of expressions, `IterVar`s and other objects that can be used as expressions: `operators`
 * converts the operands.
 *
 * In a notebook cell `a + b` calls the method tagged `@operator +`.
 */
export abstract class Operand implements ConstantLike {
  /** @operator + */
  add(other: ExprLike): PrimExpr {
    return operators.add(this.asExpr(), other);
  }
  /** @operator - */
  sub(other: ExprLike): PrimExpr {
    return operators.sub(this.asExpr(), other);
  }
  /** @operator * */
  mul(other: ExprLike): PrimExpr {
    return operators.mul(this.asExpr(), other);
  }
  /** Division that rounds toward zero for integers; exact for floats. */
  div(other: ExprLike): PrimExpr {
    return operators.div(this.asExpr(), other);
  }
  /**
   * Exact division; at least one operand must be a float.
   * @operator /
   * @throws UsageError for two signed integers: use `floorDiv` or `truncDiv`, which specify the
   * rounding.
   */
  trueDiv(other: ExprLike): PrimExpr {
    return operators.trueDiv(this.asExpr(), other);
  }
  /** The same as `div`, for integers only. */
  truncDiv(other: ExprLike): PrimExpr {
    return operators.truncDiv(this.asExpr(), other);
  }
  /** The remainder of `truncDiv`; it has the sign of the dividend. */
  truncMod(other: ExprLike): PrimExpr {
    return operators.truncMod(this.asExpr(), other);
  }
  /** Division that rounds toward minus infinity, Python's `//`. */
  floorDiv(other: ExprLike): PrimExpr {
    return operators.floorDiv(this.asExpr(), other);
  }
  /**
   * The remainder of `floorDiv`, Python's `%`; it has the sign of the divisor.
   * @operator %
   */
  floorMod(other: ExprLike): PrimExpr {
    return operators.floorMod(this.asExpr(), other);
  }
  min(other: ExprLike): PrimExpr {
    return operators.min(this.asExpr(), other);
  }
  max(other: ExprLike): PrimExpr {
    return operators.max(this.asExpr(), other);
  }
  /** @operator == */
  eq(other: ExprLike): PrimExpr {
    return operators.eq(this.asExpr(), other);
  }
  /** @operator != */
  ne(other: ExprLike): PrimExpr {
    return operators.ne(this.asExpr(), other);
  }
  /** @operator < */
  lt(other: ExprLike): PrimExpr {
    return operators.lt(this.asExpr(), other);
  }
  /** @operator <= */
  le(other: ExprLike): PrimExpr {
    return operators.le(this.asExpr(), other);
  }
  /** @operator > */
  gt(other: ExprLike): PrimExpr {
    return operators.gt(this.asExpr(), other);
  }
  /** @operator >= */
  ge(other: ExprLike): PrimExpr {
    return operators.ge(this.asExpr(), other);
  }
  /** @operator && */
  and(other: ExprLike): PrimExpr {
    return operators.and(this.asExpr(), other);
  }
  /** @operator || */
  or(other: ExprLike): PrimExpr {
    return operators.or(this.asExpr(), other);
  }
  /** @operator << */
  shiftLeft(other: ExprLike): PrimExpr {
    return operators.shiftLeft(this.asExpr(), other);
  }
  /**
   * Arithmetic shift for signed types, logical for unsigned ones.
   * @operator >>
   */
  shiftRight(other: ExprLike): PrimExpr {
    return operators.shiftRight(this.asExpr(), other);
  }
  /** @operator & */
  bitwiseAnd(other: ExprLike): PrimExpr {
    return operators.bitwiseAnd(this.asExpr(), other);
  }
  /** @operator | */
  bitwiseOr(other: ExprLike): PrimExpr {
    return operators.bitwiseOr(this.asExpr(), other);
  }
  /** @operator ^ */
  bitwiseXor(other: ExprLike): PrimExpr {
    return operators.bitwiseXor(this.asExpr(), other);
  }
  /** @operator ! */
  not(): PrimExpr {
    return operators.not(this.asExpr());
  }
  /**
   * `x * -1`, the reference's expression for `-x`.
   * @operator -x
   */
  neg(): PrimExpr {
    return operators.neg(this.asExpr());
  }
  /** @operator ~x */
  bitwiseNot(): PrimExpr {
    return operators.bitwiseNot(this.asExpr());
  }
  /**
   * The method with its operands in reverse order: `x.reversed("sub", 1)` is `1 - x`.
   * @operator reversed
   */
  reversed(method: ReversibleOperator, left: ExprLike): PrimExpr {
    return operators[method](left, this.asExpr());
  }
  /**
   * What to write instead of an expression as a condition.
   * @operator condition
   */
  get [CONDITION](): typeof EXPRESSION_CONDITION {
    return EXPRESSION_CONDITION;
  }
  /** Converts to another type; constants are converted at once. */
  astype(dtype: string): PrimExpr {
    return operators.cast(dtype, this.asExpr());
  }

  /**
   * The text of the expression, where JavaScript converts it to a string.
   * @throws UsageError where JavaScript converts it to a number, as for `-x` outside of a notebook
   * cell.
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "number") throw noNumber(this);
    return this.toString();
  }

  /**
   * The value of a constant, as a number.
   * @throws UsageError unless it is a constant integer.
   */
  constInt(): number {
    const expr = this.asExpr();
    if (expr.kind === "IntImm") return expr.value;
    throw new UsageError(
      "tir-not-constant",
      `${this.toString()} is not a constant integer; use a number here`,
    );
  }

  /** This object as an expression. */
  abstract asExpr(): PrimExpr;
}

/** The error for an object that JavaScript converts to a number. */
export function noNumber(object: { toString(): string }): UsageError {
  return new UsageError(
    "tir-operator",
    `JavaScript operators do not work on ${String(object)} here: write a.add(b) or a.lt(b); ` +
      "operators work in notebook cells, on operands of known types",
  );
}
