/** Handwritten programs: token chains, and writing them into a simulator's DRAM. */

import {
  encode,
  INSN_BYTES,
  INSN_WORDS,
  InstructionSet,
  MEM_ID,
  type Dram,
  type Environment,
  type Instruction,
  type MemInstruction,
} from "vta-ts";

export const NO_TOKENS = { popPrev: 0, popNext: 0, pushPrev: 0, pushNext: 0 };

export const FINISH: Instruction = { kind: "FINISH", ...NO_TOKENS };

/** A load of no micro-ops, which carries tokens of the compute stage. */
export const COMPUTE_NOP: MemInstruction = {
  kind: "LOAD",
  ...NO_TOKENS,
  memoryType: MEM_ID.UOP,
  sramBase: 0,
  dramBase: 0,
  ySize: 0,
  xSize: 0,
  xStride: 0,
  yPad0: 0,
  yPad1: 0,
  xPad0: 0,
  xPad1: 0,
};

/** 1 load, 2 compute, 3 store. */
function stageOf(instruction: Instruction): 1 | 2 | 3 {
  if (instruction.kind === "STORE") return 3;
  if (instruction.kind !== "LOAD") return 2;
  return instruction.memoryType === MEM_ID.INP || instruction.memoryType === MEM_ID.WGT ? 1 : 2;
}

/** Tokens that make the instructions run one after the other, and a FINISH after the last. */
export function serial(instructions: readonly Instruction[]): Instruction[] {
  const chain: Instruction[] = [];
  for (const next of [...instructions, FINISH]) {
    const last = chain.at(-1);
    if (last !== undefined && Math.abs(stageOf(last) - stageOf(next)) === 2)
      chain.push(COMPUTE_NOP);
    chain.push(next);
  }
  return chain.map((instruction, i) => {
    const stage = stageOf(instruction);
    const before = i === 0 ? stage : stageOf(chain[i - 1]!);
    const after = i === chain.length - 1 ? stage : stageOf(chain[i + 1]!);
    return {
      ...instruction,
      popPrev: before < stage ? 1 : 0,
      popNext: before > stage ? 1 : 0,
      pushPrev: after < stage ? 1 : 0,
      pushNext: after > stage ? 1 : 0,
    };
  });
}

/** Writes a program into DRAM; returns its address. */
export function place(env: Environment, dram: Dram, instructions: readonly Instruction[]): number {
  const isa = new InstructionSet(env);
  const address = dram.alloc(instructions.length * INSN_BYTES);
  instructions.forEach((instruction, i) => {
    encode(isa, instruction, dram.words, address / 4 + i * INSN_WORDS);
  });
  return address;
}
