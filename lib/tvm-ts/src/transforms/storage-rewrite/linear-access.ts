/**
 * A program as a linear sequence of events, from which the live range of each memory follows.
 *
 * A loop or a branch is two events, its begin and its end; accesses inside it count at its end. A
 * memory is live between events at the nesting level at which it was allocated.
 */

import { forEachChild, isStmt, type Allocate, type Node, type Stmt, type Var } from "../../ir";
import { InternalError } from "../../support";

export interface Event {
  readonly stmt: Stmt;
  readonly position: "begin" | "end" | "leaf";
  /** Memories allocated at this level and accessed in the statement; of a `begin`, at its end. */
  touched: readonly Var[];
}

export interface LinearAccess {
  readonly events: readonly Event[];
  readonly allocations: ReadonlyMap<Var, Allocate>;
}

export function linearAccess(body: Stmt): LinearAccess {
  const events: Event[] = [];
  const allocations = new Map<Var, Allocate>();
  const levels = new Map<Var, number>();
  /** The memories accessed, for each enclosing nesting level. */
  const touched: Var[][] = [];
  let inThreads = false;

  const touch = (pointer: Var): void => {
    const level = levels.get(pointer);
    if (level === undefined) return;
    const here = touched[level];
    if (here === undefined) {
      throw new InternalError(`memory ${pointer.name} is accessed outside of any statement`);
    }
    here.push(pointer);
  };

  const visitExpr = (node: Node): void => {
    if (node.kind === "Var") return touch(node);
    forEachChild(node, visitExpr);
    if (node.kind === "BufferLoad") touch(node.buffer.data);
  };

  const leaf = (stmt: Stmt, visit: () => void): void => {
    touched.push([]);
    visit();
    const accessed = touched.pop()!;
    if (accessed.length > 0) events.push({ stmt, position: "leaf", touched: accessed });
  };

  const scope = (stmt: Stmt, visit: () => void): void => {
    const begin: Event = { stmt, position: "begin", touched: [] };
    events.push(begin);
    touched.push([]);
    visit();
    begin.touched = touched.pop()!;
    events.push({ stmt, position: "end", touched: begin.touched });
  };

  const visit = (stmt: Stmt): void => {
    switch (stmt.kind) {
      case "Allocate":
        allocations.set(stmt.bufferVar, stmt);
        levels.set(stmt.bufferVar, touched.length);
        stmt.extents.forEach(visitExpr);
        visit(stmt.body);
        visitExpr(stmt.condition);
        break;
      case "BufferStore":
        leaf(stmt, () => {
          forEachChild(stmt, visitExpr);
          touch(stmt.buffer.data);
        });
        break;
      case "Evaluate":
        leaf(stmt, () => visitExpr(stmt.value));
        break;
      case "SeqStmt":
        stmt.seq.forEach(visit);
        break;
      case "AttrStmt": {
        const inside = (): void => {
          visitExpr(stmt.value);
          visit(stmt.body);
        };
        if (stmt.key === "thread_extent" && !inThreads) {
          inThreads = true;
          scope(stmt, inside);
          inThreads = false;
        } else if (stmt.key === "extern_scope" || stmt.key === "virtual_thread") {
          scope(stmt, inside);
        } else {
          inside();
        }
        break;
      }
      case "For":
      case "While":
      case "IfThenElse":
      case "LetStmt":
      case "AssertStmt":
        scope(stmt, () =>
          forEachChild(stmt, (child) => (isStmt(child) ? visit(child) : visitExpr(child))),
        );
        break;
      default:
        throw new InternalError(`${stmt.kind} cannot be planned; flatten storage first`);
    }
  };
  visit(body);
  return { events, allocations };
}
