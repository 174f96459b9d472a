/**
 * Sets of whole numbers with symbolic ends: `[min, max]`, both included. An open end is `NEG_INF`
 * or `POS_INF`. Bound inference computes with them; proofs about constants use `ConstIntBound`.
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

/** What is known of the sign of every element of a set. */
export type Sign = "positive" | "negative" | "zero" | "unknown";

/** The proofs sets need; they hold for any values of the variables. */
export interface SetProver {
  simplify(expr: PrimExpr): PrimExpr;
  canProveEqual(a: PrimExpr, b: PrimExpr): boolean;
}

let newProver: () => SetProver;
let evaluateVector: (expr: PrimExpr) => IntSet;

/** Called once by the module that has the analyzer, which is itself made of sets. */
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

  /** The lanes of a vector expression (or the one value of a scalar). */
  static vector(expr: PrimExpr): IntSet {
    return evaluateVector(expr);
  }

  /** Whether both ends are the same expressions. */
  equals({ min, max }: IntSet): boolean {
    return exprEqual(this.min, min) && exprEqual(this.max, max);
  }

  /** Whether nothing is in the set; an end may lie beyond the other after a computation. */
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

  /** The element of a set that `isSinglePoint`. */
  get pointValue(): PrimExpr {
    assertInternal(this.isSinglePoint, `${this.toString()} is not a single point`);
    return this.min;
  }

  /** The simplified range from end to end; `otherwise` if an end is open. */
  coverRange<T extends Range | undefined>(otherwise: T): Range | T {
    if (!this.hasLowerBound || !this.hasUpperBound) return otherwise;
    return new Range(simplified(this.min), simplified(sub(add(this.max, 1), this.min)));
  }

  /** Whether the set can be proved to be exactly the range. */
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

/** What each variable may be. */
export type Domains = ReadonlyMap<Var, IntSet>;
