/**
 * The JIT runtime: the functions that compiled host code calls to drive the accelerator.
 *
 * Calls record instructions and micro-ops directly into DRAM; `synchronize` runs them on the
 * accelerator. Methods are named after the C functions (`VTALoadBuffer2D` is `loadBuffer2D`) and
 * take sizes, offsets and strides in elements of the memory.
 */

import { UsageError } from "tvm-ts";
import type { Accelerator } from "../accelerator";
import { DEBUG, InstructionSet, MEM_ID, OPCODE, type Hardware } from "../hardware";
import { DramTransfers } from "./dram-transfers";
import { dumpInstructions, dumpUops } from "./dump";
import { forceSerial } from "./force-serial";
import { InsnQueue, STAGE, stageOfMemory, type StageNumber } from "./insn-queue";
import { UopKernel, type UopLoop } from "./uop-kernel";
import { UopQueue } from "./uop-queue";

// Local copies of constants that are read for every instruction: imports are slower.
const { UOP, OUT } = MEM_ID;
const { LOAD, STORE, GEMM, ALU, FINISH } = OPCODE;

/** Bytes of DRAM for the micro-ops and for the instructions of a run, as in the reference. */
const MAX_TRANSFER = 1 << 25;

/** The most instructions that a call records and that the end of a run adds. */
const ROOM_FOR_CALL = 2;
const ROOM_FOR_END = 6;

/** The cycle limit of a run that the queue starts itself, the same as in compiled code. */
const WAIT_CYCLES = 2 ** 31;

/** Mode of `uopPush`. */
const GEMM_MODE = 0;

export interface CommandQueueOptions {
  /** Receives the output of debug flags; the console if left out. */
  readonly print?: (text: string) => void;
  /** Bytes of each of the two DRAM buffers; 32 MiB if left out. */
  readonly maxTransfer?: number;
}

/** Runs the code that pushes the micro-ops of a kernel; returns 0 on success. */
export type RecordKernel = () => number;

export class CommandQueue {
  readonly accelerator: Accelerator;
  private readonly isa: InstructionSet;
  private readonly transfers: DramTransfers;
  private readonly uops: UopQueue;
  private readonly insns: InsnQueue;
  private readonly print: (text: string) => void;
  /** Kernels by the place in the program that pushes them, and the values that they depend on. */
  private kernels = new WeakMap<object, Map<string | number | bigint, UopKernel>>();
  private recording: UopKernel | undefined;
  private debug = 0;

  /** @param makeAccelerator creates the accelerator, after the queue's buffers are allocated */
  constructor(
    env: Hardware,
    private readonly dram: Accelerator["dram"],
    makeAccelerator: () => Accelerator,
    options: CommandQueueOptions = {},
  ) {
    this.isa = new InstructionSet(env);
    this.transfers = new DramTransfers(env, dram);
    const capacity = options.maxTransfer ?? MAX_TRANSFER;
    this.uops = new UopQueue(dram, 2 ** env.shape.logUopDepth, capacity);
    this.insns = new InsnQueue(this.isa, dram, capacity);
    this.accelerator = makeAccelerator();
    this.print = options.print ?? ((text) => console.log(text.replace(/\n$/, "")));
  }

  /** Instructions recorded since the last run. */
  get count(): number {
    return this.insns.count;
  }

  /** Calls `onInstruction` with the index of each instruction when it is recorded. */
  watch(onInstruction: ((index: number) => void) | undefined): void {
    this.insns.onInstruction = onInstruction;
  }

  /** Sets the debug flags (`DEBUG`); 0 for none. */
  setDebugMode(flags: number): void {
    this.debug = flags;
  }

  /**
   * Drops recorded instructions that were not run, and the accelerator's tokens, so that the next
   * program starts from an empty state. Recorded kernels stay.
   */
  reset(): void {
    this.recording = undefined;
    this.insns.clear();
    this.insns.dropPendingPops();
    this.uops.reset();
    this.accelerator.resetTokens();
  }

