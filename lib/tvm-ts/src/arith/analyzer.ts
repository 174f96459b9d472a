/**
 * The arithmetic analyzer: what can be said about whole-number expressions, given the ranges of
 * their variables and the conditions that hold. Four analyses stand behind it, each asking the
 * others through it:
 *
 *     constant bounds   x in [0, 7]               const-int-bound.ts
 *     modular sets      x is 4 * k + 1            modular-set.ts
 *     interval sets     x in [n, n + 7]           int-set.ts, eval-set.ts
 *     simplification    (x*4 + 3)//4 -> x         rewrite/, canonical/
 */

import {
  eq,
  exprEqual,
  isConstInt,
  isHandle,
  isOne,
  printExpr,
  Range,
  sub,
  toExpr,
  type Add,
  type ExprLike,
  type Mul,
  type PrimExpr,
  type Sub,
  type Var,
} from "../ir";
import { CanonicalSimplifier } from "./canonical/canonical-simplifier";
import { ConstIntBoundAnalyzer, type ConstIntBound } from "./const-int-bound";
import { extractConstraints } from "./constraints";
import { ExactnessAnalyzer } from "./exactness";
import { IntSetAnalyzer } from "./eval-set";
import { IntSet, type Domains } from "./int-set";
import { Memo } from "./memo";
import { ModularSetAnalyzer, type ModularSet } from "./modular-set";
import type { Rule } from "./rewrite/rule";
import { RewriteSimplifier } from "./rewrite/rewrite-simplifier";
import { UserData } from "./user-data";

/** Called with every rule that applies, and what it turned into what. */
export type RuleObserver = (rule: Rule, before: PrimExpr, after: PrimExpr) => void;

export interface AnalyzerOptions {
  /** Simplifies floats as if they were exact, finite and never NaN; not done unless set. */
  readonly fastMath?: boolean;
}

export class Analyzer {
  /**
   * What was worked out under the facts as they stand.
   * @internal for the analyses
   */
  memo = new Memo();
  /** Counts the facts that stay, so that a scope knows whether what was known before it is stale. */
  private bindings = 0;
  private readonly bounds = new ConstIntBoundAnalyzer(this);
  private readonly exactness = new ExactnessAnalyzer(this);
  private readonly modular = new ModularSetAnalyzer(this);
  private readonly sets = new IntSetAnalyzer(this);
  private readonly rewriter = new RewriteSimplifier(this);
  private readonly canonical = new CanonicalSimplifier(this);
  private withoutFacts: Analyzer | undefined;

  /**
   * Which expressions compute with elements of arrays.
   * @internal for the analyses
   */
  readonly userData = new UserData();
  readonly onRewrite: RuleObserver | undefined;
  /** Whether floats are simplified as if they were exact, finite and never NaN. */
  readonly fastMath: boolean;

  /** @param onRewrite is called with every rule that is applied */
  constructor(onRewrite?: RuleObserver, { fastMath = false }: AnalyzerOptions = {}) {
    this.onRewrite = onRewrite;
    this.fastMath = fastMath;
  }

  /**
   * Says that a variable has a value, or a value in a range, from now on.
   * @throws InternalError when something else was said of it before, unless `allowOverride`.
   */
  bind(variable: Var, value: ExprLike | Range, allowOverride = false): void {
    if (value instanceof Range && !isOne(value.extent)) {
      this.bounds.bindRange(variable, value, allowOverride);
      this.sets.update(variable, IntSet.fromRange(value), allowOverride);
    } else {
      const expr = value instanceof Range ? value.min : toExpr(value);
      this.bindValue(variable, expr, allowOverride);
    }
    this.bindings++;
    this.forget();
  }

  /** Says that a variable stands for a value that is computed from elements of arrays. */
  bindUserData(variable: Var): void {
    this.userData.add(variable);
    this.bindings++;
    this.forget();
  }

  private bindValue(variable: Var, value: PrimExpr, allowOverride: boolean): void {
    const simple = this.rewriteSimplify(this.canonicalSimplify(value));
    this.bounds.update(variable, this.bounds.analyze(simple), allowOverride);
    this.modular.update(variable, this.modular.analyze(simple), allowOverride);
    this.rewriter.update(variable, simple, allowOverride);
    this.canonical.update(variable, simple, allowOverride);
    this.sets.update(variable, this.sets.evaluate(simple), allowOverride);
  }

  /** The interval of whole numbers `expr` stays in. */
  constIntBound(expr: PrimExpr): ConstIntBound {
    return this.bounds.analyze(expr);
  }

  /**
   * Whether no sum, difference or product in `expr` wraps around. Index arithmetic is taken not to;
   * where elements of arrays take part, the bounds must show it.
   */
  isExact(expr: PrimExpr): boolean {
    return this.exactness.analyze(expr);
  }

  /**
   * Whether the operator itself may wrap around.
   * @internal for the analyses
   */
  mayWrap(expr: Add | Sub | Mul): boolean {
    return this.bounds.mayWrap(expr);
  }

  /** What is known of `expr` modulo a constant. */
  modularSet(expr: PrimExpr): ModularSet {
    return this.modular.analyze(expr);
  }

  /** The values of `expr` under the analyzer's facts, or (if given) over `domains` alone. */
  intSet(expr: PrimExpr, domains?: Domains): IntSet {
    return this.sets.evaluate(expr, domains);
  }

