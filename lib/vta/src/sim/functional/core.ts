/**
 * The accelerator without its pipeline: on-chip memories, and the effect of single instructions on
 * them.
 *
 * Every index is checked before a kernel runs, so a malformed instruction changes nothing.
 */

import { DeviceError } from "tvm-ts";
import { hex, Profiler, type Dram } from "../../accelerator";
import {
  InstructionSet,
  MEM_ID,
  OPCODE,
  type Hardware,
  type FieldLayout,
  type LoopField,
} from "../../hardware";
import { planGemm, type GemmLoop, type UopIndices } from "./gemm-plan";
import { Kernels, RESET } from "./kernels";

// Local copies of constants that are read for every instruction: imports are slower.
const { UOP, WGT, INP, ACC, OUT, ACC_8BIT } = MEM_ID;
const { LOAD, STORE, GEMM, ALU, FINISH } = OPCODE;

/**
 * The most micro-ops per call of a kernel: a few milliseconds of work. Most instructions have fewer
 * and need one call.
 */
const SLICE = 1 << 18;

const ALU_OPCODES = 5;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** @param onPause called after every slice of work; an exception ends the execution */
export class Core {
  readonly isa: InstructionSet;
  readonly kernels: Kernels;
  readonly profiler = new Profiler();
  /** The range of weight elements whose copies are deferred, and their bytes of DRAM. */
  private readonly deferredWeights = { begin: Infinity, end: 0, dramBegin: Infinity, dramEnd: 0 };
  private cycles = 0;
  private limit = Infinity;
  private nextPause = SLICE;

  /** The loops of the current instruction; the objects are reused. */
  private readonly outer: Writable<GemmLoop> = { extent: 0, dst: 0, src: 0, wgt: 0 };
  private readonly inner: Writable<GemmLoop> = { extent: 0, dst: 0, src: 0, wgt: 0 };
  private readonly uops: { count: number } & Pick<UopIndices, "dst" | "src" | "wgt">;

  constructor(
    readonly env: Hardware,
    readonly dram: Dram,
    private readonly onPause: () => void,
  ) {
    this.isa = new InstructionSet(env);
    this.kernels = new Kernels(env, dram);
    const room = (): Int32Array => new Int32Array(this.kernels.uopDepth);
    this.uops = { count: 0, dst: room(), src: room(), wgt: room() };
  }

  /**
   * Resets the cycle count. An instruction, a moved element and an executed micro-op count as a
   * cycle each.
   */
  startCounting(limit: number): void {
    this.cycles = 0;
    this.limit = limit;
    this.nextPause = SLICE;
  }

  /**
   * Copies weights whose LOADs were deferred. Must be called at the end of a program: until then
   * only the program's STOREs write to DRAM, and they are checked.
   */
  flushDeferredWeights(): void {
    const { deferredWeights, kernels } = this;
    if (deferredWeights.end === 0) return;
    kernels.run.settleWeights(deferredWeights.begin, deferredWeights.end);
    deferredWeights.begin = Infinity;
    deferredWeights.end = 0;
    deferredWeights.dramBegin = Infinity;
    deferredWeights.dramEnd = 0;
  }

  private spend(cycles: number): void {
    this.cycles += cycles;
    if (this.cycles > this.limit) {
      throw new DeviceError(
        "vta-endless",
        `the program did not finish within ${this.limit} cycles`,
      );
    }
    if (this.cycles < this.nextPause) return;
    this.nextPause = this.cycles + SLICE;
    this.onPause();
  }

  /**
   * Executes the instruction whose first word is `words[at]`.
   * @throws DeviceError when it is malformed or reaches outside a memory.
   */
  execute(words: Uint32Array, at: number): void {
    this.spend(1);
    const opcode = this.isa.finish.opcode.get(words, at);
    switch (opcode) {
      case LOAD:
        return this.load(words, at);
      case STORE:
        return this.store(words, at);
      case GEMM:
        return this.gemm(words, at);
      case ALU:
        return this.alu(words, at);
      case FINISH:
        return;
      default:
        throw new DeviceError("vta-instruction", `there is no instruction with opcode ${opcode}`);
    }
  }

