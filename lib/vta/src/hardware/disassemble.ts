/**
 * Instructions as text for people: traces, views, messages.
 */

import { ALU_OPCODE, MEM_ID } from "./isa-constants";
import type { AluInstruction, GemmInstruction, Instruction } from "./instruction";

function nameIn(table: Readonly<Record<string, number>>, number: number): string {
  return Object.keys(table).find((name) => table[name] === number) ?? `#${number}`;
}

/** `LOAD INP`, `STORE OUT`, `GEMM`, `ALU ADD`: what an instruction is, in two words at most. */
export function titleOf(instruction: Instruction): string {
  switch (instruction.kind) {
    case "LOAD":
    case "STORE":
      if (instruction.xSize === 0) return `NOP ${instruction.kind}`;
      return `${instruction.kind} ${nameIn(MEM_ID, instruction.memoryType)}`;
    case "ALU":
      return `ALU ${nameIn(ALU_OPCODE, instruction.aluOpcode)}`;
    default:
      return instruction.kind;
  }
}

/**
 * One line of assembly:
 * `ALU ADD  uops 0..1  loop 1 x 64  dst +0 +1  src +0 +1  pop prev  push next`.
 */
export function disassemble(instruction: Instruction): string {
  const parts = [titleOf(instruction), ...operands(instruction)];
  for (const [name, text] of [
    ["popPrev", "pop prev"],
    ["popNext", "pop next"],
    ["pushPrev", "push prev"],
    ["pushNext", "push next"],
  ] as const) {
    if (instruction[name] === 1) parts.push(text);
  }
  return parts.join("  ");
}

function operands(instruction: Instruction): string[] {
  switch (instruction.kind) {
    case "LOAD":
    case "STORE": {
      if (instruction.xSize === 0) return [];
      const { sramBase, dramBase, ySize, xSize, xStride, yPad0, yPad1, xPad0, xPad1 } = instruction;
      const parts = [
        `sram 0x${sramBase.toString(16)}`,
        `dram 0x${dramBase.toString(16)}`,
        `size ${ySize} x ${xSize}`,
        `stride ${xStride}`,
      ];
      if (yPad0 + yPad1 + xPad0 + xPad1 > 0)
        parts.push(`pad y ${yPad0} ${yPad1} x ${xPad0} ${xPad1}`);
      return parts;
    }
    case "GEMM":
      return [
        ...(instruction.resetReg === 1 ? ["reset"] : []),
        ...loops(instruction),
        `dst +${instruction.dstFactorOut} +${instruction.dstFactorIn}`,
        `src +${instruction.srcFactorOut} +${instruction.srcFactorIn}`,
        `wgt +${instruction.wgtFactorOut} +${instruction.wgtFactorIn}`,
      ];
    case "ALU":
      return [
        ...(instruction.useImm === 1 ? [`imm ${instruction.imm}`] : []),
        ...loops(instruction),
        `dst +${instruction.dstFactorOut} +${instruction.dstFactorIn}`,
        `src +${instruction.srcFactorOut} +${instruction.srcFactorIn}`,
      ];
    case "FINISH":
      return [];
  }
}

function loops({ uopBgn, uopEnd, iterOut, iterIn }: GemmInstruction | AluInstruction): string[] {
  return [`uops ${uopBgn}..${uopEnd}`, `loop ${iterOut} x ${iterIn}`];
}
