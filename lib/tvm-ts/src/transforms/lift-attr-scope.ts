/**
 * Moves an attribute that all parts of a statement share out to the statement, and merges neighbours
 * with the same attribute.
 *
 *     { attr [v] "coproc_scope" = 2 { a }  attr [v] "coproc_scope" = 2 { b }  c }
 *  => { attr [v] "coproc_scope" = 2 { a b }  c }
 */

import {
  AttrStmt,
  flattenSeq,
  mapArray,
  mutator,
  update,
  type AttrNode,
  type PrimExpr,
  type SeqStmt,
  type Stmt,
  type Recur,
  type AttrKey,
} from "../ir";
import type { FunctionPass } from "../pass";
import { UsageError } from "../support";

export function liftAttrScope(key: AttrKey): FunctionPass {
  return {
    name: "tir.LiftAttrScope",
    doc: `Moves "${key}" out to the statement whose parts all share it.`,
    run: (func) => func.with({ body: lift(func.body, key) }),
  };
}

/** The attribute that was removed from a statement. */
interface Scope {
  readonly node: AttrNode;
  readonly value: PrimExpr;
}

function lift(body: Stmt, key: AttrKey): Stmt {
  /** The attribute removed from the statement that was visited last. */
  let taken: Scope | undefined;

  const take = (): Scope | undefined => {
    const scope = taken;
    taken = undefined;
    return scope;
  };
  const wrap = (scope: Scope | undefined, stmt: Stmt): Stmt =>
    scope === undefined ? stmt : new AttrStmt(scope.node, key, scope.value, stmt, stmt.span);

  const visitAlone = (stmt: Stmt, recur: Recur): [Stmt, Scope | undefined] => {
    taken = undefined;
    const result = recur(stmt);
    return [result, take()];
  };

  const result = mutator({
    AttrStmt(attr) {
      if (attr.key !== key) return undefined;
      taken = attr;
      return attr.body;
    },
    Allocate(node, recur) {
      const allocate = recur.children(node);
      return update(allocate, { body: wrap(take(), allocate.body) }); // not lifted further
    },
    SeqStmt(node, recur) {
      const nested = node.seq.some((stmt) => stmt.kind === "SeqStmt");
      const flat = nested ? (flattenSeq(node) as SeqStmt) : node;
      const parts = flat.seq.map((stmt) => visitAlone(stmt, recur));
      const groups: { scope: Scope | undefined; stmts: Stmt[] }[] = [];
      for (const [stmt, scope] of parts) {
        const last = groups[groups.length - 1];
        if (last !== undefined && sameScope(last.scope, scope)) last.stmts.push(stmt);
        else groups.push({ scope, stmts: [stmt] });
      }
      if (groups.length === 1) {
        const [{ scope, stmts }] = groups as [(typeof groups)[0]];
        taken = scope;
        return update(flat, { seq: mapArray(flat.seq, (_, i) => stmts[i]!) });
      }
      const joined = groups.map(({ scope, stmts }) => wrap(scope, flattenSeq(...stmts)));
      return flattenSeq(...joined);
    },
    IfThenElse(node, recur) {
      if (node.elseCase === undefined) return undefined;
      const [thenCase, first] = visitAlone(node.thenCase, recur);
      const [elseCase, second] = visitAlone(node.elseCase, recur);
      if (first !== undefined && sameScope(first, second)) {
        taken = first;
        return update(node, { thenCase, elseCase });
      }
      return update(node, { thenCase: wrap(first, thenCase), elseCase: wrap(second, elseCase) });
    },
    While(node) {
      throw new UsageError("pass-coprocessor", `a while loop cannot be part of "${key}"`, {
        span: node.span,
      });
    },
  })(body);
  return wrap(take(), result);
}

function sameScope(a: Scope | undefined, b: Scope | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.node !== b.node) return false;
  if (a.value === b.value) return true;
  return (
    a.value.kind === "IntImm" &&
    b.value.kind === "IntImm" &&
    a.value.dtype === b.value.dtype &&
    a.value.value === b.value.value
  );
}