  private load(words: Uint32Array, at: number): void {
    const { load } = this.isa;
    const { env, profiler, kernels } = this;
    const x = load.xSize.get(words, at);
    if (x === 0) return;
    const y = load.ySize.get(words, at);
    const count = x * y;
    const memory = load.memoryType.get(words, at);
    let dramBytes: number;
    let depth: number;
    switch (memory) {
      case UOP:
        dramBytes = 4;
        depth = kernels.uopDepth;
        profiler.uopLoadBytes += count * dramBytes;
        break;
      case WGT:
        dramBytes = env.WGT_ELEM_BYTES;
        depth = kernels.wgtDepth;
        profiler.wgtLoadBytes += count * dramBytes;
        break;
      case INP:
        dramBytes = env.INP_ELEM_BYTES;
        depth = kernels.inpDepth;
        profiler.inpLoadBytes += count * dramBytes;
        break;
      case ACC:
        dramBytes = env.ACC_ELEM_BYTES;
        depth = kernels.accDepth;
        profiler.accLoadBytes += count * dramBytes;
        break;
      case ACC_8BIT:
        if (env.ACC_WIDTH !== 32) {
          throw new DeviceError(
            "vta-instruction",
            `bytes can be loaded into 32-bit accumulators only; these have ${env.ACC_WIDTH} bits`,
          );
        }
        dramBytes = env.ACC_ELEM_BYTES / 4;
        depth = kernels.accDepth;
        profiler.accLoadBytes += count * env.ACC_ELEM_BYTES;
        break;
      default:
        throw new DeviceError("vta-instruction", `memory ${memory} cannot be loaded`);
    }
    // Micro-ops are loaded even if execution is skipped: later programs may use them.
    if (profiler.skipExecution && memory !== UOP) return;
    const yPad0 = load.yPad0.get(words, at);
    const yPad1 = load.yPad1.get(words, at);
    const xPad0 = load.xPad0.get(words, at);
    const xPad1 = load.xPad1.get(words, at);
    const sram = load.sramBase.get(words, at);
    const end = sram + (yPad0 + y + yPad1) * (xPad0 + x + xPad1);
    checkEnd(end, depth);
    const dram = load.dramBase.get(words, at) * dramBytes;
    const stride = load.xStride.get(words, at) * dramBytes;
    const span = this.checkDram(dram, y, x * dramBytes, stride);
    if (memory === WGT) {
      const { deferredWeights } = this;
      deferredWeights.begin = Math.min(deferredWeights.begin, sram);
      deferredWeights.end = Math.max(deferredWeights.end, end);
      deferredWeights.dramBegin = Math.min(deferredWeights.dramBegin, dram);
      deferredWeights.dramEnd = Math.max(deferredWeights.dramEnd, dram + span);
    }
    kernels.run.load2d(memory, sram, dram, y, x, stride, yPad0, yPad1, xPad0, xPad1);
    this.spend(count);
  }

  private store(words: Uint32Array, at: number): void {
    const { store } = this.isa;
    const x = store.xSize.get(words, at);
    if (x === 0) return;
    const memory = store.memoryType.get(words, at);
    if (memory !== OUT)
      throw new DeviceError("vta-instruction", `memory ${memory} cannot be stored`);
    const y = store.ySize.get(words, at);
    const bytes = this.env.OUT_ELEM_BYTES;
    this.profiler.outStoreBytes += x * y * bytes;
    if (this.profiler.skipExecution) return;
    const yPads = store.yPad0.get(words, at) + store.yPad1.get(words, at);
    const xPads = store.xPad0.get(words, at) + store.xPad1.get(words, at);
    if (yPads + xPads > 0) throw new DeviceError("vta-instruction", "a STORE cannot have padding");
    const sram = store.sramBase.get(words, at);
    checkEnd(sram + x * y, this.kernels.accDepth);
    const dram = store.dramBase.get(words, at) * bytes;
    const stride = store.xStride.get(words, at) * bytes;
    const span = this.checkDram(dram, y, x * bytes, stride);
    if (dram < this.deferredWeights.dramEnd && dram + span > this.deferredWeights.dramBegin)
      this.flushDeferredWeights();
    this.kernels.run.store2d(sram, dram, y, x, stride);
    this.spend(x * y);
  }

