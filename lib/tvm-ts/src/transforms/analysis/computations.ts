/**
 * Finds the computations that a statement or an expression always performs: the candidates of common
 * subexpression elimination.
 */

import {
  Feature,
  hasFeature,
  ExprMap,
  forEachChild,
  isBinary,
  isExpr,
  type Node,
  type PrimExpr,
  type Stmt,
} from "../../ir";
import { isLeaf } from "./expr-analysis";

/** Expressions in the order in which they are computed, repeated ones included. */
export type Computations = readonly PrimExpr[];

/**
 * Whether an expression may be computed once and stored in a variable: it is not a leaf, and contains
 * no loads or calls, whose values may change. Ramps and broadcasts are excluded, since passes and code
 * generators match them.
 */
export function isEligible(expr: PrimExpr): boolean {
  if (isLeaf(expr) || expr.kind === "Ramp" || expr.kind === "Broadcast") return false;
  return !hasFeature(expr, Feature.LoadOrCall);
}

const none: Computations = [];

/** Finds computations, and caches the result for each statement. */
export class ComputationFinder {
  private readonly cache = new Map<Stmt, Computations>();

  /** The largest eligible computations that `node` always performs. */
  computationsOf(node: Node): Computations {
    if (!isExpr(node)) return this.ofStmt(node);
    const found: PrimExpr[] = [];
    this.collect(node, found);
    return found;
  }

  private ofStmt(stmt: Stmt): Computations {
    let found = this.cache.get(stmt);
    if (found === undefined) {
      found = this.find(stmt);
      this.cache.set(stmt, found);
    }
    return found;
  }

  private find(stmt: Stmt): Computations {
    switch (stmt.kind) {
      // A part may be skipped, or executed less often than another.
      case "For":
        if (isLeaf(stmt.min) && isLeaf(stmt.extent)) return none;
        return this.sharedBy([stmt.min, stmt.extent, stmt.body]);
      case "IfThenElse": {
        const parts = [stmt.condition, stmt.thenCase];
        return this.sharedBy(stmt.elseCase === undefined ? parts : [...parts, stmt.elseCase]);
      }
      case "While":
        return this.sharedBy([stmt.condition, stmt.body]);
      default: {
        const found: PrimExpr[] = [];
        forEachChild(stmt, (child) => this.collect(child, found));
        return found;
      }
    }
  }

  /** Adds the computations of `node` to `found`. */
  private collect(node: Node, found: PrimExpr[]): void {
    if (!isExpr(node)) {
      for (const expr of this.ofStmt(node)) found.push(expr);
      return;
    }
    // Left operands nest deeply in sums.
    const rightOperands: PrimExpr[] = [];
    let inner = node;
    for (; isBinary(inner) && !isEligible(inner); inner = inner.a) rightOperands.push(inner.b);
    if (isEligible(inner)) found.push(inner);
    else if (!isLeaf(inner)) forEachChild(inner, (child) => this.collect(child, found));
    for (const right of rightOperands.reverse()) this.collect(right, found);
  }

  /** The computations that at least two of the parts perform. */
  private sharedBy(parts: readonly Node[]): Computations {
    const lists = parts.map((part) => this.computationsOf(part)).filter((list) => list.length > 0);
    if (lists.length < 2) return none;
    /** The number of parts that perform a computation. */
    const users = new ExprMap<number>();
    for (const list of lists) {
      for (const expr of distinct(list)) users.set(expr, (users.get(expr) ?? 0) + 1);
    }
    return lists.flat().filter((expr) => users.get(expr)! >= 2);
  }
}

function distinct(exprs: Computations): PrimExpr[] {
  const seen = new ExprMap<true>();
  for (const expr of exprs) seen.set(expr, true);
  return seen.entries().map(({ key }) => key);
}

/**
 * Calls `enter` with a computation and, if it returns `true`, with the computations it consists of.
 */
export function forEachComputation(expr: PrimExpr, enter: (part: PrimExpr) => boolean): void {
  // Left operands nest deeply in sums.
  let inner = expr;
  for (; !isLeaf(inner); inner = inner.a) {
    if (isEligible(inner) && !enter(inner)) return;
    if (!isBinary(inner)) {
      forEachChild(inner, (child) => forEachComputation(child as PrimExpr, enter));
      return;
    }
    forEachComputation(inner.b, enter);
  }
}

/**
 * The largest eligible computations strictly inside an expression, in order, repeated ones included.
 */
export function directComputations(expr: PrimExpr): PrimExpr[] {
  const found: PrimExpr[] = [];
  const visit = (node: PrimExpr): void => {
    forEachChild(node, (child) => {
      if (isEligible(child as PrimExpr)) found.push(child as PrimExpr);
      else visit(child as PrimExpr);
    });
  };
  visit(expr);
  return found;
}