  /** Frees the DRAM buffers; the queue cannot be used afterwards. */
  free(): void {
    this.uops.free();
    this.insns.free();
  }

  /** Copies a rectangle of DRAM into an on-chip memory, surrounded by padding that is zero. */
  loadBuffer2D(
    source: number,
    sourceOffset: number,
    xSize: number,
    ySize: number,
    xStride: number,
    xPadBefore: number,
    yPadBefore: number,
    xPadAfter: number,
    yPadAfter: number,
    sramIndex: number,
    memory: number,
  ): void {
    if (memory === OUT)
      throw new UsageError("vta-instruction", "a LOAD cannot write the output memory");
    // Sizes are those of a tile without its padding, and negative for a tile outside the data. Such
    // a tile is only padding, which a load of no columns would not write.
    if (xSize <= 0 || ySize < 0) {
      const columns = xPadBefore + xSize + xPadAfter;
      const rows = yPadBefore + ySize + yPadAfter;
      if (columns > 0 && rows > 0) return this.loadZeros(columns * rows, sramIndex, memory);
    }
    const dramBase = this.transfers.base(
      "LOAD",
      this.count,
      source,
      sourceOffset,
      memory,
      xSize,
      ySize,
      xStride,
    );
    const { load } = this.isa;
    const at = this.insns.create(stageOfMemory(memory), LOAD);
    const { words } = this.dram;
    load.memoryType.set(words, at, memory);
    load.sramBase.set(words, at, sramIndex);
    load.dramBase.set(words, at, dramBase);
    load.ySize.set(words, at, ySize);
    load.xSize.set(words, at, xSize);
    load.xStride.set(words, at, xStride);
    load.yPad0.set(words, at, yPadBefore);
    load.yPad1.set(words, at, yPadAfter);
    load.xPad0.set(words, at, xPadBefore);
    load.xPad1.set(words, at, xPadAfter);
    if (xSize === 0) this.insns.sealLast();
    this.runIfFull();
  }

  /**
   * Sets elements of an on-chip memory to zero: a LOAD with a row of padding and no rows of data.
   */
  private loadZeros(count: number, sramIndex: number, memory: number): void {
    const { load } = this.isa;
    const at = this.insns.create(stageOfMemory(memory), LOAD);
    const { words } = this.dram;
    load.memoryType.set(words, at, memory);
    load.sramBase.set(words, at, sramIndex);
    load.xSize.set(words, at, count);
    load.yPad0.set(words, at, 1);
    this.runIfFull();
  }

  /** Copies accumulator elements, narrowed to the output's width, into a rectangle of DRAM. */
  storeBuffer2D(
    sramIndex: number,
    memory: number,
    destination: number,
    destinationOffset: number,
    xSize: number,
    ySize: number,
    xStride: number,
  ): void {
    const dramBase = this.transfers.base(
      "STORE",
      this.count,
      destination,
      destinationOffset,
      memory,
      xSize,
      ySize,
      xStride,
    );
    const { store } = this.isa;
    const at = this.insns.create(STAGE.STORE, STORE);
    const { words } = this.dram;
    store.memoryType.set(words, at, memory);
    store.sramBase.set(words, at, sramIndex);
    store.dramBase.set(words, at, dramBase);
    store.ySize.set(words, at, ySize);
    store.xSize.set(words, at, xSize);
    store.xStride.set(words, at, xStride);
    this.runIfFull();
  }

  /** Starts a loop around the micro-ops until the matching `uopLoopEnd`. */
  uopLoopBegin(extent: number, dstFactor: number, srcFactor: number, wgtFactor: number): void {
    this.kernelBeingRecorded("uopLoopBegin").loopBegin({
      extent,
      dst: dstFactor,
      src: srcFactor,
      wgt: wgtFactor,
    });
  }

