/** Computes the set of values of an expression whose variables range over sets. */

import {
  add,
  cast,
  constant,
  isInteger,
  max,
  min,
  NEG_INF,
  POS_INF,
  sub,
  usesVar,
  zero,
  type BufferLoad,
  type CompareExpr,
  type And,
  type Or,
  type PrimExpr,
  type Ramp,
  type Var,
} from "../ir";
import { InternalError } from "../support";
import type { FactlessAnalyzer } from "./analyzer";
import { arithmetic } from "./interval-arithmetic";
import { IntSet, type Domains } from "./int-set";
import { binaryOperands, fromTheInsideOut, MAX_NESTING } from "./memo";
import { operate } from "./operators";

/** A variable, and a set that contains it according to a condition. */
export type DomainConstraint = readonly [Var, IntSet];

export class SetEvaluator {
  /** The nesting depth of domain lookups; a domain may contain other variables. */
  private depth = 0;
  private nesting = 0;
  /** Cached sets by depth: of variables with a domain, and of the parts of deep expressions. */
  private readonly cache: Map<PrimExpr, IntSet>[] = [];

  constructor(
    private readonly analyzer: FactlessAnalyzer,
    private readonly domains: Domains,
    private readonly constraints: readonly DomainConstraint[] = [],
    /** Whether the set of a vector is the set of its lanes. */
    private readonly vectors = false,
  ) {}

  evaluate(expr: PrimExpr): IntSet {
    if (expr.kind === "IntImm") return IntSet.single(expr);
    const found = this.cache[this.depth]?.get(expr);
    if (found !== undefined) return found;
    if (this.nesting >= MAX_NESTING) this.prepareOperands(expr);
    this.nesting++;
    try {
      return this.compute(expr);
    } finally {
      this.nesting--;
    }
  }

  /** The set with its ends evaluated in turn. */
  relax(set: IntSet): IntSet {
    // The lookup of a domain that contains its variable would not end.
    if (this.depth >= this.domains.size) return set;
    this.depth++;
    try {
      const low = set.hasLowerBound ? this.evaluate(set.min) : set;
      const high = set.hasUpperBound ? this.evaluate(set.max) : set;
      if (low.isNothing || high.isNothing) return IntSet.nothing();
      return IntSet.interval(low.min, high.max);
    } finally {
      this.depth--;
    }
  }

  private prepareOperands(expr: PrimExpr): void {
    const table = this.cached();
    fromTheInsideOut(
      expr,
      binaryOperands,
      (e) => table.has(e),
      (e) => table.set(e, this.evaluate(e)),
    );
  }

  /** The cached sets of the current depth. */
  private cached(): Map<PrimExpr, IntSet> {
    return (this.cache[this.depth] ??= new Map<PrimExpr, IntSet>());
  }

  private compute(expr: PrimExpr): IntSet {
    switch (expr.kind) {
      case "Var":
        return this.ofVar(expr);
      case "Add":
      case "Sub":
      case "Mul":
      case "Div":
      case "Mod":
      case "FloorDiv":
      case "FloorMod":
      case "Min":
      case "Max": {
        const a = this.evaluate(expr.a);
        const b = this.evaluate(expr.b);
        if (isPoint(a, expr.a) && isPoint(b, expr.b)) return IntSet.single(expr);
        return arithmetic[expr.kind](this.analyzer, a, b);
      }
      case "EQ":
      case "NE":
      case "LT":
      case "LE":
      case "GT":
      case "GE":
      case "And":
      case "Or":
        return this.ofCondition(expr);
      case "Select":
        return unionOf(this.evaluate(expr.falseValue), this.evaluate(expr.trueValue));
      case "Cast": {
        const set = this.evaluate(expr.value);
        return IntSet.interval(
          set.hasLowerBound ? cast(expr.dtype, set.min) : NEG_INF,
          set.hasUpperBound ? cast(expr.dtype, set.max) : POS_INF,
        );
      }
      case "BufferLoad":
        return this.ofLoad(expr);
      case "Ramp":
        return this.ofRamp(expr);
      case "Broadcast":
        return this.vectors ? this.evaluate(expr.value) : IntSet.everything();
      default:
        return IntSet.everything();
    }
  }

  private ofVar(variable: Var): IntSet {
    const sets: IntSet[] = [];
    for (const [confined, set] of this.constraints) {
      if (confined === variable) sets.push(set);
    }
    const domain = this.domains.get(variable);
    if (domain !== undefined) sets.push(domain);
    if (sets.length === 0) return IntSet.single(variable);
    const set = sets.length === 1 ? sets[0]! : intersectWith(this.analyzer.unbound(), sets);
    if (isPoint(set, variable)) return set;
    const relaxed = this.relax(set);
    this.cached().set(variable, relaxed);
    return relaxed;
  }

  private ofCondition(expr: CompareExpr | And | Or): IntSet {
    const a = this.evaluate(expr.a);
    const b = this.evaluate(expr.b);
    if (isPoint(a, expr.a) && isPoint(b, expr.b)) return IntSet.single(expr);
    if (a.isSinglePoint && b.isSinglePoint) {
      return IntSet.single(operate(expr.kind, a.min, b.min));
    }
    return IntSet.interval(constant(0, expr.dtype), constant(1, expr.dtype));
  }

