/** Finds the variables and memories that depend on a variable. */

import { builtin, forEachChild, type Node, type PrimExpr, type Stmt, type Var } from "../../ir";
import { subStmts } from "./stmt-analysis";

/** The variables that an expression reads and, through access pointers, writes. */
interface Uses {
  readonly reads: Set<Var>;
  readonly writes: Set<Var>;
}

function collect(expr: PrimExpr, uses: Uses): void {
  const visit = (node: Node): void => {
    if (node.kind === "Var") uses.reads.add(node);
    if (node.kind === "BufferLoad") uses.reads.add(node.buffer.data);
    if (node.kind === "Call" && node.op === builtin.accessPtr) {
      const [, buffer, offset, , mask] = node.args;
      const bits = mask?.kind === "IntImm" ? mask.value : 3;
      if (bits & 1) uses.reads.add(buffer as Var);
      if (bits & 2) uses.writes.add(buffer as Var);
      visit(offset!);
      return;
    }
    forEachChild(node, visit);
  };
  visit(expr);
}

function isLikely(expr: PrimExpr): boolean {
  return expr.kind === "Call" && expr.op === builtin.likely;
}

function usesOf(...exprs: readonly PrimExpr[]): Uses {
  const uses: Uses = { reads: new Set(), writes: new Set() };
  for (const expr of exprs) collect(expr, uses);
  return uses;
}

/**
 * The variables of `body` (of loops, lets and memories) whose values depend on `source`, including
 * `source`.
 */
export function touchedBy(body: Stmt, source: Var): Set<Var> {
  const dependents = new Map<Var, Var[]>();
  const record = (variable: Var, { reads }: Uses): void => {
    for (const read of reads) {
      const existing = dependents.get(read);
      if (existing === undefined) dependents.set(read, [variable]);
      else existing.push(variable);
    }
  };
  // The condition decides whether a statement is executed. Bound checks matter only for updates: the
  // elements that they exclude from a plain store are not read.
  const control: PrimExpr[] = [];
  const recordWrite = (memory: Var, uses: Uses): void => {
    const isUpdate = uses.reads.has(memory);
    record(memory, uses);
    record(memory, usesOf(...control.filter((expr) => isUpdate || !isLikely(expr))));
  };
  const visit = (stmt: Stmt): void => {
    const outer = control.length;
    switch (stmt.kind) {
      case "LetStmt":
        record(stmt.var_, usesOf(stmt.value));
        break;
      case "BufferStore":
        recordWrite(stmt.buffer.data, usesOf(stmt.value, ...stmt.indices));
        break;
      case "For":
        record(stmt.loopVar, usesOf(stmt.min, stmt.extent));
        control.push(stmt.min, stmt.extent);
        break;
      case "IfThenElse":
        control.push(stmt.condition);
        break;
      case "Allocate":
        record(stmt.bufferVar, usesOf(...stmt.extents, stmt.condition));
        break;
      case "Evaluate": {
        const uses = usesOf(stmt.value);
        for (const written of uses.writes) recordWrite(written, uses);
        break;
      }
      default:
        break;
    }
    subStmts(stmt).forEach(visit);
    control.length = outer;
  };
  visit(body);

  const touched = new Set([source]);
  const pending = [source];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const variable of dependents.get(next) ?? []) {
      if (touched.has(variable)) continue;
      touched.add(variable);
      pending.push(variable);
    }
  }
  return touched;
}
