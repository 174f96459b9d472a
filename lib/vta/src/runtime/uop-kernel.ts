/**
 * A micro-op kernel: the micro-ops of a GEMM or ALU instruction, recorded from the program.
 *
 * A program describes a kernel by calls, first loops, then micro-ops:
 *
 *     uopLoopBegin(16, 1, 0, 16); uopLoopBegin(16, 0, 1, 1)
 *     uopPush(GEMM, ...)
 *     uopLoopEnd(); uopLoopEnd()
 */

import { UsageError } from "tvm-ts";
import type { InstructionSet } from "../hardware";

/** A loop around a kernel: its extent, and the step of each index. */
export interface UopLoop {
  readonly extent: number;
  readonly dst: number;
  readonly src: number;
  readonly wgt: number;
}

/** The operation of all micro-ops of a kernel. */
export interface UopOperation {
  readonly mode: "gemm" | "alu";
  readonly resetOut: number;
  /** The next three apply to the ALU only. */
  readonly opcode: number;
  readonly useImm: number;
  readonly imm: number;
}

const MAX_LOOPS = 2;
/** The pipeline's latency: the least number of micro-ops before a result is written back. */
const WRITE_BACK = 2;

export class UopKernel {
  readonly loops: UopLoop[] = [];
  /** The micro-ops, encoded. */
  readonly words: number[] = [];
  private readonly destinations: number[] = [];
  private openLoops = 0;
  private common: UopOperation | undefined;

  /** The kernel's range in the micro-op memory while it is resident; else both 0. */
  sramBegin = 0;
  sramEnd = 0;
  /** Its index in the DRAM buffer of the current run, in micro-ops. */
  dramIndex: number | undefined;

  constructor(private readonly isa: InstructionSet) {}

  get size(): number {
    return this.words.length;
  }

  get resident(): boolean {
    return this.sramBegin !== this.sramEnd;
  }

  /** The kernel's operation. @throws UsageError for a kernel without micro-ops. */
  get operation(): UopOperation {
    if (this.common === undefined || this.openLoops !== 0) {
      throw new UsageError(
        "vta-micro-ops",
        this.common === undefined
          ? "a micro-op kernel was recorded without any micro-op"
          : "a micro-op kernel ended inside a loop: uopLoopEnd is missing",
      );
    }
    return this.common;
  }

  loopBegin(loop: UopLoop): void {
    if (this.size > 0) {
      throw new UsageError(
        "vta-micro-ops",
        "a micro-op loop must begin before the first micro-op, and here one begins after it: a loop " +
          "of the program is left around the kernel; mark an outer axis of the stage, so that all " +
          "its loops can become the instruction's",
      );
    }
    if (this.loops.length === MAX_LOOPS) {
      throw new UsageError(
        "vta-micro-ops",
        "micro-ops are nested in more than 2 loops, which no instruction can express; " +
          "fuse loops, or move an outer one out of the kernel",
      );
    }
    this.loops.push(loop);
    this.openLoops++;
  }

  loopEnd(): void {
    if (this.openLoops === 0)
      throw new UsageError("vta-micro-ops", "uopLoopEnd without uopLoopBegin");
    this.openLoops--;
  }

  /** @throws UsageError when an index is out of range, or the operation differs from the others */
  push(operation: UopOperation, dst: number, src: number, wgt: number): void {
    this.common ??= operation;
    const { mode, resetOut, opcode, useImm, imm } = operation;
    const same =
      mode === this.common.mode &&
      resetOut === this.common.resetOut &&
      (mode === "gemm" ||
        (opcode === this.common.opcode &&
          useImm === this.common.useImm &&
          imm === this.common.imm));
    if (!same) {
      throw new UsageError(
        "vta-micro-ops",
        `micro-op ${this.size} does ${describe(operation)}, but its kernel does ` +
          `${describe(this.common)}; different operations need separate instructions, with ` +
          "another instruction in between: compute the loads inside the loop of the sum (stage.computeAt)",
      );
    }
    const distance = this.destinations.slice(-WRITE_BACK).reverse().indexOf(dst) + 1;
    if (distance > 0) {
      throw new UsageError(
        "vta-micro-ops",
        `micro-op ${this.size} writes accumulator element ${dst}, which micro-op ${this.size - distance} ` +
          `writes too; the pipeline needs ${WRITE_BACK} others in between: put loops over at least ` +
          `${WRITE_BACK + 1} elements of the tensorized stage inside the loop of the sum (stage.reorder)`,
      );
    }
    const word = new Uint32Array(1);
    this.isa.uop.dst.set(word, 0, dst);
    this.isa.uop.src.set(word, 0, src);
    this.isa.uop.wgt.set(word, 0, wgt);
    this.words.push(word[0]!);
    this.destinations.push(dst);
  }
}

function describe({ mode, resetOut, opcode, useImm, imm }: UopOperation): string {
  if (mode === "gemm") return resetOut === 1 ? "GEMM with reset" : "GEMM";
  return `ALU operation ${opcode}${useImm === 1 ? ` with immediate ${imm}` : ""}`;
}
