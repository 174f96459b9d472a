/**
 * The arithmetic analyzer: properties of integer expressions, given the ranges of their variables and
 * the conditions that hold. It has four analyses, which use each other through it:
 *
 *     constant bounds   x in [0, 7]               const-int-bound.ts
 *     modular sets      x is 4 * k + 1            modular-set.ts
 *     interval sets     x in [n, n + 7]           int-set.ts, eval-set.ts
 *     simplification    (x*4 + 3)//4 -> x         rewrite/, canonical/, affine.ts
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
import { simplifyAffine } from "./affine";
import { CanonicalSimplifier } from "./canonical/canonical-simplifier";
import { ConstIntBoundAnalyzer, type ConstIntBound } from "./const-int-bound";
import { extractConstraints } from "./constraints";
import { hasCounterexample } from "./counterexample";
import { ExactnessAnalyzer } from "./exactness";
import { IntSetAnalyzer } from "./eval-set";
import { IntSet, type Domains } from "./int-set";
import { Memo } from "./memo";
import { ModularSetAnalyzer, type ModularSet } from "./modular-set";
import type { Rule } from "./rewrite/rule";
import { RewriteSimplifier } from "./rewrite/rewrite-simplifier";
import { UserData } from "./user-data";

/** Called with every rule that is applied, and the expressions before and after. */
export type RuleObserver = (rule: Rule, before: PrimExpr, after: PrimExpr) => void;

export interface AnalyzerOptions {
  /** Simplifies floats as if they were exact, finite and never NaN; false if left out. */
  readonly fastMath?: boolean;
}

export class Analyzer {
  /**
   * The results of the analyses under the current facts.
   * @internal for the analyses
   */
  memo = new Memo();
  /**
   * Counts the permanent facts, so that a scope can detect whether results from before it are stale.
   */
  private bindings = 0;
  /** The number of conditions that are assumed. */
  private constraints = 0;
  private readonly bounds = new ConstIntBoundAnalyzer(this);
  private readonly exactness = new ExactnessAnalyzer(this);
  private readonly modular = new ModularSetAnalyzer(this);
  private readonly sets = new IntSetAnalyzer(this);
  private readonly rewriter = new RewriteSimplifier(this);
  private readonly canonical = new CanonicalSimplifier(this);
  private withoutFacts: Analyzer | undefined;

  /**
   * The analysis of which expressions depend on elements of arrays.
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
   * Binds a variable to a value or a range, permanently.
   * @throws InternalError when it was bound differently before, unless `allowOverride`.
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

  /** Marks a variable as a value that is computed from elements of arrays. */
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

  /** The smallest known interval of integers that contains the values of `expr`. */
  constIntBound(expr: PrimExpr): ConstIntBound {
    return this.bounds.analyze(expr);
  }

  /**
   * Whether no sum, difference or product in `expr` wraps around. Index arithmetic is assumed not to;
   * for expressions with elements of arrays, the bounds must prove it.
   */
  isExact(expr: PrimExpr): boolean {
    return this.exactness.analyze(expr);
  }

  /**
   * Whether the outermost operator may wrap around.
   * @internal for the analyses
   */
  mayWrap(expr: Add | Sub | Mul): boolean {
    return this.bounds.mayWrap(expr);
  }

  /**
   * The expression to which a variable is bound.
   * @internal for the analyses
   */
  boundValue(variable: Var): PrimExpr | undefined {
    return this.rewriter.boundValue(variable);
  }

  /** The known residue of `expr` modulo a constant. */
  modularSet(expr: PrimExpr): ModularSet {
    return this.modular.analyze(expr);
  }

  /** The values of `expr` under the analyzer's facts, or over `domains` alone if passed. */
  intSet(expr: PrimExpr, domains?: Domains): IntSet {
    return this.sets.evaluate(expr, domains);
  }

  /** `expr` with the rewrite rules applied bottom-up, twice. The same object if nothing changes. */
  rewriteSimplify(expr: PrimExpr): PrimExpr {
    const once = this.rewriter.analyze(expr);
    if (once === expr) return expr;
    const twice = this.rewriter.analyze(once);
    return exprEqual(twice, expr) ? expr : twice; // a few rules undo each other
  }

  /**
   * `expr` as a sum of scaled quotients and remainders, with like terms merged. The same object if it
   * already has this form.
   */
  canonicalSimplify(expr: PrimExpr): PrimExpr {
    if (expr.kind === "IntImm") return expr;
    const simple = this.canonical.analyze(expr);
    return exprEqual(simple, expr) ? expr : simple;
  }

  /**
   * Alternates rewriting and canonical simplification, `steps` times in all. The same object if
   * nothing changes. After two steps, TVM's default, some expressions can be simplified further;
   * `Infinity` continues until nothing changes, and is idempotent.
   */
  simplify(expr: PrimExpr, steps = 2): PrimExpr {
    if (expr.kind === "IntImm") return expr;
    if (steps === Infinity) return this.simplifyToRest(expr);
    const simple = this.affine(expr, steps) ?? this.alternate(expr, steps);
    return exprEqual(simple, expr) ? expr : simple;
  }

