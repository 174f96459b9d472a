/**
 * What the accelerator's operations are to the compiler: operators, and the marks that say which
 * statements the accelerator carries out.
 */

import { tir } from "tvm-ts";

const opaque = (name: string): tir.Op => new tir.Op(`tir.vta.${name}`, tir.CallEffect.UpdateState);

/** The operators, under the reference's names. */
export const vtaOps = {
  /** `(mode, reset, dst, src, wgt, opcode, useImm, imm)`: a micro-op of the kernel around it. */
  uopPush: opaque("uop_push"),
  /** `()`: the command queue. */
  commandHandle: opaque("command_handle"),
  /** `()`: runs what was recorded and waits for the end. */
  coprocSync: opaque("coproc_sync"),
  /** `(from, to)`: a token from one stage of the pipeline to another. */
  coprocDepPush: opaque("coproc_dep_push"),
  /** `(from, to)`: waits for such a token. */
  coprocDepPop: opaque("coproc_dep_pop"),
};

/** What says "on the accelerator" in attributes; all of them are of this one axis. */
export const vtaAxis = new tir.IterVar(undefined, new tir.Var("vta"), "ThreadIndex", "vta");

/** The stage of the pipeline (its instruction queue) that does a task: 1 load, 2 compute, 3 store. */
export const QID = { LOAD_INP: 1, LOAD_WGT: 1, LOAD_OUT: 2, COMPUTE: 2, STORE_OUT: 3 } as const;

/** The runtime's functions that record the micro-ops of a kernel and push an instruction for it. */
export const PUSH_GEMM = new tir.StringImm("VTAPushGEMMOp");
export const PUSH_ALU = "VTAPushALUOp";

/** Values of `mode` in `uop_push`. */
export const UOP_MODE = { GEMM: 0, ALU: 1 } as const;

/** The command queue of the thread that runs the program. */
export function commandHandle(): tir.Call {
  const handle = new tir.Call("handle", vtaOps.commandHandle, []);
  return new tir.Call("handle", tir.builtin.threadContext, [handle]);
}

/** `body`, done by a stage of the pipeline (`QID`). */
export function onStage(stage: number, body: tir.Stmt): tir.AttrStmt {
  return new tir.AttrStmt(vtaAxis, "coproc_scope", new tir.IntImm(stage), body);
}

/**
 * `body`, which pushes the micro-ops of a kernel for `push`. Neighbouring kernels become one where
 * they share the object `push`, so every ALU operation has a `StringImm` of its own.
 */
export function asKernel(push: tir.StringImm, body: tir.Stmt): tir.AttrStmt {
  return new tir.AttrStmt(vtaAxis, "coproc_uop_scope", push, body);
}

/** A statement that pushes a micro-op; operands count elements of their memories. */
export function uopPush(
  mode: number,
  reset: number,
  dst: tir.PrimExpr | number,
  src: tir.PrimExpr | number,
  wgt: tir.PrimExpr | number,
  opcode = 0,
  useImm = 0,
  imm: tir.PrimExpr | number = 0,
): tir.Stmt {
  const args = [mode, reset, dst, src, wgt, opcode, useImm, imm];
  return new tir.Evaluate(tir.callIntrin("int32", vtaOps.uopPush, ...args));
}
