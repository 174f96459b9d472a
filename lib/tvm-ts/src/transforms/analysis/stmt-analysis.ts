/** Small analyses of statements. */

import { forEachChild, isStmt, type Stmt } from "../../ir";

/** The direct sub-statements of a statement. */
export function subStmts(stmt: Stmt): readonly Stmt[] {
  switch (stmt.kind) {
    case "BufferStore":
    case "Evaluate":
    case "Prefetch":
      return [];
    case "SeqStmt":
      return stmt.seq;
    default: {
      const inside: Stmt[] = [];
      forEachChild(stmt, (child) => {
        if (isStmt(child)) inside.push(child);
      });
      return inside;
    }
  }
}
