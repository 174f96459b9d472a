/**
 * Computes an expression that occurs several times once, and stores it in a variable.
 *
 *     B[(i*96) + j] = A[(i*96) + j] + 1f32
 *  => let cse_var_1 = (i*96) + j  B[cse_var_1] = A[cse_var_1] + 1f32
 *
 * The variable is defined at the innermost statement (or expression) that always performs the
 * computation at least twice. The largest computations come first.
 */

import { factlessAnalyzer } from "../arith";
import {
  Feature,
  forEachVar,
  hasFeature,
  exprEqual,
  exprHash,
  ExprMap,
  isBinary,
  isExpr,
  Let,
  LetStmt,
  mapChildren,
  reprExpr,
  update,
  Var,
  type OperatorExpr,
  type Node,
  type PrimExpr,
  type Stmt,
} from "../ir";
import type { FunctionPass } from "../pass";
import {
  ComputationFinder,
  directComputations,
  forEachComputation,
  isEligible,
  type Computations,
} from "./analysis/computations";
import { exprSize, freeVars, isLeaf } from "./analysis/expr-analysis";

export const commonSubexprElimTIR: FunctionPass = {
  name: "tir.CommonSubexprElimTIR",
  doc: "Computes an expression that occurs several times once, and stores it in a variable.",
  run(func, context) {
    if (context.option("tir.disable_cse_tir")) return func;
    const modulo = context.option("tir.enable_equiv_terms_in_cse_tir");
    const eliminator = new Eliminator(func.body, func.params, modulo);
    return func.with({ body: eliminator.stmt(func.body) });
  },
};

/** In place of the index of a computation: a variable in scope holds the value. */
const HELD = -1;

/** A computation, and how often it is performed. */
class Candidate {
  readonly size: number;
  count = 1;
  private text: string | undefined;

  constructor(readonly expr: PrimExpr) {
    this.size = exprSize(expr);
  }

  /** The largest first; those of the same size in the order of their texts. */
  compare(other: Candidate): number {
    if (this.size !== other.size) return other.size - this.size;
    this.text ??= reprExpr(this.expr);
    other.text ??= reprExpr(other.expr);
    return this.text < other.text ? -1 : this.text > other.text ? 1 : 0;
  }
}

class Eliminator {
  private readonly finder = new ComputationFinder();
  /** The variables in scope, with the values of those that are bound to an expression. */
  private readonly scope = new Map<Var, PrimExpr | undefined>();
  /** The names of existing variables, collected when the first new variable is made. */
  private taken: ReadonlySet<string> | undefined;
  private lastNumber = 0;

  constructor(
    private readonly initialBody: Stmt,
    params: readonly Var[],
    /** Whether expressions count as equal if they simplify to equal expressions. */
    private readonly modulo: boolean,
  ) {
    for (const param of params) this.scope.set(param, undefined);
  }

  stmt(stmt: Stmt): Stmt {
    let found = false;
    const result = this.share(stmt, this.shareable(stmt), (variable, value, body) => {
      found = true;
      return new LetStmt(variable, value, body);
    });
    if (found) return this.stmt(result); // with new variables there may be more to share
    switch (result.kind) {
      case "LetStmt": {
        const value = this.expr(result.value);
        const body = this.within(result.var_, result.value, () => this.stmt(result.body));
        return update(result, { value, body });
      }
      case "For": {
        const min = this.expr(result.min);
        const extent = this.expr(result.extent);
        const body = this.within(result.loopVar, undefined, () => this.stmt(result.body));
        return update(result, { min, extent, body });
      }
      case "BufferStore":
      case "Evaluate":
        // The statement has already shared the computations of its expressions, unless a let inside an
        // expression brings variables into scope.
        if (!hasFeature(result, Feature.LetExpr)) return result;
        return mapChildren(result, (child) => this.expr(child as PrimExpr));
      default:
        return mapChildren(result, (child) =>
          isExpr(child) ? this.expr(child) : this.stmt(child),
        );
    }
  }

  private expr(expr: PrimExpr): PrimExpr {
    const computations = this.shareable(expr);
    if (computations.length === 0) return expr;
    const bind = (variable: Var, value: PrimExpr, rest: PrimExpr): PrimExpr =>
      new Let(variable, value, rest);
    const result = this.share(expr, computations, bind);
    if (result.kind !== "Let") return mapChildren(result, (child) => this.expr(child as PrimExpr));
    const value = this.expr(result.value);
    const body = this.within(result.var_, result.value, () => this.expr(result.body));
    return update(result, { value, body });
  }

  private within<T>(variable: Var, value: PrimExpr | undefined, run: () => T): T {
    this.scope.set(variable, value);
    const result = run();
    this.scope.delete(variable);
    return result;
  }

