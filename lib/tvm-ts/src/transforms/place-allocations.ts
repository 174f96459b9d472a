/**
 * Puts memory whose size is known only inside a loop into that loop: StorageRewrite moves it all
 * the way out. Run before code is generated, not by lower.
 *
 *     allocate(T, [i + 1]) { for (i, 0, n) { T[...] = ... } }
 *  => for (i, 0, n) { allocate(T, [i + 1]) { T[...] = ... } }
 */

import { mutator, update, type Allocate, type PrimExpr, type Stmt, type Var } from "../ir";
import type { FunctionPass } from "../pass";
import { freeVars } from "./analysis/expr";
import { subStmts } from "./analysis/stmt";

export const placeAllocations: FunctionPass = {
  name: "tir.PlaceAllocations",
  doc: "Puts memory whose size is known only inside a loop into that loop.",
  run: (func) => func.with({ body: place(func.body) }),
};

/** Memory on its way inwards, and the variables its size waits for. */
interface Pending {
  readonly node: Allocate;
  readonly missing: Set<Var>;
}

function place(body: Stmt): Stmt {
  const pending: Pending[] = [];

  /** What `variable` is defined in, inside the memory that waited for this variable last. */
  const define = (variable: Var, scope: Stmt): Stmt => {
    const ready: Allocate[] = [];
    for (const { node, missing } of pending) {
      if (missing.delete(variable) && missing.size === 0) ready.push(node);
    }
    return ready.reduceRight((inner, node) => update(node, { body: inner }), scope);
  };

  return mutator({
    Allocate(node, recur) {
      const missing = definedIn(node.body, node.extents);
      if (missing.size === 0) return undefined;
      pending.push({ node, missing });
      return recur(node.body);
    },
    For: (loop, recur) => update(loop, { body: recur(define(loop.loopVar, loop.body)) }),
    LetStmt: (stmt, recur) => update(stmt, { body: recur(define(stmt.var_, stmt.body)) }),
  })(body);
}

/** The variables of `sizes` that a statement defines. */
function definedIn(stmt: Stmt, sizes: readonly PrimExpr[]): Set<Var> {
  const wanted = new Set(sizes.flatMap((size) => [...freeVars(size)]));
  const found = new Set<Var>();
  const visit = (inner: Stmt): void => {
    if (inner.kind === "For" && wanted.has(inner.loopVar)) found.add(inner.loopVar);
    if (inner.kind === "LetStmt" && wanted.has(inner.var_)) found.add(inner.var_);
    subStmts(inner).forEach(visit);
  };
  if (wanted.size > 0) visit(stmt);
  return found;
}