  private ofLoad(load: BufferLoad): IntSet {
    if (!isInteger(load.dtype)) return IntSet.everything();
    // The contents of a buffer are unknown, but a single element is a single value.
    const relaxes = load.indices.some((index) => usesVar(index, (v) => this.domains.has(v)));
    return relaxes ? IntSet.everything() : IntSet.single(load);
  }

  private ofRamp(ramp: Ramp): IntSet {
    if (!this.vectors || ramp.stride.kind !== "IntImm") return IntSet.everything();
    const base = this.evaluate(ramp.base);
    const type = ramp.base.dtype;
    const last = constant(ramp.stride.value * (ramp.lanes - 1), type);
    const steps =
      ramp.stride.value > 0 ? IntSet.interval(zero(type), last) : IntSet.interval(last, zero(type));
    return arithmetic.Add(this.analyzer, base, steps);
  }
}

function isPoint(set: IntSet, expr: PrimExpr): boolean {
  return set.min === expr && set.max === expr;
}

function unionOf(a: IntSet, b: IntSet): IntSet {
  if (a.isNothing) return b;
  if (b.isNothing) return a;
  return IntSet.interval(min(a.min, b.min), max(a.max, b.max));
}

function intersectionOf(analyzer: FactlessAnalyzer, a: IntSet, b: IntSet): IntSet {
  const low = max(a.min, b.min);
  const high = min(a.max, b.max);
  const comparable = isInteger(low.dtype) && isInteger(high.dtype);
  if (comparable && analyzer.canProve(high.lt(low))) return IntSet.nothing();
  return IntSet.interval(low, high);
}

function simplified(analyzer: FactlessAnalyzer, set: IntSet): IntSet {
  return IntSet.interval(analyzer.simplify(set.min), analyzer.simplify(set.max));
}

/** The smallest interval that provably contains all sets. */
export function unionWith(analyzer: FactlessAnalyzer, sets: readonly IntSet[]): IntSet {
  if (sets.length === 0) return IntSet.nothing();
  if (sets.length === 1) return sets[0]!;
  return simplified(analyzer, sets.reduce(unionOf));
}

/** An interval that contains the intersection of the sets. */
export function intersectWith(analyzer: FactlessAnalyzer, sets: readonly IntSet[]): IntSet {
  if (sets.length === 0) return IntSet.nothing();
  if (sets.length === 1) return sets[0]!;
  return simplified(
    analyzer,
    sets.reduce((a, b) => intersectionOf(analyzer, a, b)),
  );
}

const NO_CONSTRAINTS: readonly DomainConstraint[] = [];

export class IntSetAnalyzer {
  private readonly domains = new Map<Var, IntSet>();
  private constraints = NO_CONSTRAINTS;

  constructor(private readonly analyzer: FactlessAnalyzer) {}

  /** The set of `expr`: under the analyzer's facts, or over `domains` alone if passed. */
  evaluate(expr: PrimExpr, domains?: Domains): IntSet {
    const evaluator =
      domains === undefined
        ? new SetEvaluator(this.analyzer, this.domains, this.constraints, true)
        : new SetEvaluator(this.analyzer, domains);
    return evaluator.evaluate(expr);
  }

  /**
   * @throws InternalError when the variable already has another domain, unless it is overridden.
   */
  update(variable: Var, set: IntSet, allowOverride: boolean): void {
    const old = this.domains.get(variable);
    if (!allowOverride && old !== undefined && !old.equals(set)) {
      throw new InternalError(
        `${variable.name} was bound to ${old.toString()} and now to ${set.toString()}`,
      );
    }
    this.domains.set(variable, set);
  }

  /** Adds the constraints of comparisons of a variable. Returns the function that removes them. */
  enterConstraint(parts: readonly PrimExpr[]): () => void {
    const outer = this.constraints;
    this.constraints = [...outer, ...parts.flatMap(domainsIn)];
    return () => {
      this.constraints = outer;
    };
  }
}

/** The constraints on the variables of a comparison. */
function domainsIn(condition: PrimExpr): DomainConstraint[] {
  switch (condition.kind) {
    case "LE":
      return ordered(condition.a, condition.b, 0);
    case "LT":
      return ordered(condition.a, condition.b, 1);
    case "GE":
      return ordered(condition.b, condition.a, 0);
    case "GT":
      return ordered(condition.b, condition.a, 1);
    case "EQ": {
      const { a, b } = condition;
      const found: DomainConstraint[] = [];
      if (a.kind === "Var") found.push([a, IntSet.single(b)]);
      if (b.kind === "Var") found.push([b, IntSet.single(a)]);
      return found;
    }
    default:
      return [];
  }
}

/** The constraints that follow from `small + gap <= large`. */
function ordered(small: PrimExpr, large: PrimExpr, gap: number): DomainConstraint[] {
  const found: DomainConstraint[] = [];
  if (small.kind === "Var") {
    found.push([small, IntSet.interval(NEG_INF, gap === 0 ? large : sub(large, gap))]);
  }
  if (large.kind === "Var") {
    found.push([large, IntSet.interval(gap === 0 ? small : add(small, gap), POS_INF)]);
  }
  return found;
}