  /**
   * `expr` with the rewrite rules applied from the inside out, twice. The same object if that
   * changes nothing.
   */
  rewriteSimplify(expr: PrimExpr): PrimExpr {
    const once = this.rewriter.analyze(expr);
    if (once === expr) return expr;
    const twice = this.rewriter.analyze(once);
    return exprEqual(twice, expr) ? expr : twice; // some rules undo each other
  }

  /**
   * `expr` as a sum of scaled quotients and remainders, like terms merged. The same object if it is
   * written that way already.
   */
  canonicalSimplify(expr: PrimExpr): PrimExpr {
    if (expr.kind === "IntImm") return expr;
    const simple = this.canonical.analyze(expr);
    return exprEqual(simple, expr) ? expr : simple;
  }

  /**
   * Rewriting and canonical simplification in turns, `steps` of them. The same object if that changes
   * nothing. After the two steps that TVM takes unless told otherwise, an expression can sometimes be
   * simplified further; `Infinity` goes on until nothing changes, and is idempotent.
   */
  simplify(expr: PrimExpr, steps = 2): PrimExpr {
    if (steps === Infinity) return this.simplifyToRest(expr);
    let simple = expr;
    for (let step = 0; step < steps && !isConstInt(simple); step++) {
      simple = step % 2 === 0 ? this.rewriteSimplify(simple) : this.canonicalSimplify(simple);
    }
    return exprEqual(simple, expr) ? expr : simple;
  }

  /**
   * Simplifies until an expression comes back. A few turn around without end, such as the terms of
   * `(min(x, y) + max(z, x))*2`; of what they go through, the shortest text stands for all.
   */
  private simplifyToRest(expr: PrimExpr): PrimExpr {
    const seen = [expr];
    for (;;) {
      const simple = this.simplify(seen[seen.length - 1]!);
      const first = seen.findIndex((earlier) => exprEqual(earlier, simple));
      if (first >= 0) return seen.slice(first).reduce(shorter);
      seen.push(simple);
    }
  }

  /** Whether `condition` simplifies to true. */
  canProve(condition: PrimExpr): boolean {
    const simple = isConstInt(condition) ? condition : this.simplify(condition);
    return isConstInt(simple) && simple.value !== 0;
  }

  canProveEqual(left: ExprLike, right: ExprLike): boolean {
    const a = toExpr(left);
    const b = toExpr(right);
    if (isConstInt(a) && isConstInt(b)) return a.value === b.value;
    if (isHandle(a.dtype) || isHandle(b.dtype)) return a === b;
    return this.canProve(eq(sub(a, b), 0));
  }

  /** Whether `expr >= bound` for certain. */
  canProveGreaterEqual(expr: PrimExpr, bound: number): boolean {
    if (isConstInt(expr)) return expr.value >= bound;
    return this.bounds.analyze(this.rewriteSimplify(expr)).min >= bound;
  }

  /** Whether `expr < bound` for certain. */
  canProveLess(expr: PrimExpr, bound: number): boolean {
    if (isConstInt(expr)) return expr.value < bound;
    return this.bounds.analyze(this.rewriteSimplify(expr)).max < bound;
  }

  /** What `run` gives while `condition` holds. */
  withConstraint<T>(condition: PrimExpr, run: () => T): T {
    const leave = this.enterConstraint(condition);
    try {
      return run();
    } finally {
      leave();
    }
  }

  /**
   * Takes `condition` for true until the function it gives is called. Constraints are left in the
   * opposite order to the one they were entered in.
   */
  enterConstraint(condition: PrimExpr): () => void {
    const leaveFacts = this.enterFacts();
    const parts = extractConstraints(this, condition);
    const leaveBounds = this.bounds.enterConstraint(parts);
    const leaveModular = this.modular.enterConstraint(condition);
    const leaveSets = this.sets.enterConstraint(parts);
    // What the bounds say already need not be kept as a condition: it simplifies to true.
    const leaveLiterals = this.rewriter.enterConstraint(condition);
    if (leaveLiterals !== undefined) this.forget();
    return () => {
      leaveLiterals?.();
      leaveSets();
      leaveModular();
      leaveBounds();
      leaveFacts();
    };
  }

  /**
   * What `run` gives with facts of its own, which it takes back itself.
   * @internal for the analyses
   */
  withFacts<T>(run: () => T): T {
    const leave = this.enterFacts();
    try {
      return run();
    } finally {
      leave();
    }
  }

  private forget(): void {
    if (!this.memo.isEmpty) this.memo = new Memo();
  }

  private enterFacts(): () => void {
    const outer = this.memo;
    const bindings = this.bindings;
    this.memo = new Memo();
    return () => {
      this.memo = bindings === this.bindings ? outer : new Memo();
    };
  }

  /**
   * An analyzer that knows nothing of any variable.
   * @internal for the analyses
   */
  unbound(): Analyzer {
    return (this.withoutFacts ??= new Analyzer(this.onRewrite, this));
  }
}

/** The one with the shorter text, or the one that comes first in the alphabet. */
function shorter(a: PrimExpr, b: PrimExpr): PrimExpr {
  const [x, y] = [printExpr(a), printExpr(b)];
  return x.length < y.length || (x.length === y.length && x <= y) ? a : b;
}
