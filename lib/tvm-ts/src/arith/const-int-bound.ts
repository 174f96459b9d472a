/**
 * Constant bounds: the smallest interval of integers that contains an expression's values, according
 * to interval arithmetic.
 */

import {
  bitsOf,
  builtin,
  dtypeInfo,
  elementOf,
  exprEqual,
  isIndexType,
  isInt,
  isInteger,
  add,
  mul,
  type Add,
  type Call,
  type Cast,
  type DataType,
  type Mul,
  type PrimExpr,
  type Range,
  type Sub,
  type Var,
} from "../ir";
import { InternalError } from "../support";
import type { Analyzer } from "./analyzer";
import { floorDivide, truncDivide } from "./int-math";
import { Memoized } from "./memo";

/**
 * `min <= value <= max`. An open end is `-Infinity` or `Infinity`; so is an end beyond 2^53, which a
 * `number` cannot hold exactly. The ends of every type up to 32 bits are finite.
 */
export interface ConstIntBound {
  readonly min: number;
  readonly max: number;
}

/** A bound of an expression that follows from a condition. */
interface KnownBound {
  readonly expr: PrimExpr;
  readonly bound: ConstIntBound;
}

const LARGEST = Number.MAX_SAFE_INTEGER;
const UNBOUNDED: ConstIntBound = { min: -Infinity, max: Infinity };

/** A lower end, exact or rounded down. */
function lower(value: number): number {
  return value < -LARGEST ? -Infinity : Math.min(value, LARGEST);
}

/** An upper end, exact or rounded up. */
function upper(value: number): number {
  return value > LARGEST ? Infinity : Math.max(value, -LARGEST);
}

function interval(min: number, max: number): ConstIntBound {
  return { min: lower(min), max: upper(max) };
}

function union(a: ConstIntBound, b: ConstIntBound): ConstIntBound {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

function intersection(a: ConstIntBound, b: ConstIntBound): ConstIntBound {
  return { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) };
}

const everything = new Map<DataType, ConstIntBound>();

/**
 * Types to which values are truncated deliberately; index arithmetic is assumed not to overflow.
 */
export function isNarrow(dtype: DataType): boolean {
  return isInteger(dtype) && bitsOf(dtype) < 32;
}

/** All values of a type. */
function boundOfType(dtype: DataType): ConstIntBound {
  let bound = everything.get(dtype);
  if (bound === undefined) {
    const { code, bits } = dtypeInfo(dtype);
    if (code === "int") bound = interval(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1);
    else if (code === "uint") bound = interval(0, 2 ** bits - 1);
    else bound = UNBOUNDED;
    everything.set(dtype, bound);
  }
  return bound;
}

/** The bound of an operation that is monotonic in each operand: its values at the four corners. */
function atCorners(
  a: ConstIntBound,
  b: ConstIntBound,
  op: (x: number, y: number) => number,
): ConstIntBound {
  const p = op(a.min, b.min);
  const q = op(a.max, b.max);
  const r = op(a.min, b.max);
  const s = op(a.max, b.min);
  return interval(Math.min(p, q, r, s), Math.max(p, q, r, s));
}

/** `x * y` where an infinite end times 0 is 0. */
function times(x: number, y: number): number {
  return x === 0 || y === 0 ? 0 : x * y;
}

function truncQuotient(x: number, y: number): number {
  if (Number.isFinite(x)) return truncDivide(x, y);
  return y > 0 ? x : -x;
}

function floorQuotient(x: number, y: number): number {
  if (!Number.isFinite(x)) return y > 0 ? x : -x;
  if (!Number.isFinite(y)) return x !== 0 && x < 0 !== y < 0 ? -1 : 0;
  return floorDivide(x, y);
}

/** `a / b`; the range of the divisor is split at 0, where the quotient is not monotonic. */
function quotient(
  a: ConstIntBound,
  b: ConstIntBound,
  dtype: DataType,
  divide: (x: number, y: number) => number,
): ConstIntBound {
  if (!isInteger(dtype)) return boundOfType(dtype);
  if (b.min <= 0 && 0 <= b.max && isInt(dtype)) {
    const below = b.min < 0 ? { min: b.min, max: -1 } : boundOfType(dtype);
    const above = b.max > 0 ? { min: 1, max: b.max } : boundOfType(dtype);
    return union(atCorners(a, below, divide), atCorners(a, above, divide));
  }
  if (b.min === 0) return atCorners(a, { min: 1, max: Math.max(b.max, 1) }, divide);
  return atCorners(a, b, divide);
}

const NO_BOUNDS: readonly KnownBound[] = [];

export class ConstIntBoundAnalyzer extends Memoized<ConstIntBound> {
  private readonly vars = new Map<Var, ConstIntBound>();
  /** Bounds of variables, and of other expressions, from conditions. */
  private knownVars = NO_BOUNDS;
  private knownExprs = NO_BOUNDS;

  constructor(analyzer: Analyzer) {
    super(analyzer, "bound");
  }

