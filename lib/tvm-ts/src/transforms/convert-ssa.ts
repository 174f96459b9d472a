/**
 * Gives each definition a separate variable, after a pass has repeated statements.
 *
 *     for (i, 0, 4) { A[i] = 0 }  for (i, 0, 4) { B[i] = 0 }      twice the variable i
 *  => for (i, 0, 4) { A[i] = 0 }  for (i', 0, 4) { B[i'] = 0 }
 */

import {
  Feature,
  hasFeature,
  fieldsOf,
  fieldValue,
  mutator,
  update,
  Var,
  type Buffer,
  type Stmt,
} from "../ir";
import { subStmts } from "./analysis/stmt-analysis";

/** The statement with a new variable for every definition except the first of each variable. */
export function convertSSA(stmt: Stmt): Stmt {
  return definesTwice(stmt) ? rename(stmt) : stmt;
}

function definesTwice(body: Stmt): boolean {
  if (hasFeature(body, Feature.LetExpr)) return true; // or not: renaming finds out
  const defined = new Set<Var>();
  const visit = (stmt: Stmt): boolean => {
    for (const field of fieldsOf[stmt.kind]) {
      if (field.role !== "def") continue;
      const variable = fieldValue(stmt, field) as Var;
      if (defined.has(variable)) return true;
      defined.add(variable);
    }
    return subStmts(stmt).some(visit);
  };
  return visit(body);
}

function rename(stmt: Stmt): Stmt {
  const defined = new Set<Var>();
  /** The replacements of variables that were defined before. */
  const renamed = new Map<Var, Var>();
  /** Buffers with a renamed pointer. */
  const buffers = new Map<Var, Map<Buffer, Buffer>>();

  /** Runs `body` with the variable that replaces this definition of `variable`. */
  function define<T>(variable: Var, body: (variable: Var) => T): T {
    if (!defined.has(variable)) {
      defined.add(variable);
      return body(variable);
    }
    const outer = renamed.get(variable);
    const fresh = variable.replacement();
    renamed.set(variable, fresh);
    const result = body(fresh);
    if (outer === undefined) renamed.delete(variable);
    else renamed.set(variable, outer);
    return result;
  }

  function remap(buffer: Buffer): Buffer {
    const data = renamed.get(buffer.data);
    if (data === undefined) return buffer;
    let views = buffers.get(data);
    if (views === undefined) buffers.set(data, (views = new Map()));
    let view = views.get(buffer);
    if (view === undefined) views.set(buffer, (view = buffer.with({ data })));
    return view;
  }

  return mutator({
    Var: (variable) => renamed.get(variable) ?? variable,
    Let(node, recur) {
      const value = recur(node.value);
      return define(node.var_, (var_) => update(node, { var_, value, body: recur(node.body) }));
    },
    LetStmt(node, recur) {
      const value = recur(node.value);
      return define(node.var_, (var_) => update(node, { var_, value, body: recur(node.body) }));
    },
    For: (node, recur) =>
      define(node.loopVar, (loopVar) => update(recur.children(node), { loopVar })),
    Allocate: (node, recur) =>
      define(node.bufferVar, (bufferVar) => update(recur.children(node), { bufferVar })),
    BufferLoad: (node, recur) => update(recur.children(node), { buffer: remap(node.buffer) }),
    BufferStore: (node, recur) => update(recur.children(node), { buffer: remap(node.buffer) }),
  })(stmt);
}