  uopLoopEnd(): void {
    this.kernelBeingRecorded("uopLoopEnd").loopEnd();
  }

  /** @param mode 0 for GEMM, 1 for ALU; the arguments after `wgt` are for the ALU */
  uopPush(
    mode: number,
    resetOut: number,
    dst: number,
    src: number,
    wgt: number,
    opcode: number,
    useImm: number,
    imm: number,
  ): void {
    const operation = {
      mode: mode === GEMM_MODE ? ("gemm" as const) : ("alu" as const),
      resetOut,
      opcode,
      useImm,
      imm,
    };
    this.kernelBeingRecorded("uopPush").push(operation, dst, src, wgt);
  }

  /**
   * A GEMM over the kernel that `record` pushes. `record` is called only the first time: the same
   * `site` with the same `signature` always has the same kernel.
   */
  pushGEMMOp(site: object, record: RecordKernel, signature: readonly (number | bigint)[]): void {
    const kernel = this.kernelOf(site, record, signature, "gemm");
    this.makeResident(kernel);
    const { gemm } = this.isa;
    const at = this.insns.create(STAGE.COMPUTE, GEMM);
    const { words } = this.dram;
    gemm.resetReg.set(words, at, kernel.operation.resetOut);
    gemm.uopBgn.set(words, at, kernel.sramBegin);
    gemm.uopEnd.set(words, at, kernel.sramEnd);
    const outer = kernel.loops[0] ?? ONCE;
    const inner = kernel.loops[1] ?? ONCE;
    gemm.iterOut.set(words, at, outer.extent);
    gemm.iterIn.set(words, at, inner.extent);
    gemm.dstFactorOut.set(words, at, outer.dst);
    gemm.dstFactorIn.set(words, at, inner.dst);
    gemm.srcFactorOut.set(words, at, outer.src);
    gemm.srcFactorIn.set(words, at, inner.src);
    gemm.wgtFactorOut.set(words, at, outer.wgt);
    gemm.wgtFactorIn.set(words, at, inner.wgt);
    this.runIfFull();
  }

  /** An ALU instruction over the kernel that `record` pushes; see `pushGEMMOp`. */
  pushALUOp(site: object, record: RecordKernel, signature: readonly (number | bigint)[]): void {
    const kernel = this.kernelOf(site, record, signature, "alu");
    this.makeResident(kernel);
    const { alu } = this.isa;
    const { operation, loops } = kernel;
    const at = this.insns.create(STAGE.COMPUTE, ALU);
    const { words } = this.dram;
    alu.resetReg.set(words, at, operation.resetOut);
    alu.uopBgn.set(words, at, kernel.sramBegin);
    alu.uopEnd.set(words, at, kernel.sramEnd);
    // A single loop becomes the inner loop here, but the outer loop of a GEMM.
    const outer = loops.length === 2 ? loops[0]! : ONCE;
    const inner = loops.at(-1) ?? ONCE;
    alu.iterOut.set(words, at, outer.extent);
    alu.iterIn.set(words, at, inner.extent);
    alu.dstFactorOut.set(words, at, outer.dst);
    alu.dstFactorIn.set(words, at, inner.dst);
    alu.srcFactorOut.set(words, at, outer.src);
    alu.srcFactorIn.set(words, at, inner.src);
    alu.aluOpcode.set(words, at, operation.opcode);
    alu.useImm.set(words, at, operation.useImm);
    alu.imm.set(words, at, operation.imm);
    this.runIfFull();
  }

  /** Stage `from` pushes a token to stage `to` after its instructions recorded so far. */
  depPush(from: number, to: number): void {
    this.insns.depPush(from as StageNumber, to as StageNumber);
    this.runIfFull();
  }

  /** Stage `to` pops a token of stage `from` before its next instruction. */
  depPop(from: number, to: number): void {
    this.insns.depPop(from as StageNumber, to as StageNumber);
    this.runIfFull();
  }