  /**
   * Replaces the computations that `node` performs several times, and those that a variable in scope
   * already holds.
   * @param computations Those that may be shared; see `shareable`.
   * @param bind Makes a node that binds a new variable around the rest.
   */
  private share<N extends PrimExpr | Stmt>(
    node: N,
    computations: Computations,
    bind: (variable: Var, value: PrimExpr, rest: N) => N,
  ): N {
    if (computations.length === 0) return node;
    const candidates = new Candidates((expr) => this.normal(expr));
    for (const expr of computations) candidates.add(expr);
    candidates.sort();

    let result = node;
    for (const { expr, count } of candidates) {
      const holder = this.holderOf(expr);
      if (holder !== undefined) {
        result = this.replace(result, expr, holder);
      } else if (count >= 2 && this.isInScope(expr)) {
        const variable = this.newVar(expr);
        result = bind(variable, expr, this.replace(result, expr, variable));
      } else {
        for (const part of directComputations(expr)) candidates.insert(part);
      }
    }
    return result;
  }

  /**
   * The computations of `node` that may be shared: they or their parts are repeated, or a variable holds
   * the value.
   */
  private shareable(node: PrimExpr | Stmt): Computations {
    const computations = this.finder.computationsOf(node);
    // Of those that are equal after simplification, the first by text is used.
    if (this.modulo) return [...computations].sort(byText);
    /** The first computation that contains an expression, by the expression's hash. */
    const owners = new Map<number, number>();
    for (const value of this.scope.values()) {
      if (value !== undefined) owners.set(exprHash(value), HELD);
    }
    const shareable = new Set<number>();
    computations.forEach((expr, index) => {
      forEachComputation(expr, (part) => {
        const hash = exprHash(part);
        const owner = owners.get(hash);
        if (owner === undefined) {
          owners.set(hash, index);
          return true;
        }
        shareable.add(owner).add(index);
        return false;
      });
    });
    return computations.filter((_, index) => shareable.has(index));
  }

  /** The variable that holds the value of `expr`. */
  private holderOf(expr: PrimExpr): Var | undefined {
    for (const [variable, value] of this.scope) {
      if (value !== undefined && this.same(value, expr)) return variable;
    }
    return undefined;
  }

  private isInScope(expr: PrimExpr): boolean {
    for (const variable of freeVars(expr)) {
      if (!this.scope.has(variable)) return false;
    }
    return true;
  }

  private newVar(expr: PrimExpr): Var {
    this.taken ??= namesIn(this.initialBody);
    let name: string;
    do {
      name = `cse_var_${++this.lastNumber}`;
    } while (this.taken.has(name));
    return new Var(name, expr.dtype);
  }

  private replace<N extends Node>(root: N, target: PrimExpr, variable: Var): N {
    const rewrite = (node: Node): Node => {
      if (!isExpr(node)) return mapChildren(node, rewrite);
      if (isLeaf(node)) return node;
      // Left operands nest deeply in sums; they are rewritten from the bottom up.
      const spine: OperatorExpr[] = [];
      let inner: PrimExpr = node;
      while (!this.matches(inner, target) && isBinary(inner)) {
        spine.push(inner);
        inner = inner.a;
      }
      let result: PrimExpr = this.matches(inner, target) ? variable : mapChildren(inner, rewrite);
      for (let parent = spine.pop(); parent !== undefined; parent = spine.pop()) {
        result = update(parent, { a: result, b: rewrite(parent.b) as PrimExpr });
      }
      return result;
    };
    return rewrite(root) as N;
  }

  private matches(expr: PrimExpr, target: PrimExpr): boolean {
    if (!this.modulo) return exprEqual(expr, target);
    return isEligible(expr) && this.same(expr, target);
  }

  private same(a: PrimExpr, b: PrimExpr): boolean {
    return exprEqual(this.normal(a), this.normal(b));
  }

  private normal(expr: PrimExpr): PrimExpr {
    return this.modulo ? factlessAnalyzer().simplify(expr) : expr;
  }
}

/** Candidates, the largest first. Smaller ones can be added during the iteration. */
class Candidates {
  private readonly list: Candidate[] = [];
  private readonly index = new ExprMap<Candidate>();

  constructor(private readonly normal: (expr: PrimExpr) => PrimExpr) {}

  [Symbol.iterator](): Iterator<Candidate> {
    return this.list[Symbol.iterator]();
  }

  add(expr: PrimExpr): void {
    const key = this.normal(expr);
    const existing = this.index.get(key);
    if (existing !== undefined) {
      existing.count++;
      return;
    }
    const candidate = new Candidate(expr);
    this.index.set(key, candidate);
    this.list.push(candidate);
  }

  sort(): void {
    this.list.sort((a, b) => a.compare(b));
  }

  /** Adds a part of a candidate, after all candidates of the same size. */
  insert(expr: PrimExpr): void {
    const before = this.list.length;
    this.add(expr);
    if (this.list.length === before) return;
    const candidate = this.list.pop()!;
    let low = 0;
    for (let high = this.list.length; low < high;) {
      const middle = (low + high) >> 1;
      if (this.list[middle]!.size >= candidate.size) low = middle + 1;
      else high = middle;
    }
    this.list.splice(low, 0, candidate);
  }
}

function namesIn(body: Stmt): ReadonlySet<string> {
  const names = new Set<string>();
  forEachVar(body, ({ name }) => void names.add(name));
  return names;
}

function byText(a: PrimExpr, b: PrimExpr): number {
  const textA = reprExpr(a);
  const textB = reprExpr(b);
  return textA < textB ? -1 : textA > textB ? 1 : 0;
}
