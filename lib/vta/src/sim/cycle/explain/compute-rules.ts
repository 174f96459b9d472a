/** Rules about GEMM and ALU instructions. */

import { INSN_WORDS, InstructionSet } from "../../../hardware";
import { CLIENT, WORK } from "../stream-plan";
import { isReset } from "../weight-lanes";
import { mergeSteps } from "./chunks";
import type { Evidence, Finding } from "./evidence";

export function registerOperands(e: Evidence): Finding | undefined {
  const { words, at, steps } = e.plan;
  const { useImm } = new InstructionSet(e.hardware).alu;
  const registers = e
    .indices(WORK.ALU)
    .filter((index) => useImm.get(words, at + index * INSN_WORDS) === 0);
  if (registers.length === 0) return undefined;
  const operands = e.indices(WORK.LOAD, CLIENT.ACC);
  return {
    condition: "the ALU reads two registers, which takes it two cycles a step",
    measured:
      (registers.reduce((sum, i) => sum + steps[i]!, 0) + e.workCycles(operands)) / e.cycles,
    threshold: 0.05,
    measure: "of the cycles, register operands are loaded and worked on",
    change: "use a constant operand where the values allow it, or accumulate in GEMM instead",
    index: registers[0]!,
    cycles: () =>
      e.retime((edit) => {
        for (const index of registers) edit.steps[index]! /= 2;
        edit.drop(operands);
      }),
  };
}

/** A GEMM with fewer steps mostly fills and drains its pipeline. */
const SHORT_GEMM = 16;
/** Cycles of a GEMM in addition to its steps. */
const PIPELINE_CYCLES = 7;

export function shortGemms(e: Evidence): Finding | undefined {
  const { steps } = e.plan;
  const short = e.indices(WORK.GEMM).filter((i) => steps[i]! < SHORT_GEMM);
  if (short.length < 2) return undefined;
  const average = short.reduce((sum, i) => sum + steps[i]!, 0) / short.length;
  const factor = 2 ** Math.ceil(Math.log2(SHORT_GEMM / average));
  return {
    condition: `tiles are tiny: a GEMM has ${average.toFixed(0)} steps, and each has a separate load`,
    measured: (short.length * PIPELINE_CYCLES) / e.cycles,
    threshold: 0.02,
    measure: "of the cycles, the GEMM pipeline fills and drains",
    change:
      `make the tile of the sum ${factor} times as large: move the cacheReads outwards by as many ` +
      `iterations (computeAt), or split the reduce axis by a larger factor`,
    index: short[0]!,
    cycles: () => e.retime((edit) => mergeSteps(e.plan, edit, factor)),
  };
}

export function idleLanes(e: Evidence): Finding | undefined {
  const { lanes } = e.run;
  const gemms = e.indices(WORK.GEMM).filter((index) => !isReset(e.plan, index));
  if (lanes === undefined || gemms.length === 0) return undefined;
  const { BLOCK_IN, BLOCK_OUT } = e.hardware;
  const used = (lanes.inputs * lanes.outputs) / (BLOCK_IN * BLOCK_OUT);
  return {
    condition:
      `idle GEMM lanes: weights use ${lanes.inputs} of ${BLOCK_IN} input lanes and ` +
      `${lanes.outputs} of ${BLOCK_OUT} output lanes, the others multiply zeros`,
    measured: 1 - used,
    threshold: 0.2,
    measure: "of the multipliers only see zeros",
    change:
      "fill the block: join channels with positions of the window (im2col), or compute this layer " +
      "on the CPU",
    index: gemms[0]!,
    cycles: () =>
      e.retime((edit) => {
        for (const index of gemms) edit.steps[index] = Math.ceil(edit.steps[index]! * used);
      }),
  };
}
