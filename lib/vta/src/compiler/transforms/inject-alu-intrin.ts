/**
 * Turns marked loop nests into micro-ops of the vector ALU.
 *
 *     attr [i] "pragma_alu" = 1 { for (i, 0, 64) { for (j, 0, 16) { B[i*16 + j] = max(B[i*16 + j], 0) } } }
 *  => { VTAUopLoopBegin(64, 1, 1, 0)  @tir.vta.uop_push(1, 0, 0, 0, 0, MAX, 1, 0)  VTAUopLoopEnd() }
 *
 * An operation of several instructions becomes one kernel for each.
 */

import { arith, tir, UsageError, type pass } from "tvm-ts";
import type { Environment } from "../environment";
import { PUSH_ALU, PUSH_GEMM, UOP_MODE, uopPush } from "../intrin";
import {
  readAluOperation,
  type AffineAddress,
  type AluOperation,
  type AluStep,
} from "./alu-operation";
import type { Refuse } from "./dram-rectangle";
import { isPragma } from "./pragma";
import { loopBegin, loopEnd } from "./uop-loop";

export function injectALUIntrin(env: Environment): pass.FunctionPass {
  return {
    name: "tir.vta.InjectALUIntrin",
    doc: "Turns marked loop nests into micro-ops of the vector ALU.",
    run: (func) =>
      func.with({
        body: tir.mutator({
          AttrStmt: (attr) => (isAluKernel(attr) ? kernels(attr, env) : undefined),
        })(func.body),
      }),
  };
}

function isAluKernel({ key, value }: tir.AttrStmt): boolean {
  return key === "coproc_uop_scope" && value.kind === "StringImm" && value.value === PUSH_ALU;
}

/** One kernel for each instruction; loops around the marked nest are repeated in each. */
function kernels(kernel: tir.AttrStmt, env: Environment): tir.Stmt {
  const marked = findMarked(kernel.body);
  if (marked === undefined) return kernel;
  const refuse: Refuse = (reason) =>
    new UsageError(
      "vta-alu",
      `"alu" marks a stage that the vector ALU cannot compute: ${reason}, in\n${tir.reprStmt(marked.body)}`,
      { span: marked.span },
    );
  const operation = readAluOperation(marked.body, env, refuse);
  const steps = operation.steps.map((step) => {
    const microOps = new Elements(operation, step, env, refuse).microOps();
    const body = replace(kernel.body, marked, microOps);
    return tir.update(kernel, { value: step.kind === "reset" ? PUSH_GEMM : kernel.value, body });
  });
  return tir.flattenSeq(...steps);
}

function findMarked(body: tir.Stmt): tir.AttrStmt | undefined {
  let found: tir.AttrStmt | undefined;
  tir.walk(body, {
    AttrStmt(attr) {
      if (isPragma(attr, "alu")) found ??= attr;
    },
  });
  return found;
}

function replace(body: tir.Stmt, attr: tir.AttrStmt, by: tir.Stmt): tir.Stmt {
  return tir.mutator({ AttrStmt: (node) => (node === attr ? by : undefined) })(body);
}

/** A loop around the micro-op, with its step of each index. */
interface AluLoop {
  readonly extent: tir.PrimExpr;
  readonly dst: tir.PrimExpr;
  readonly src: tir.PrimExpr;
}

/** A step in elements of the accumulator, each of `BATCH x BLOCK_OUT` values. */
class Elements {
  /** Values in an element. */
  private readonly lanes: number;
  private readonly dst: AffineAddress;
  private readonly src: AffineAddress;

  constructor(
    private readonly operation: AluOperation,
    private readonly step: AluStep,
    env: Environment,
    private readonly refuse: Refuse,
  ) {
    this.lanes = env.BATCH * env.BLOCK_OUT;
    this.dst = operation.dst;
    this.src = step.kind === "reset" ? operation.dst : step.src;
  }

  microOps(): tir.Stmt {
    const loops = this.merged(this.loopsOutsideElement());
    const [dst, src] = [this.inElements(this.dst.base), this.inElements(this.src.base)];
    const { step } = this;
    const push =
      step.kind === "reset"
        ? uopPush(UOP_MODE.GEMM, 1, dst, 0, 0)
        : step.kind === "register"
          ? uopPush(UOP_MODE.ALU, 0, dst, src, 0, step.opcode, 0, 0)
          : uopPush(UOP_MODE.ALU, 0, dst, src, 0, step.opcode, 1, step.imm);
    const none = new tir.IntImm(0);
    const begins = loops.map((loop) =>
      loopBegin(loop.extent, loop.dst, step.kind === "reset" ? none : loop.src, none),
    );
    return tir.flattenSeq(...begins, push, ...loops.map(loopEnd));
  }

  /** The loops that remain when one instruction computes all values of an element. */
  private loopsOutsideElement(): AluLoop[] {
    const { loops } = this.operation;
    const nest = loops.map(({ extent }, i): AluLoop => ({
      extent,
      dst: this.dst.coeffs[i]!,
      src: this.src.coeffs[i]!,
    }));
    let covered = 1;
    while (covered < this.lanes) {
      const loop = nest.pop();
      const extent = loop && tir.constIntValue(loop.extent);
      const dense = loop && tir.isConstInt(loop.dst, covered) && tir.isConstInt(loop.src, covered);
      if (extent === undefined || !dense) throw this.partialElement();
      covered *= extent;
    }
    const elements = covered / this.lanes;
    if (!Number.isInteger(elements)) throw this.partialElement();
    const whole = nest.map(({ extent, dst, src }) => ({
      extent,
      dst: this.inElements(dst),
      src: this.inElements(src),
    }));
    if (elements === 1) return whole;
    const one = new tir.IntImm(1);
    return [...whole, { extent: new tir.IntImm(elements), dst: one, src: one }];
  }

  private partialElement(): UsageError {
    return this.refuse(
      `its innermost loops do not go through the ${this.lanes} values of an element one after ` +
        `another; the last axes of the tensor must be [..., BATCH, BLOCK_OUT] and stay innermost`,
    );
  }

  /** Folds loops that together step evenly, from the inside out. */
  private merged(loops: readonly AluLoop[]): AluLoop[] {
    const merged: AluLoop[] = [];
    for (const loop of [...loops].reverse()) {
      const inner = merged[0];
      if (inner !== undefined && this.continues(loop, inner)) {
        const extent = arith.factlessAnalyzer().simplify(tir.mul(inner.extent, loop.extent));
        merged[0] = { ...inner, extent };
      } else {
        merged.unshift(loop);
      }
    }
    return merged;
  }

  /** Whether a step of `outer` continues where `inner` ends. */
  private continues(outer: AluLoop, inner: AluLoop): boolean {
    return (["dst", "src"] as const).every((side) =>
      arith.factlessAnalyzer().canProveEqual(outer[side], tir.mul(inner[side], inner.extent)),
    );
  }

  private inElements(values: tir.PrimExpr): tir.PrimExpr {
    if (!tir.isZero(arith.factlessAnalyzer().simplify(tir.floorMod(values, this.lanes)))) {
      throw this.refuse(
        `it steps by ${tir.reprExpr(values)} values, which cannot be proven to be whole elements of ` +
          `${this.lanes}`,
      );
    }
    return arith.factlessAnalyzer().simplify(tir.floorDiv(values, this.lanes));
  }
}
