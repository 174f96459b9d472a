/**
 * External calls of a program, in its text and in the compiled code. Separate from
 * `call-locations.ts`, so that these types do not depend on binaryen's.
 */

import { builtin, type Stmt } from "../../ir";

/** The instruction at byte `offset` makes the `call`-th external call. */
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
