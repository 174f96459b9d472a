/**
 * The texts of the debug flags DUMP_UOP and DUMP_INSN, identical to the reference's, so that
 * listings can be compared.
 */

import {
  ALU_OPCODE,
  decode,
  decodeUop,
  MEM_ID,
  type Instruction,
  type InstructionSet,
} from "../hardware";
import type { InsnQueue } from "./insn-queue";
import { stageOfMemory, STAGE } from "./insn-queue";
import type { UopKernel } from "./uop-kernel";

export function dumpUops(isa: InstructionSet, kernel: UopKernel): string {
  const lines = kernel.words.map((word, i) => {
    const { dst, src, wgt } = decodeUop(isa, word);
    return `[${String(i).padStart(4, "0")}]\t acc=${dst}, inp=${src}, wgt=${wgt}\n`;
  });
  return `There are ${kernel.size} uops\n${lines.join("")}\n`;
}

/** All instructions of a queue, with the number of tokens after each. */
export function dumpInstructions(isa: InstructionSet, queue: InsnQueue): string {
  const tokens = { l2g: 0, g2l: 0, s2g: 0, g2s: 0 };
  let text = `There are ${queue.count} instructions\n`;
  for (let i = 0; i < queue.count; i++) {
    const instruction = decode(isa, queue.words, queue.at(i));
    const { popPrev, popNext, pushPrev, pushNext } = instruction;
    switch (stageOf(instruction)) {
      case STAGE.LOAD:
        tokens.g2l -= popNext;
        tokens.l2g += pushNext;
        break;
      case STAGE.COMPUTE:
        tokens.l2g -= popPrev;
        tokens.g2l += pushPrev;
        tokens.s2g -= popNext;
        tokens.g2s += pushNext;
        break;
      case STAGE.STORE:
        tokens.g2s -= popPrev;
        tokens.s2g += pushPrev;
    }
    text +=
      `INSTRUCTION ${i}: ${title(instruction)}` +
      (instruction.kind === "FINISH"
        ? ""
        : `\tdep - pop prev: ${popPrev}, pop next: ${popNext}, ` +
          `push prev: ${pushPrev}, push next: ${pushNext}\n`) +
      operands(instruction) +
      `\tl2g_queue = ${tokens.l2g}, g2l_queue = ${tokens.g2l}\n` +
      `\ts2g_queue = ${tokens.s2g}, g2s_queue = ${tokens.g2s}\n`;
  }
  return text;
}

function stageOf(instruction: Instruction) {
  switch (instruction.kind) {
    case "LOAD":
      return stageOfMemory(instruction.memoryType);
    case "STORE":
      return STAGE.STORE;
    case "GEMM":
    case "ALU":
      return STAGE.COMPUTE;
    case "FINISH":
      return undefined;
  }
}

const LOAD_TITLES: Readonly<Record<number, string>> = {
  [MEM_ID.UOP]: "UOP\n",
  [MEM_ID.WGT]: "WGT\n",
  [MEM_ID.INP]: "INP\n",
  [MEM_ID.ACC]: "ACC\n",
};

const ALU_TITLES: Readonly<Record<number, readonly [register: string, immediate: string]>> = {
  [ALU_OPCODE.MIN]: ["min", "min imm"],
  [ALU_OPCODE.MAX]: ["max", "max imm"],
  [ALU_OPCODE.ADD]: ["add", "add imm"],
  [ALU_OPCODE.SHR]: ["shr", "shr"],
  [ALU_OPCODE.MUL]: ["mul", "mul"],
};

/** The rest of the first line. A load of another memory has neither a name nor a line end. */
function title(instruction: Instruction): string {
  switch (instruction.kind) {
    case "LOAD":
      if (instruction.xSize === 0) {
        const computing = stageOf(instruction) === STAGE.COMPUTE;
        return computing ? "NOP-COMPUTE-STAGE\n" : "NOP-MEMORY-STAGE\n";
      }
      return `LOAD ${LOAD_TITLES[instruction.memoryType] ?? ""}`;
    case "STORE":
      return instruction.xSize === 0 ? "NOP-STORE-STAGE\n" : "STORE:\n";
    case "ALU":
      return `ALU - ${ALU_TITLES[instruction.aluOpcode]?.[instruction.useImm] ?? "unknown op"}\n`;
    default:
      return `${instruction.kind}\n`;
  }
}

const hex = (value: number, digits: number): string =>
  `0x${value.toString(16).padStart(digits, "0")}`;

function operands(instruction: Instruction): string {
  switch (instruction.kind) {
    case "LOAD":
    case "STORE": {
      if (instruction.xSize === 0) return "";
      const { dramBase, sramBase, ySize, xSize, xStride, yPad0, yPad1, xPad0, xPad1 } = instruction;
      return (
        `\tDRAM: ${hex(dramBase, 8)}, SRAM:${hex(sramBase, 4)}\n` +
        `\ty: size=${ySize}, pad=[${yPad0}, ${yPad1}]\n` +
        `\tx: size=${xSize}, stride=${xStride}, pad=[${xPad0}, ${xPad1}]\n`
      );
    }
    case "GEMM": {
      const { resetReg, uopBgn, uopEnd, iterOut, iterIn } = instruction;
      const { wgtFactorOut, srcFactorOut, dstFactorOut } = instruction;
      const { wgtFactorIn, srcFactorIn, dstFactorIn } = instruction;
      return (
        `\treset_out: ${resetReg}\n` +
        `\trange (${uopBgn}, ${uopEnd})\n` +
        `\touter loop - iter: ${iterOut}, wgt: ${wgtFactorOut}, ` +
        `inp: ${srcFactorOut}, acc: ${dstFactorOut}\n` +
        `\tinner loop - iter: ${iterIn}, wgt: ${wgtFactorIn}, ` +
        `inp: ${srcFactorIn}, acc: ${dstFactorIn}\n`
      );
    }
    case "ALU": {
      const { resetReg, uopBgn, uopEnd, iterOut, iterIn } = instruction;
      const { srcFactorOut, dstFactorOut, srcFactorIn, dstFactorIn } = instruction;
      return (
        `\treset_out: ${resetReg}\n` +
        `\trange (${uopBgn}, ${uopEnd})\n` +
        `\touter loop - iter: ${iterOut}, dst: ${dstFactorOut}, src: ${srcFactorOut}\n` +
        `\tinner loop - iter: ${iterIn}, dst: ${dstFactorIn}, src: ${srcFactorIn}\n`
      );
    }
    case "FINISH":
      return "";
  }
}
