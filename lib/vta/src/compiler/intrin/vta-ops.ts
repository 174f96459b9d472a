/**
 * The accelerator's operations in the IR: operators, and the attributes that mark the statements that the
 * accelerator executes.
 */

import { tir } from "tvm-ts";

const opaque = (name: string): tir.Op => new tir.Op(`tir.vta.${name}`, tir.CallEffect.UpdateState);

/** The operators, under the reference's names. */
export const vtaOps = {
  /** `(mode, reset, dst, src, wgt, opcode, useImm, imm)`: a micro-op of the enclosing kernel. */
  uopPush: opaque("uop_push"),
  /** `()`: the command queue. */
  commandHandle: opaque("command_handle"),
  /** `()`: runs the recorded instructions and waits for their end. */
  coprocSync: opaque("coproc_sync"),
  /** `(from, to)`: pushes a token from one stage of the pipeline to another. */
  coprocDepPush: opaque("coproc_dep_push"),
  /** `(from, to)`: pops such a token, waiting for it. */
  coprocDepPop: opaque("coproc_dep_pop"),
};

/** The node of all attributes that place statements on the accelerator. */
export const vtaAxis = new tir.IterVar(undefined, new tir.Var("vta"), "ThreadIndex", "vta");

/** The stage of the pipeline (its instruction queue) that executes a task: 1 load, 2 compute, 3 store. */
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

/** `body`, executed by a stage of the pipeline (`QID`). */
export function onStage(stage: number, body: tir.Stmt): tir.AttrStmt {
  return new tir.AttrStmt(vtaAxis, "coproc_scope", new tir.IntImm(stage), body);
}

/**
 * `body`, which pushes the micro-ops of a kernel for `push`. Adjacent kernels that share the object `push`
 * are merged, so every ALU operation has a separate `StringImm`.
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