  /**
   * The simplified expression, if it is affine: computed directly, unless an observer waits for the
   * rules.
   */
  private affine(expr: PrimExpr, steps: number): PrimExpr | undefined {
    const endsCanonical = steps > 0 && steps % 2 === 0;
    return endsCanonical && this.onRewrite === undefined ? simplifyAffine(expr, this) : undefined;
  }

  private alternate(expr: PrimExpr, steps: number): PrimExpr {
    let simple = expr;
    for (let step = 0; step < steps && !isConstInt(simple); step++) {
      simple = step % 2 === 0 ? this.rewriteSimplify(simple) : this.canonicalSimplify(simple);
    }
    return simple;
  }

  /**
   * Simplifies until an expression repeats. A few expressions cycle, such as the terms of `(min(x, y)
   * + max(z, x))*2`; the result is then the expression of the cycle with the shortest text.
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
    if (isConstInt(condition)) return condition.value !== 0;
    // Conditions relate variables to each other; an observer is told the rules of failed proofs, too.
    const isPlain = this.constraints === 0 && this.onRewrite === undefined;
    if (isPlain && hasCounterexample(condition, this)) return false;
    const simple = this.simplify(condition);
    return isConstInt(simple) && simple.value !== 0;
  }

  canProveEqual(left: ExprLike, right: ExprLike): boolean {
    const a = toExpr(left);
    const b = toExpr(right);
    if (isConstInt(a) && isConstInt(b)) return a.value === b.value;
    if (isHandle(a.dtype) || isHandle(b.dtype)) return a === b;
    return this.canProve(eq(sub(a, b), 0));
  }

  /** Whether `expr >= bound` can be proved. */
  canProveGreaterEqual(expr: PrimExpr, bound: number): boolean {
    if (isConstInt(expr)) return expr.value >= bound;
    return this.bounds.analyze(this.rewriteSimplify(expr)).min >= bound;
  }

  /** Whether `expr < bound` can be proved. */
  canProveLess(expr: PrimExpr, bound: number): boolean {
    if (isConstInt(expr)) return expr.value < bound;
    return this.bounds.analyze(this.rewriteSimplify(expr)).max < bound;
  }

  /** The result of `run` under the assumption that `condition` holds. */
  withConstraint<T>(condition: PrimExpr, run: () => T): T {
    const leave = this.enterConstraint(condition);
    try {
      return run();
    } finally {
      leave();
    }
  }

  /**
   * Assumes `condition` until the returned function is called. Constraints must be left in the reverse
   * order of entering them.
   */
  enterConstraint(condition: PrimExpr): () => void {
    const leaveFacts = this.enterFacts();
    this.constraints++;
    const parts = extractConstraints(this, condition);
    const leaveBounds = this.bounds.enterConstraint(parts);
    const leaveModular = this.modular.enterConstraint(condition);
    const leaveSets = this.sets.enterConstraint(parts);
    // A condition that follows from the bounds is not stored: it simplifies to true.
    const leaveLiterals = this.rewriter.enterConstraint(condition);
    if (leaveLiterals !== undefined) this.forget();
    return () => {
      leaveLiterals?.();
      leaveSets();
      leaveModular();
      leaveBounds();
      this.constraints--;
      leaveFacts();
    };
  }

  /**
   * The result of `run`, which may add facts that it removes itself.
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

  /** @internal Whether a variable was bound, or a simplification is under way. */
  get isTaken(): boolean {
    return this.bindings > 0 || this.rewriter.isRunning || this.canonical.isRunning;
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
   * An analyzer without facts.
   * @internal for the analyses
   */
  unbound(): Analyzer {
    return (this.withoutFacts ??= new Analyzer(this.onRewrite, this));
  }
}

/** An analyzer without the methods that add facts. */
export type FactlessAnalyzer = Omit<
  Analyzer,
  "bind" | "bindUserData" | "withConstraint" | "enterConstraint"
>;

/** The cached results keep expressions alive, so an analyzer is not shared forever. */
const MAX_USES = 200;
let shared = new Analyzer();
let uses = 0;

/**
 * An analyzer for what holds for all values of the variables. Callers share it and its cached results:
 * ask for it each time, and do not keep it.
 */
export function factlessAnalyzer(): FactlessAnalyzer {
  // An expression can bind its own variables, and ask about their sets: a reduction, for example.
  if (++uses > MAX_USES || shared.isTaken) {
    shared = new Analyzer();
    uses = 0;
  }
  return shared;
}

/**
 * The expression with the shorter text; of texts of equal length, the first in alphabetical order.
 */
function shorter(a: PrimExpr, b: PrimExpr): PrimExpr {
  const [x, y] = [printExpr(a), printExpr(b)];
  return x.length < y.length || (x.length === y.length && x <= y) ? a : b;
}
