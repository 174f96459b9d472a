/** The parts of memories that an instruction reads and writes, and its work for the counters. */

import {
  INSN_BYTES,
  MEM_ID,
  UOP_BYTES,
  type AluInstruction,
  type GemmInstruction,
  type Hardware,
  type Instruction,
  type MemInstruction,
  type MicroOp,
} from "../hardware";
import type { Profiler } from "./profiler";

/** The on-chip memories. */
export const ON_CHIP = ["INP", "WGT", "ACC", "UOP"] as const;
export type OnChipName = (typeof ON_CHIP)[number];

/** Elements `begin` to `end - 1` of an on-chip memory, or bytes of DRAM. */
export interface Extent {
  readonly begin: number;
  readonly end: number;
}

export interface OnChipAccess extends Extent {
  readonly memory: OnChipName;
}

export interface Accesses {
  readonly sramReads: readonly OnChipAccess[];
  readonly sramWrites: readonly OnChipAccess[];
  /** The part of `sramWrites` that is padding: zeros that are not read from DRAM. */
  readonly padding: readonly OnChipAccess[];
  /** The first extent is the instruction itself. */
  readonly dramReads: readonly Extent[];
  readonly dramWrites: readonly Extent[];
}

/** The number of elements of an on-chip memory, and the bytes of an element. */
export function geometryOf(
  env: Hardware,
  memory: OnChipName,
): { readonly depth: number; readonly elementBytes: number } {
  const { logInpDepth, logWgtDepth, logAccDepth, logUopDepth } = env.shape;
  switch (memory) {
    case "INP":
      return { depth: 2 ** logInpDepth, elementBytes: env.INP_ELEM_BYTES };
    case "WGT":
      return { depth: 2 ** logWgtDepth, elementBytes: env.WGT_ELEM_BYTES };
    case "ACC":
      return { depth: 2 ** logAccDepth, elementBytes: env.ACC_ELEM_BYTES };
    case "UOP":
      return { depth: 2 ** logUopDepth, elementBytes: UOP_BYTES };
  }
}

/**
 * @param address the instruction's address in DRAM
 * @param uopAt returns the micro-op at an index of the memory when the instruction is executed
 */
export function accessesOf(
  env: Hardware,
  instruction: Instruction,
  address: number,
  uopAt: (index: number) => MicroOp,
): Accesses {
  const fetch: Extent = { begin: address, end: address + INSN_BYTES };
  const accesses = effectsOf(env, instruction, uopAt);
  return { ...accesses, dramReads: [fetch, ...accesses.dramReads] };
}

/** Adds an instruction's work to the counters, with the simulator's rules. */
export function countInstruction(env: Hardware, instruction: Instruction, counter: Profiler): void {
  switch (instruction.kind) {
    case "LOAD": {
      const elements = instruction.xSize * instruction.ySize;
      switch (instruction.memoryType) {
        case MEM_ID.UOP:
          counter.uopLoadBytes += elements * UOP_BYTES;
          return;
        case MEM_ID.WGT:
          counter.wgtLoadBytes += elements * env.WGT_ELEM_BYTES;
          return;
        case MEM_ID.INP:
          counter.inpLoadBytes += elements * env.INP_ELEM_BYTES;
          return;
        default: // Bytes that are widened to accumulators are counted as accumulators.
          counter.accLoadBytes += elements * env.ACC_ELEM_BYTES;
          return;
      }
    }
    case "STORE":
      counter.outStoreBytes += instruction.xSize * instruction.ySize * env.OUT_ELEM_BYTES;
      return;
    case "GEMM":
      if (instruction.resetReg === 0) counter.gemmCounter += uopsExecuted(instruction);
      return;
    case "ALU":
      counter.aluCounter += uopsExecuted(instruction);
      return;
    case "FINISH":
      return;
  }
}

function uopsExecuted({ uopBgn, uopEnd, iterOut, iterIn }: GemmInstruction | AluInstruction) {
  return (uopEnd - uopBgn) * iterOut * iterIn;
}

const NOTHING: Accesses = {
  sramReads: [],
  sramWrites: [],
  padding: [],
  dramReads: [],
  dramWrites: [],
};

function effectsOf(
  env: Hardware,
  instruction: Instruction,
  uopAt: (index: number) => MicroOp,
): Accesses {
  switch (instruction.kind) {
    case "LOAD":
      return instruction.xSize === 0 ? NOTHING : loadEffects(env, instruction);
    case "STORE":
      return instruction.xSize === 0 ? NOTHING : storeEffects(env, instruction);
    case "GEMM":
    case "ALU":
      return uopsExecuted(instruction) === 0 ? NOTHING : computeEffects(env, instruction, uopAt);
    case "FINISH":
      return NOTHING;
  }
}

/** Merges adjacent extents and drops empty ones; `extents` are in ascending order. */
function joined(extents: readonly Extent[]): Extent[] {
  const result: Extent[] = [];
  for (const extent of extents) {
    if (extent.begin === extent.end) continue;
    const last = result.at(-1);
    if (last !== undefined && last.end >= extent.begin) {
      result[result.length - 1] = { begin: last.begin, end: Math.max(last.end, extent.end) };
    } else result.push(extent);
  }
  return result;
}