  /** @throws InternalError when the variable already has another bound, unless it is overridden. */
  update(variable: Var, bound: ConstIntBound, allowOverride: boolean): void {
    const old = this.vars.get(variable);
    if (!allowOverride && old !== undefined && (old.min !== bound.min || old.max !== bound.max)) {
      throw new InternalError(
        `${variable.name} was bound to ${describe(old)} and now to ${describe(bound)}`,
      );
    }
    this.vars.set(variable, bound);
  }

  bindRange(variable: Var, range: Range, allowOverride: boolean): void {
    const min = this.analyze(range.min);
    const extent = this.analyze(range.extent);
    this.update(variable, interval(min.min, min.max + (extent.max - 1)), allowOverride);
  }

  /** Adds the bounds of comparisons with constants. Returns the function that removes them. */
  enterConstraint(parts: readonly PrimExpr[]): () => void {
    const { knownVars, knownExprs } = this;
    for (const part of parts) {
      const found = boundIn(part);
      if (found?.expr.kind === "Var") this.knownVars = [...this.knownVars, found];
      else if (found !== undefined) this.knownExprs = [...this.knownExprs, found];
    }
    return () => {
      this.knownVars = knownVars;
      this.knownExprs = knownExprs;
    };
  }

  protected compute(expr: PrimExpr): ConstIntBound {
    let bound = this.byKind(expr);
    const relevant = expr.kind === "Var" ? this.knownVars : this.knownExprs;
    for (const fact of relevant) {
      if (exprEqual(expr, fact.expr)) bound = intersection(bound, fact.bound);
    }
    return bound;
  }

  private byKind(expr: PrimExpr): ConstIntBound {
    switch (expr.kind) {
      case "IntImm":
        return interval(expr.value, expr.value);
      case "Var":
        return (
          this.vars.get(expr) ?? (expr.isSize ? { min: 0, max: Infinity } : boundOfType(expr.dtype))
        );
      case "Add":
      case "Sub":
      case "Mul": {
        const bound = this.beforeWrapping(expr);
        return this.leavesType(expr, bound) ? boundOfType(expr.dtype) : bound;
      }
      case "Div":
        return quotient(this.analyze(expr.a), this.analyze(expr.b), expr.dtype, truncQuotient);
      case "FloorDiv":
        return quotient(this.analyze(expr.a), this.analyze(expr.b), expr.dtype, floorQuotient);
      case "Mod":
        return truncRemainderBound(this.analyze(expr.a), this.analyze(expr.b), expr.dtype);
      case "FloorMod":
        return floorRemainderBound(this.analyze(expr.a), this.analyze(expr.b), expr.dtype);
      case "Min": {
        const a = this.analyze(expr.a);
        const b = this.analyze(expr.b);
        return { min: Math.min(a.min, b.min), max: Math.min(a.max, b.max) };
      }
      case "Max": {
        const a = this.analyze(expr.a);
        const b = this.analyze(expr.b);
        return { min: Math.max(a.min, b.min), max: Math.max(a.max, b.max) };
      }
      case "Select":
        return union(this.analyze(expr.trueValue), this.analyze(expr.falseValue));
      case "Ramp": {
        const last = add(expr.base, mul(expr.stride, expr.lanes - 1));
        return union(this.analyze(expr.base), this.analyze(last));
      }
      case "Cast":
        return this.ofCast(expr);
      case "Call":
        return this.ofCall(expr);
      case "Let":
        if (this.vars.has(expr.var_)) return this.analyze(expr.body);
        return this.analyzer.withFacts(() => {
          this.vars.set(expr.var_, this.analyze(expr.value));
          const bound = this.analyze(expr.body);
          this.vars.delete(expr.var_);
          return bound;
        });
      default:
        return boundOfType(expr.dtype);
    }
  }

  private beforeWrapping(expr: Add | Sub | Mul): ConstIntBound {
    const a = this.analyze(expr.a);
    const b = this.analyze(expr.b);
    switch (expr.kind) {
      case "Add":
        return sum(a, b.min, b.max);
      case "Sub":
        return sum(a, -b.max, -b.min);
      case "Mul":
        return atCorners(a, b, times);
    }
  }

  /** Whether the outermost operator may overflow its type and wrap around. */
  mayWrap(expr: Add | Sub | Mul): boolean {
    return this.leavesType(expr, this.beforeWrapping(expr));
  }

  private leavesType(expr: Add | Sub | Mul, { min, max }: ConstIntBound): boolean {
    const type = boundOfType(expr.dtype);
    const fits = type.min <= min && max <= type.max && Number.isFinite(min) && Number.isFinite(max);
    if (fits || !isInteger(expr.dtype)) return false;
    return !isIndexType(elementOf(expr.dtype)) || this.analyzer.userData.isIn(expr);
  }

