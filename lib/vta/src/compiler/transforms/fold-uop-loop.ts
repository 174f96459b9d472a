/**
 * Turns the two outermost loops of a GEMM kernel into loops of the instruction.
 *
 *     attr [vta] "coproc_uop_scope" = "VTAPushGEMMOp" {
 *       for (i, 0, 16) { @tir.vta.uop_push(0, 0, i, x, (i*4) + 1, 0, 0, 0) } }
 *  => ... { VTAUopLoopBegin(16, 1, 0, 4)  @tir.vta.uop_push(0, 0, 0, x, 1, 0, 0, 0)  VTAUopLoopEnd() }
 *
 * A loop with uneven steps, or with other statements than `uop_push`, remains a loop that runs while the
 * kernel is recorded.
 */

import { arith, tir, type pass } from "tvm-ts";
import { PUSH_GEMM, vtaOps } from "../intrin";
import { loopBegin, loopEnd } from "./uop-loop";

const MAX_LOOPS = 2;
/** The positions of the accumulator, input and weight indices among the operands of `uop_push`. */
const INDICES = [2, 3, 4] as const;

export const foldUopLoop: pass.FunctionPass = {
  name: "tir.vta.FoldUopLoop",
  doc: "Turns the two outermost loops of a GEMM kernel into loops of the instruction.",
  run: (func) =>
    func.with({
      body: tir.mutator({
        AttrStmt(attr) {
          const { key, value } = attr;
          if (key !== "coproc_uop_scope" || value.kind !== "StringImm") return undefined;
          return value.value === PUSH_GEMM.value ? foldKernel(attr) : undefined;
        },
      })(func.body),
    }),
};

function foldKernel(kernel: tir.AttrStmt): tir.AttrStmt {
  const begins: tir.Stmt[] = [];
  let { body } = kernel;
  while (begins.length < MAX_LOOPS && body.kind === "For") {
    const folded = foldLoop(body);
    if (folded === undefined) break;
    begins.push(loopBegin(body.extent, ...folded.steps));
    body = folded.body;
  }
  if (begins.length === 0) return kernel;
  const ends = begins.map(() => loopEnd());
  return tir.update(kernel, { body: new tir.SeqStmt([...begins, body, ...ends]) });
}

/** What an iteration adds to each index, and the loop's body for the first iteration. */
interface Folded {
  readonly steps: readonly [dst: tir.PrimExpr, src: tir.PrimExpr, wgt: tir.PrimExpr];
  readonly body: tir.Stmt;
}

function foldLoop(loop: tir.For): Folded | undefined {
  if (!tir.isZero(loop.min)) return undefined;
  let steps: readonly tir.PrimExpr[] | undefined;
  let possible = true;
  const body = tir.mutate(loop.body, {
    Call(call) {
      if (call.op !== vtaOps.uopPush) return undefined;
      const linear = INDICES.map((i) => arith.detectLinearEquation(call.args[i]!, [loop.loopVar]));
      const own = linear.map((coeffs) => coeffs?.[0]);
      steps ??= own as tir.PrimExpr[];
      possible &&= own.every((step, i) => step && tir.structuralEqual(step, steps![i]!));
      if (!possible) return call;
      const args = call.args.map((arg, i) => linear[i - INDICES[0]]?.[1] ?? arg);
      return tir.update(call, { args });
    },
  });
  if (!possible || steps === undefined || usesVar(body, loop.loopVar)) return undefined;
  return { steps: steps as unknown as Folded["steps"], body };
}

function usesVar(stmt: tir.Stmt, variable: tir.Var): boolean {
  return tir.usesVar(stmt, (v) => v === variable);
}
