/** Finds the loops worth partitioning. */

import { Analyzer } from "../../arith";
import {
  builtin,
  forEachChild,
  isConstInt,
  IterVar,
  threadScope,
  type Node,
  type Stmt,
  type Var,
} from "../../ir";

export interface Candidates {
  /** Loops, and launches of thread blocks. */
  readonly loops: ReadonlySet<Stmt>;
  /** Loop variables that the user marked for partitioning. */
  readonly hinted: ReadonlySet<Var>;
}

/**
 * The loops of non-constant extent whose variable occurs in a `likely` condition, and those with a
 * user's hint.
 * @param constantLoops Whether loops of constant extent are included.
 * @param known Hints given by statements around `stmt`.
 */
export function findCandidates(
  stmt: Stmt,
  constantLoops: boolean,
  known: ReadonlySet<Var>,
): Candidates {
  const analyzer = new Analyzer();
  const loops = new Set<Stmt>();
  const hinted = new Set(known);
  /** The surrounding loop variables, with whether a `likely` condition reads them. */
  const used = new Map<Var, boolean>();
  let inLikely = false;
  /** Set after a reduction across threads: the loop around it is not partitioned. */
  let mustStay = false;

  const visitChildren = (node: Node): void => forEachChild(node, visit);

  const visitLoop = (node: Stmt, variable: Var): void => {
    if (hinted.has(variable)) {
      loops.add(node);
      visitChildren(node);
      return;
    }
    used.set(variable, false);
    visitChildren(node);
    if (used.get(variable) && !mustStay) loops.add(node);
    used.delete(variable);
  };

  const visit = (node: Node): void => {
    switch (node.kind) {
      case "For": {
        const isConstant = isConstInt(node.min) && isConstInt(node.extent);
        if (constantLoops || !isConstant) return visitLoop(node, node.loopVar);
        return visitChildren(node);
      }
      case "AttrStmt": {
        if (node.key === "thread_extent" && node.node instanceof IterVar) {
          const isBlock = threadScope(node.node.threadTag).rank === 0;
          if (isBlock && (constantLoops || !isConstInt(node.value))) {
            return visitLoop(node, node.node.var_);
          }
        }
        if (node.key === "pragma_loop_partition_hint" && analyzer.canProve(node.value)) {
          hinted.add(node.node instanceof IterVar ? node.node.var_ : (node.node as Var));
        }
        return forEachChild(node, (child) => {
          if (child !== node.node) visit(child);
        });
      }
      case "SeqStmt": {
        // A reduction across threads in one statement does not affect the next.
        const before = mustStay;
        let any = before;
        for (const child of node.seq) {
          mustStay = before;
          visit(child);
          any ||= mustStay;
        }
        mustStay = any;
        return;
      }
      case "Call":
        if (node.op === builtin.threadAllreduce) {
          mustStay = true;
          return;
        }
        if (node.op !== builtin.likely) return visitChildren(node);
        inLikely = true;
        visitChildren(node);
        inLikely = false;
        return;
      case "Var":
        if (inLikely && used.has(node)) used.set(node, true);
        return;
      default:
        return visitChildren(node);
    }
  };
  visit(stmt);
  return { loops, hinted };
}
