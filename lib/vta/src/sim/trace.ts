/**
 * What each instruction of a run did: which parts of which memories it read and wrote, which tokens
 * it took and gave. Views draw it; a test of a schedule can ask it.
 */

import { INSN_BYTES, MEM_ID, UOP_BYTES, type Environment } from "../config";
import type { AluInstruction, GemmInstruction, Instruction, MemInstruction, MicroOp } from "../isa";

export type OnChipName = "UOP" | "WGT" | "INP" | "ACC";
export type StageName = "load" | "compute" | "store";
/** Token queues: `l2g` is filled by load and emptied by compute (GEMM), and so on. */
export type TokenName = "l2g" | "g2l" | "g2s" | "s2g";

/** Elements `begin` to `end` (not included) of an on-chip memory, or bytes of DRAM. */
export interface Extent {
  readonly begin: number;
  readonly end: number;
}

export interface OnChipAccess extends Extent {
  readonly memory: OnChipName;
}

export interface TraceEntry {
  /** The instruction's number in the stream; entries are in the order of execution. */
  readonly index: number;
  readonly stage: StageName;
  readonly instruction: Instruction;
  readonly sramReads: readonly OnChipAccess[];
  readonly sramWrites: readonly OnChipAccess[];
  readonly dramReads: readonly Extent[];
  readonly dramWrites: readonly Extent[];
  readonly popped: readonly TokenName[];
  readonly pushed: readonly TokenName[];
}

/** What `ExecutionTrace` is told about an instruction that has just been executed. */
export interface TracedStep {
  readonly index: number;
  readonly address: number;
  readonly stage: StageName;
  readonly instruction: Instruction;
  readonly popped: readonly TokenName[];
  readonly pushed: readonly TokenName[];
}

/** The entries of one or several runs. */
export class ExecutionTrace {
  readonly entries: TraceEntry[] = [];

  constructor(private readonly env: Environment) {}

  /** @param uopAt the micro-op at an index, as the memory holds it now */
  record(step: TracedStep, uopAt: (index: number) => MicroOp): void {
    const { index, stage, instruction, popped, pushed, address } = step;
    const fetch: Extent = { begin: address, end: address + INSN_BYTES };
    const effects = this.effects(instruction, uopAt);
    this.entries.push({
      index,
      stage,
      instruction,
      ...effects,
      dramReads: [fetch, ...effects.dramReads],
      popped,
      pushed,
    });
  }

  private effects(instruction: Instruction, uopAt: (index: number) => MicroOp): Effects {
    switch (instruction.kind) {
      case "LOAD":
        return instruction.xSize === 0 ? NOTHING : loadEffects(this.env, instruction);
      case "STORE":
        return instruction.xSize === 0 ? NOTHING : storeEffects(this.env, instruction);
      case "GEMM":
      case "ALU":
        return computeEffects(instruction, uopAt);
      case "FINISH":
        return NOTHING;
    }
  }
}

type Effects = Pick<TraceEntry, "sramReads" | "sramWrites" | "dramReads" | "dramWrites">;

const NOTHING: Effects = { sramReads: [], sramWrites: [], dramReads: [], dramWrites: [] };

/** Joins extents that touch; `extents` are in ascending order. */
function joined(extents: readonly Extent[]): Extent[] {
  const result: Extent[] = [];
  for (const extent of extents) {
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

function loadEffects(env: Environment, instruction: MemInstruction): Effects {
  const { sramBase, ySize, xSize, yPad0, yPad1, xPad0, xPad1 } = instruction;
  const end = sramBase + (yPad0 + ySize + yPad1) * (xPad0 + xSize + xPad1);
  const [memory, bytes] = loadTarget(env, instruction.memoryType);
  return {
    ...NOTHING,
    sramWrites: [{ memory, begin: sramBase, end }],
    dramReads: dramRows(instruction, bytes),
  };
}

function loadTarget(
  env: Environment,
  memoryType: number,
): [name: OnChipName, elementBytes: number] {
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

function storeEffects(env: Environment, instruction: MemInstruction): Effects {
  const { sramBase, ySize, xSize } = instruction;
  return {
    ...NOTHING,
    sramReads: [{ memory: "ACC", begin: sramBase, end: sramBase + ySize * xSize }],
    dramWrites: dramRows(instruction, env.OUT_ELEM_BYTES),
  };
}

function computeEffects(
  instruction: GemmInstruction | AluInstruction,
  uopAt: (index: number) => MicroOp,
): Effects {
  const { uopBgn, uopEnd, iterOut, iterIn } = instruction;
  if (uopBgn === uopEnd || iterOut === 0 || iterIn === 0) return NOTHING;
  const uops = Array.from({ length: uopEnd - uopBgn }, (_, i) => uopAt(uopBgn + i));
  const touched = (memory: OnChipName, key: keyof MicroOp, out: number, inner: number) =>
    reached(
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

/** The elements `base + y*outer.factor + x*inner.factor`, as extents. */
function reached(
  bases: readonly number[],
  outer: { extent: number; factor: number },
  inner: { extent: number; factor: number },
): Extent[] {
  const elements = new Set(bases);
  for (const { extent, factor } of [inner, outer]) {
    if (factor === 0) continue;
    const before = [...elements];
    for (let i = 1; i < extent; i++) for (const base of before) elements.add(base + i * factor);
  }
  const sorted = [...elements].sort((a, b) => a - b);
  return joined(sorted.map((begin) => ({ begin, end: begin + 1 })));
}