  /**
   * Runs the recorded instructions and waits for their end.
   * @throws DeviceError when the accelerator reports an error or does not finish; the program is
   * dropped then
   */
  synchronize(waitCycles: number): void {
    let finished = false;
    try {
      this.finish();
      if ((this.debug & DEBUG.DUMP_INSN) !== 0) {
        this.print(dumpInstructions(this.isa, this.insns));
      }
      this.accelerator.run(this.insns.address, this.insns.count, waitCycles);
      this.uops.reset();
      this.insns.clear();
      finished = true;
    } finally {
      if (!finished) this.reset();
    }
  }

  /** Synchronizes all stages, and records the FINISH. */
  private finish(): void {
    const { insns } = this;
    if ((this.debug & DEBUG.FORCE_SERIAL) !== 0) forceSerial(this.isa, insns);
    else {
      insns.depPush(STAGE.STORE, STAGE.COMPUTE);
      insns.depPush(STAGE.LOAD, STAGE.COMPUTE);
      insns.depPop(STAGE.STORE, STAGE.COMPUTE);
      insns.depPop(STAGE.LOAD, STAGE.COMPUTE);
      insns.commitPendingPop(STAGE.COMPUTE);
    }
    insns.create(STAGE.COMPUTE, FINISH);
  }

  private runIfFull(): void {
    if (!this.insns.hasRoomFor(ROOM_FOR_CALL + ROOM_FOR_END)) this.synchronize(WAIT_CYCLES);
  }

  private kernelBeingRecorded(what: string): UopKernel {
    if (this.recording !== undefined) return this.recording;
    throw new UsageError(
      "vta-micro-ops",
      `${what} must be called while a micro-op kernel is recorded`,
    );
  }

  private kernelOf(
    site: object,
    record: RecordKernel,
    signature: readonly (number | bigint)[],
    mode: "gemm" | "alu",
  ): UopKernel {
    let ofSite = this.kernels.get(site);
    if (ofSite === undefined) {
      ofSite = new Map();
      this.kernels.set(site, ofSite);
    }
    const key = signature.length === 1 ? signature[0]! : signature.join();
    let kernel = ofSite.get(key);
    if (kernel === undefined) {
      kernel = this.record(record);
      if (kernel.operation.mode !== mode) {
        throw new UsageError(
          "vta-micro-ops",
          `a kernel for the ${mode} was recorded with micro-ops of the other unit`,
        );
      }
      ofSite.set(key, kernel);
      if ((this.debug & DEBUG.DUMP_UOP) !== 0) this.print(dumpUops(this.isa, kernel));
    }
    return kernel;
  }

  private record(record: RecordKernel): UopKernel {
    const kernel = new UopKernel(this.isa);
    this.recording = kernel;
    try {
      const status = record();
      if (status !== 0)
        throw new UsageError("vta-micro-ops", `recording a micro-op kernel failed: ${status}`);
    } finally {
      this.recording = undefined;
    }
    return kernel;
  }

  /** Records the load of a kernel's micro-ops unless they are resident. */
  private makeResident(kernel: UopKernel): void {
    if (!this.uops.hasRoomFor(kernel)) this.synchronize(WAIT_CYCLES);
    const transfer = this.uops.place(kernel);
    if (transfer === undefined) return;
    const { load } = this.isa;
    const at = this.insns.create(STAGE.COMPUTE, LOAD);
    const { words } = this.dram;
    load.memoryType.set(words, at, UOP);
    load.sramBase.set(words, at, transfer.sramBase);
    load.dramBase.set(words, at, transfer.dramBase);
    load.ySize.set(words, at, 1);
    load.xSize.set(words, at, transfer.count);
    load.xStride.set(words, at, transfer.count);
  }
}

const ONCE: UopLoop = { extent: 1, dst: 0, src: 0, wgt: 0 };
