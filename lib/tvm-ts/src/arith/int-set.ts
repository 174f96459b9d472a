/**
 * Sets of integers with symbolic ends: `[min, max]`, both included. An open end is `NEG_INF` or
 * `POS_INF`. Bound inference computes with them; proofs about constants use `ConstIntBound`.
 */

import {
  add,
  exprEqual,
  isConstInt,
  isOne,
  isZero,
  NEG_INF,
  POS_INF,
  Range,
  sub,
  type PrimExpr,
  type Var,
} from "../ir";
import { assertInternal } from "../support";

/** The known sign of all elements of a set. */
export type Sign = "positive" | "negative" | "zero" | "unknown";

/** The proofs that sets need. They hold for all values of the variables. */
export interface SetProver {
  simplify(expr: PrimExpr): PrimExpr;
  canProveEqual(a: PrimExpr, b: PrimExpr): boolean;
}

let newProver: () => SetProver;
let evaluateVector: (expr: PrimExpr) => IntSet;

/** Called once by the analyzer's module, which depends on this one. */
export function bindSetProver(prover: () => SetProver, vector: (expr: PrimExpr) => IntSet): void {
  newProver = prover;
  evaluateVector = vector;
}

export class IntSet {
  private singlePoint: boolean | undefined;

  private constructor(
    readonly min: PrimExpr,
    readonly max: PrimExpr,
  ) {}

  static everything(): IntSet {
    return EVERYTHING;
  }

  static nothing(): IntSet {
    return NOTHING;
  }

  static single(point: PrimExpr): IntSet {
    return new IntSet(point, point);
  }

  /** `[min, max]`, both included. */
  static interval(min: PrimExpr, max: PrimExpr): IntSet {
    return new IntSet(min, max);
  }

  /** `[min, min + extent)` */
  static fromMinExtent(min: PrimExpr, extent: PrimExpr): IntSet {
    return isOne(extent) ? IntSet.single(min) : new IntSet(min, sub(add(extent, min), 1));
  }

  static fromRange(range: Range): IntSet {
    return IntSet.fromMinExtent(range.min, range.extent);
  }

  /** The set of the lanes of a vector expression (or of the value of a scalar). */
  static vector(expr: PrimExpr): IntSet {
    return evaluateVector(expr);
  }

  /** Whether the ends of both sets are equal expressions. */
  equals({ min, max }: IntSet): boolean {
    return exprEqual(this.min, min) && exprEqual(this.max, max);
  }

  /** Whether the set is empty; after a computation, `min` may be greater than `max`. */
  get isNothing(): boolean {
    return this.min === POS_INF || this.max === NEG_INF;
  }

  get isEverything(): boolean {
    return this.min === NEG_INF && this.max === POS_INF;
  }

  get hasLowerBound(): boolean {
    return this.min !== NEG_INF && !this.isNothing;
  }

  get hasUpperBound(): boolean {
    return this.max !== POS_INF && !this.isNothing;
  }

  /** Whether the ends can be proved equal. */
  get isSinglePoint(): boolean {
    this.singlePoint ??= provedEqual(this.min, this.max);
    return this.singlePoint;
  }

  /** The only element of a set for which `isSinglePoint` holds. */
  get pointValue(): PrimExpr {
    assertInternal(this.isSinglePoint, `${this.toString()} does not have exactly one element`);
    return this.min;
  }

  /** The simplified range between the ends; `otherwise` if an end is open. */
  coverRange<T extends Range | undefined>(otherwise: T): Range | T {
    if (!this.hasLowerBound || !this.hasUpperBound) return otherwise;
    return new Range(simplified(this.min), simplified(sub(add(this.max, 1), this.min)));
  }

  /** Whether the set is provably equal to the range. */
  matchRange(range: Range): boolean {
    if (!this.hasLowerBound || !this.hasUpperBound) return false;
    const same = (a: PrimExpr, b: PrimExpr): boolean => isZero(simplified(sub(a, b)));
    return same(this.min, range.min) && same(this.max, sub(add(range.extent, range.min), 1));
  }

  canProvePositive(): boolean {
    return constantBound(this.min, (value) => value > 0);
  }

  canProveNegative(): boolean {
    return constantBound(this.max, (value) => value < 0);
  }

  canProveNonNegative(): boolean {
    return constantBound(this.min, (value) => value >= 0);
  }

  canProveNonPositive(): boolean {
    return constantBound(this.max, (value) => value <= 0);
  }

  get sign(): Sign {
    if (this.canProvePositive()) return "positive";
    if (this.canProveNegative()) return "negative";
    return this.isSinglePoint && isZero(this.min) ? "zero" : "unknown";
  }

  toString(): string {
    return `IntervalSet[${this.min.toString()}, ${this.max.toString()}]`;
  }
}

const EVERYTHING = IntSet.interval(NEG_INF, POS_INF);
const NOTHING = IntSet.interval(POS_INF, NEG_INF);

function provedEqual(a: PrimExpr, b: PrimExpr): boolean {
  if (a === b) return true;
  if (a.kind === "IntImm" && b.kind === "IntImm") return a.value === b.value;
  return newProver().canProveEqual(a, b);
}

/** Whether an end simplifies to a constant for which `holds`. */
function constantBound(end: PrimExpr, holds: (value: number) => boolean): boolean {
  const simple = simplified(end);
  return isConstInt(simple) && holds(simple.value);
}

function simplified(expr: PrimExpr): PrimExpr {
  return expr.kind === "IntImm" || expr.kind === "Var" ? expr : newProver().simplify(expr);
}

/** The set of values of each variable. */
export type Domains = ReadonlyMap<Var, IntSet>;