  private gemm(words: Uint32Array, at: number): void {
    const { gemm } = this.isa;
    const { profiler, kernels } = this;
    const bgn = gemm.uopBgn.get(words, at);
    const end = gemm.uopEnd.get(words, at);
    const { outer, inner } = this;
    this.readLoops(gemm, words, at);
    outer.wgt = gemm.wgtFactorOut.get(words, at);
    inner.wgt = gemm.wgtFactorIn.get(words, at);
    checkUops(bgn, end, kernels.uopDepth);
    const work = outer.extent * inner.extent * (end - bgn);
    const reset = gemm.resetReg.get(words, at) === 1;
    if (!reset) profiler.gemmCounter += work;
    if (profiler.skipExecution || work === 0) return;
    this.unpackUops(bgn, end);
    checkIndices(this.uops.dst, bgn, end, "accumulator", kernels.accDepth, outer, inner, "dst");
    if (reset) {
      this.elementwise(RESET, false, 0, bgn, end, outer, inner);
      return;
    }
    checkIndices(this.uops.src, bgn, end, "input", kernels.inpDepth, outer, inner, "src");
    checkIndices(this.uops.wgt, bgn, end, "weight", kernels.wgtDepth, outer, inner, "wgt");
    const { canSum, list } = kernels;
    const { BATCH } = this.env;
    const plan = planGemm(this.uops, outer, inner, BATCH, canSum, this.dram.words, list / 4);
    const kernel = plan.kind === "rows" ? kernels.run.gemmRows : kernels.run.gemmSums;
    const { entries, perEntry, outer: o, inner: i } = plan;
    if (work <= SLICE) {
      kernel(list, entries, 0, o.extent, o.dst, o.src, o.wgt, 0, i.extent, i.dst, i.src, i.wgt);
      this.spend(work);
      return;
    }
    this.slices(o.extent, i.extent, entries * perEntry, (y0, y1, x0, x1) => {
      kernel(list, entries, y0, y1, o.dst, o.src, o.wgt, x0, x1, i.dst, i.src, i.wgt);
    });
  }

  private alu(words: Uint32Array, at: number): void {
    const { alu } = this.isa;
    const { profiler, kernels } = this;
    const bgn = alu.uopBgn.get(words, at);
    const end = alu.uopEnd.get(words, at);
    const opcode = alu.aluOpcode.get(words, at);
    const useImm = alu.useImm.get(words, at) === 1;
    const { outer, inner } = this;
    this.readLoops(alu, words, at);
    if (opcode >= ALU_OPCODES)
      throw new DeviceError("vta-instruction", `there is no ALU operation ${opcode}`);
    checkUops(bgn, end, kernels.uopDepth);
    const work = outer.extent * inner.extent * (end - bgn);
    profiler.aluCounter += work;
    if (profiler.skipExecution || work === 0) return;
    this.unpackUops(bgn, end);
    checkIndices(this.uops.dst, bgn, end, "accumulator", kernels.accDepth, outer, inner, "dst");
    if (!useImm) {
      checkIndices(this.uops.src, bgn, end, "accumulator", kernels.accDepth, outer, inner, "src");
    }
    this.elementwise(opcode, useImm, alu.imm.get(words, at), bgn, end, outer, inner);
  }

  /** Reads the loops of a GEMM or ALU instruction into `this.outer` and `this.inner`. */
  private readLoops(layout: FieldLayout<LoopField>, words: Uint32Array, at: number): void {
    const { outer, inner } = this;
    outer.extent = layout.iterOut.get(words, at);
    outer.dst = layout.dstFactorOut.get(words, at);
    outer.src = layout.srcFactorOut.get(words, at);
    inner.extent = layout.iterIn.get(words, at);
    inner.dst = layout.dstFactorIn.get(words, at);
    inner.src = layout.srcFactorIn.get(words, at);
  }