  private ofCast(expr: Cast): ConstIntBound {
    const argument = isInt(expr.dtype) ? ceilLog2Argument(expr.value) : undefined;
    const value = argument === undefined ? this.analyze(expr.value) : this.ofCeilLog2(argument);
    const type = boundOfType(expr.dtype);
    const wraps = isNarrow(expr.dtype) && (value.min < type.min || value.max > type.max);
    return wraps ? type : intersection(value, type);
  }

  private ofCeilLog2(argument: PrimExpr): ConstIntBound {
    if (argument.kind === "FloatImm") {
      const value = ceilLog2(argument.value);
      return interval(value, value);
    }
    const { min, max } = this.analyze(argument);
    return interval(ceilLog2(min), ceilLog2(max));
  }

  private ofCall(expr: Call): ConstIntBound {
    const [x, y] = expr.args;
    if (expr.op === builtin.shiftRight) {
      return atCorners(this.analyze(x!), this.analyze(y!), (a, b) => floorQuotient(a, 2 ** b));
    }
    if (expr.op === builtin.shiftLeft) {
      const a = this.analyze(x!);
      const b = this.analyze(y!);
      // A shift of a negative number, or by a negative amount, is not defined on every target.
      if (a.min < 0 || b.min < 0) return boundOfType(expr.dtype);
      return atCorners(a, b, (p, q) => times(p, 2 ** q));
    }
    if (expr.op === builtin.bitwiseAnd) {
      const a = this.analyze(x!);
      const b = this.analyze(y!);
      if (a.min < 0 && b.min < 0) return boundOfType(expr.dtype);
      // A non-negative operand clears the sign and every bit above its highest bit.
      return {
        min: 0,
        max: Math.min(a.min >= 0 ? a.max : Infinity, b.min >= 0 ? b.max : Infinity),
      };
    }
    return boundOfType(expr.dtype);
  }
}

/** The sum of a bound and `[min, max]`; open ends stay open whatever is added. */
function sum(a: ConstIntBound, min: number, max: number): ConstIntBound {
  return {
    min: a.min === -Infinity || min === -Infinity ? -Infinity : lower(a.min + min),
    max: a.max === Infinity || max === Infinity ? Infinity : upper(a.max + max),
  };
}

function truncRemainderBound(a: ConstIntBound, b: ConstIntBound, dtype: DataType): ConstIntBound {
  if (b.min <= 0) return boundOfType(dtype);
  const cap = b.max - 1;
  if (a.min >= 0) {
    return a.max < b.min ? a : { min: 0, max: Math.min(a.max, cap) };
  }
  return { min: Math.max(a.min, -cap), max: Math.min(Math.max(a.max, 0), cap) };
}

function floorRemainderBound(a: ConstIntBound, b: ConstIntBound, dtype: DataType): ConstIntBound {
  if (b.min > 0) {
    if (a.min < 0) return { min: 0, max: b.max - 1 };
    return a.max < b.min ? a : { min: 0, max: Math.min(a.max, b.max - 1) };
  }
  // The remainder is between 0 and the divisor, whatever its sign.
  const towardDivisor = { min: Math.min(0, b.min + 1), max: Math.max(0, b.max - 1) };
  return intersection(towardDivisor, boundOfType(dtype));
}

/** `n` if the expression is `ceil(log2(n))`, the bit width in index arithmetic. */
function ceilLog2Argument(expr: PrimExpr): PrimExpr | undefined {
  if (expr.kind !== "Call" || expr.op !== builtin.ceil) return undefined;
  const inner = expr.args[0]!;
  return inner.kind === "Call" && inner.op === builtin.log2 ? inner.args[0] : undefined;
}

function ceilLog2(value: number): number {
  return value <= 0 ? -Infinity : Math.ceil(Math.log2(value));
}

/** The bound of an expression that follows from its comparison with a constant. */
function boundIn(condition: PrimExpr): KnownBound | undefined {
  switch (condition.kind) {
    case "LE":
      return atMost(condition.a, condition.b, 0);
    case "LT":
      return atMost(condition.a, condition.b, 1);
    case "GE":
      return atMost(condition.b, condition.a, 0);
    case "GT":
      return atMost(condition.b, condition.a, 1);
    case "EQ": {
      const [expr, value] = [condition.a, condition.b];
      if (value.kind === "IntImm") return about(expr, value.value, value.value);
      if (expr.kind === "IntImm") return about(value, expr.value, expr.value);
      return undefined;
    }
    default:
      return undefined;
  }
}

/** The bound that follows from `small + gap <= large`. */
function atMost(small: PrimExpr, large: PrimExpr, gap: number): KnownBound | undefined {
  if (small.kind === "IntImm") return about(large, small.value + gap, Infinity);
  if (large.kind === "IntImm") return about(small, -Infinity, large.value - gap);
  return undefined;
}

function about(expr: PrimExpr, min: number, max: number): KnownBound | undefined {
  return expr.kind === "IntImm" ? undefined : { expr, bound: interval(min, max) };
}

function describe(bound: ConstIntBound): string {
  return `[${bound.min}, ${bound.max}]`;
}
