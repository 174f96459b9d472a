/**
 * The calls of external functions that a program makes, in its text and in the compiled code. Apart
 * from `call-locations.ts`, so that these types do not lead to binaryen's.
 */

import { builtin, type Stmt } from "../../ir";

/** The bytes from `offset` on are the instruction that makes the `call`-th external call. */
export interface CompiledCall {
  readonly offset: number;
  readonly call: number;
}

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
