/**
 * The compiled kernels and the on-chip memories they work on.
 *
 * Kernels do most of the work: copies with padding and conversion, GEMM loops, ALU loops. They are
 * a single WebAssembly module for all configurations (`lib/vta/assembly`), configured once. They do
 * not check indices: `Core` has checked every index before it calls a kernel.
 */

import { UOP_BYTES, type Hardware } from "../../hardware";
import type { Dram } from "../../accelerator";
import { kernelsBase64 } from "./kernels.generated";

/** Extents and index factors of two loops, in the kernels' parameter order. */
type LoopArguments = [
  outerBgn: number,
  outerEnd: number,
  dstOuter: number,
  srcOuter: number,
  wgtOuter: number,
  innerBgn: number,
  innerEnd: number,
  dstInner: number,
  srcInner: number,
  wgtInner: number,
];

interface Exports {
  setShape(
    batch: number,
    blockIn: number,
    blockOut: number,
    inpWidth: number,
    wgtWidth: number,
    accWidth: number,
    outWidth: number,
    uopDstBits: number,
    uopSrcBits: number,
  ): void;
  setMemories(
    uop: number,
    inp: number,
    wgt: number,
    weightAt: number,
    widened: number,
    flags: number,
    acc: number,
    immediate: number,
  ): void;
  inputElementBytes(): number;
  weightElementBytes(): number;
  widenedElementBytes(): number;
  accumulatorElementBytes(): number;
  canSum(): number;
  load2d(
    memory: number,
    index: number,
    dram: number,
    y: number,
    x: number,
    strideBytes: number,
    yPad0: number,
    yPad1: number,
    xPad0: number,
    xPad1: number,
  ): void;
  settleWeights(begin: number, end: number): void;
  store2d(index: number, dram: number, y: number, x: number, strideBytes: number): void;
  gemmRows(list: number, entries: number, ...loops: LoopArguments): void;
  gemmSums(list: number, entries: number, ...loops: LoopArguments): void;
  alu(
    op: number,
    useImm: boolean,
    imm: number,
    uopBgn: number,
    uopEnd: number,
    outerBgn: number,
    outerEnd: number,
    dstOuter: number,
    srcOuter: number,
    innerBgn: number,
    innerEnd: number,
    dstInner: number,
    srcInner: number,
  ): void;
}

/** The opcode of `alu` for a GEMM with reset. */
export const RESET = -1;

/** Bytes of an entry of the lists that `gemmRows` and `gemmSums` take: six int32. */
const ENTRY_BYTES = 24;

const VECTOR_BYTES = 16;

let compiled: WebAssembly.Module | undefined;

function compile(): WebAssembly.Module {
  if (compiled === undefined) {
    const text = atob(kernelsBase64);
    compiled = new WebAssembly.Module(Uint8Array.from(text, (c) => c.charCodeAt(0)));
  }
  return compiled;
}

/** The kernels for one accelerator; its memories are reserved in the device's linear memory. */
export class Kernels {
  readonly run: Exports;
  /** Depths of the memories, in elements. */
  readonly uopDepth: number;
  readonly inpDepth: number;
  readonly wgtDepth: number;
  readonly accDepth: number;
  /** Addresses of the micro-ops and of a list with an entry per micro-op. */
  readonly uops: number;
  readonly list: number;
  /** Whether `gemmSums` supports this shape. */
  readonly canSum: boolean;

  private readonly inp: number;
  private readonly wgt: number;
  private readonly acc: number;

  constructor(
    private readonly env: Hardware,
    private readonly dram: Dram,
  ) {
    const { memory } = dram;
    const instance = new WebAssembly.Instance(compile(), { env: { memory } });
    const run = instance.exports as unknown as Exports;
    const { shape } = env;
    run.setShape(
      env.BATCH,
      env.BLOCK_IN,
      env.BLOCK_OUT,
      env.INP_WIDTH,
      env.WGT_WIDTH,
      env.ACC_WIDTH,
      env.OUT_WIDTH,
      shape.logAccDepth,
      Math.max(shape.logAccDepth, shape.logInpDepth),
    );
    this.run = run;
    this.uopDepth = 2 ** shape.logUopDepth;
    this.inpDepth = 2 ** shape.logInpDepth;
    this.wgtDepth = 2 ** shape.logWgtDepth;
    this.accDepth = 2 ** shape.logAccDepth;
    this.canSum = run.canSum() !== 0;

    this.uops = dram.reserve(this.uopDepth * UOP_BYTES);
    this.list = dram.reserve(this.uopDepth * ENTRY_BYTES);
    this.inp = dram.reserve(this.inpDepth * run.inputElementBytes());
    this.wgt = dram.reserve(this.wgtDepth * run.weightElementBytes());
    this.acc = dram.reserve(this.accDepth * run.accumulatorElementBytes());
    const weightAt = dram.reserve(this.wgtDepth * 4);
    const widened = dram.reserve(this.wgtDepth * run.widenedElementBytes());
    const flags = dram.reserve(this.wgtDepth);
    const immediate = dram.reserve(VECTOR_BYTES);
    run.setMemories(this.uops, this.inp, this.wgt, weightAt, widened, flags, this.acc, immediate);
    const weightBytes = run.weightElementBytes();
    for (let i = 0; i < this.wgtDepth; i++) {
      dram.words[weightAt / 4 + i] = this.wgt + i * weightBytes;
    }
  }

  /**
   * The values of one element of an on-chip memory, row by row: `[BATCH, BLOCK_IN]` of INP,
   * `[BLOCK_OUT, BLOCK_IN]` of WGT, `[BATCH, BLOCK_OUT]` of ACC, the word of UOP.
   */
  element(memory: "UOP" | "WGT" | "INP" | "ACC", index: number): number[] {
    const { BATCH, BLOCK_IN, BLOCK_OUT, WGT_WIDTH, INP_WIDTH } = this.env;
    const { buffer } = this.dram.memory;
    switch (memory) {
      case "UOP":
        return [this.dram.words[this.uops / 4 + index]!];
      case "WGT": {
        const bytes = this.run.weightElementBytes();
        return unpack(new Uint8Array(buffer, this.wgt + index * bytes, bytes), WGT_WIDTH);
      }
      case "INP": {
        const bytes = this.run.inputElementBytes();
        const wide = Math.max(INP_WIDTH, WGT_WIDTH) > 16;
        const Lanes = wide ? Int32Array : Int16Array;
        const lanes = new Lanes(buffer, this.inp + index * bytes, bytes / Lanes.BYTES_PER_ELEMENT);
        return rows([...lanes], BATCH, BLOCK_IN);
      }
      case "ACC": {
        const bytes = this.run.accumulatorElementBytes();
        return rows(
          [...new Int32Array(buffer, this.acc + index * bytes, bytes / 4)],
          BATCH,
          BLOCK_OUT,
        );
      }
    }
  }
}

/** Removes the padding of rows that are stored wider. */
function rows(lanes: readonly number[], count: number, width: number): number[] {
  const held = lanes.length / count;
  return lanes.filter((_, i) => i % held < width);
}

/** Unpacks and sign-extends values of `bits` bits. */
function unpack(bytes: Uint8Array, bits: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: number[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit += bits) {
    if (bits === 32) values.push(view.getInt32(bit / 8, true));
    else if (bits === 16) values.push(view.getInt16(bit / 8, true));
    else values.push((view.getUint8(bit >> 3) << (32 - bits - (bit & 7))) >> (32 - bits));
  }
  return values;
}
