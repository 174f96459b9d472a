/** External calls of a program. */

import { builtin, type Stmt } from "../../ir";

/**
 * Whether a statement makes an external call. The calls of a function are numbered in the order of
 * these statements in its text.
 */
export function isExternalCall(stmt: Stmt): boolean {
  if (stmt.kind === "AttrStmt") return stmt.key === "coproc_uop_scope";
  return (
    stmt.kind === "Evaluate" && stmt.value.kind === "Call" && stmt.value.op === builtin.callExtern
  );
}