function dramRows(instruction: MemInstruction, bytes: number): Extent[] {
  const { dramBase, ySize, xSize, xStride } = instruction;
  const rows = Array.from({ length: ySize }, (_, y) => {
    const begin = (dramBase + y * xStride) * bytes;
    return { begin, end: begin + xSize * bytes };
  });
  return joined(rows);
}

function loadEffects(env: Hardware, instruction: MemInstruction): Accesses {
  const { sramBase, ySize, xSize, yPad0, yPad1, xPad0, xPad1 } = instruction;
  const width = xPad0 + xSize + xPad1;
  const end = sramBase + (yPad0 + ySize + yPad1) * width;
  const [memory, bytes] = loadTarget(env, instruction.memoryType);
  const firstRow = sramBase + yPad0 * width;
  const sides = Array.from({ length: ySize }, (_, y) => {
    const row = firstRow + y * width;
    return [
      { begin: row, end: row + xPad0 },
      { begin: row + xPad0 + xSize, end: row + width },
    ];
  });
  const padding = joined([
    { begin: sramBase, end: firstRow },
    ...sides.flat(),
    { begin: firstRow + ySize * width, end },
  ]);
  return {
    ...NOTHING,
    sramWrites: [{ memory, begin: sramBase, end }],
    padding: padding.map((extent) => ({ memory, ...extent })),
    dramReads: dramRows(instruction, bytes),
  };
}

function loadTarget(env: Hardware, memoryType: number): [name: OnChipName, elementBytes: number] {
  switch (memoryType) {
    case MEM_ID.UOP:
      return ["UOP", UOP_BYTES];
    case MEM_ID.WGT:
      return ["WGT", env.WGT_ELEM_BYTES];
    case MEM_ID.INP:
      return ["INP", env.INP_ELEM_BYTES];
    case MEM_ID.ACC_8BIT:
      return ["ACC", env.ACC_ELEM_BYTES / 4];
    default:
      return ["ACC", env.ACC_ELEM_BYTES];
  }
}

function storeEffects(env: Hardware, instruction: MemInstruction): Accesses {
  const { sramBase, ySize, xSize } = instruction;
  return {
    ...NOTHING,
    sramReads: [{ memory: "ACC", begin: sramBase, end: sramBase + ySize * xSize }],
    dramWrites: dramRows(instruction, env.OUT_ELEM_BYTES),
  };
}

function computeEffects(
  env: Hardware,
  instruction: GemmInstruction | AluInstruction,
  uopAt: (index: number) => MicroOp,
): Accesses {
  const { uopBgn, uopEnd, iterOut, iterIn } = instruction;
  const uops = Array.from({ length: uopEnd - uopBgn }, (_, i) => uopAt(uopBgn + i));
  const touched = (memory: OnChipName, key: keyof MicroOp, out: number, inner: number) =>
    reached(
      geometryOf(env, memory).depth,
      uops.map((uop) => uop[key]),
      { extent: iterOut, factor: out },
      { extent: iterIn, factor: inner },
    ).map((extent) => ({ memory, ...extent }));
  const { dstFactorOut, dstFactorIn, srcFactorOut, srcFactorIn } = instruction;
  const sramWrites = touched("ACC", "dst", dstFactorOut, dstFactorIn);
  const sramReads: OnChipAccess[] = [{ memory: "UOP", begin: uopBgn, end: uopEnd }];
  if (instruction.kind === "GEMM") {
    if (instruction.resetReg === 0) {
      sramReads.push(
        ...touched("INP", "src", srcFactorOut, srcFactorIn),
        ...touched("WGT", "wgt", instruction.wgtFactorOut, instruction.wgtFactorIn),
        ...sramWrites,
      );
    }
  } else {
    sramReads.push(...sramWrites);
    if (instruction.useImm === 0) {
      sramReads.push(...touched("ACC", "src", srcFactorOut, srcFactorIn));
    }
  }
  return { ...NOTHING, sramReads, sramWrites };
}

interface IndexStride {
  readonly extent: number;
  readonly factor: number;
}

/** The elements `base + y*outer.factor + x*inner.factor` of a memory as extents. */
function reached(
  depth: number,
  bases: readonly number[],
  outer: IndexStride,
  inner: IndexStride,
): readonly Extent[] {
  const marks = new Uint8Array(depth);
  // With a factor of 0, all iterations access the same elements.
  const outerEnd = outer.factor === 0 ? 1 : outer.extent;
  const innerEnd = inner.factor === 0 ? 1 : inner.extent;
  for (const base of bases) {
    for (let y = 0; y < outerEnd; y++) {
      const row = base + y * outer.factor;
      for (let x = 0; x < innerEnd; x++) marks[row + x * inner.factor] = 1;
    }
  }
  const extents: Extent[] = [];
  for (let begin = marks.indexOf(1); begin >= 0;) {
    const next = marks.indexOf(0, begin);
    const end = next < 0 ? depth : next;
    extents.push({ begin, end });
    begin = marks.indexOf(1, end);
  }
  return extents;
}