  private elementwise(
    op: number,
    useImm: boolean,
    imm: number,
    bgn: number,
    end: number,
    outer: GemmLoop,
    inner: GemmLoop,
  ): void {
    const { alu } = this.kernels.run;
    const { extent: rows, dst, src } = outer;
    const { extent: columns, dst: dstInner, src: srcInner } = inner;
    const work = rows * columns * (end - bgn);
    if (work <= SLICE) {
      alu(op, useImm, imm, bgn, end, 0, rows, dst, src, 0, columns, dstInner, srcInner);
      this.spend(work);
      return;
    }
    this.slices(rows, columns, end - bgn, (y0, y1, x0, x1) => {
      alu(op, useImm, imm, bgn, end, y0, y1, dst, src, x0, x1, dstInner, srcInner);
    });
  }

  /** Splits two loops into calls of at most `SLICE` micro-ops, but at least one iteration. */
  private slices(
    outer: number,
    inner: number,
    perIteration: number,
    run: (outerBgn: number, outerEnd: number, innerBgn: number, innerEnd: number) => void,
  ): void {
    const innerStep = Math.min(inner, Math.max(1, Math.floor(SLICE / perIteration)));
    const outerStep = Math.min(outer, Math.max(1, Math.floor(SLICE / (perIteration * innerStep))));
    for (let y = 0; y < outer; y += outerStep) {
      const yEnd = Math.min(outer, y + outerStep);
      for (let x = 0; x < inner; x += innerStep) {
        const xEnd = Math.min(inner, x + innerStep);
        run(y, yEnd, x, xEnd);
        this.spend((yEnd - y) * (xEnd - x) * perIteration);
      }
    }
  }

  /** Reads the micro-ops `bgn..end` into `this.uops`. */
  private unpackUops(bgn: number, end: number): void {
    const { dst, src, wgt } = this.uops;
    const { uop } = this.isa;
    const { words } = this.dram;
    const first = this.kernels.uops / 4 + bgn;
    const count = end - bgn;
    for (let i = 0; i < count; i++) {
      dst[i] = uop.dst.get(words, first + i);
      src[i] = uop.src.get(words, first + i);
      wgt[i] = uop.wgt.get(words, first + i);
    }
    this.uops.count = count;
  }

  /**
   * Checks that `y` rows of `bytes` bytes, `stride` bytes apart, are inside a buffer; returns their
   * span.
   */
  private checkDram(address: number, y: number, bytes: number, stride: number): number {
    if (y === 0) return 0;
    const span = (y - 1) * stride + bytes;
    if (this.dram.contains(address, span)) return span;
    throw new DeviceError(
      "vta-dram",
      `DRAM bytes ${hex(address)} to ${hex(address + span)} are not inside a single buffer; ` +
        "an array is too small for the transfer, or was freed",
    );
  }
}

function checkEnd(end: number, depth: number): void {
  if (end <= depth) return;
  throw new DeviceError(
    "vta-dram",
    `the transfer ends at element ${end} of an on-chip memory of ${depth}`,
  );
}

function checkUops(bgn: number, end: number, depth: number): void {
  if (bgn <= end && end <= depth) return;
  throw new DeviceError(
    "vta-micro-ops",
    `micro-ops ${bgn} to ${end} are not a range within the micro-op memory of ${depth}`,
  );
}

/** Checks that the largest index of a loop nest is below `depth`; indices are never negative. */
function checkIndices(
  indices: Int32Array,
  bgn: number,
  end: number,
  memory: string,
  depth: number,
  outer: GemmLoop,
  inner: GemmLoop,
  index: "dst" | "src" | "wgt",
): void {
  let largest = 0;
  for (let i = 0; i < end - bgn; i++) if (indices[i]! > indices[largest]!) largest = i;
  const reach =
    indices[largest]! + (outer.extent - 1) * outer[index] + (inner.extent - 1) * inner[index];
  if (reach < depth) return;
  throw new DeviceError(
    "vta-micro-ops",
    `micro-op ${bgn + largest} reaches ${memory} element ${reach} of ${depth}: ` +
      `${index} ${indices[largest]!} + ${outer.extent - 1} x ${outer[index]} + ` +
      `${inner.extent - 1} x ${inner[index]}`,
  );
}
