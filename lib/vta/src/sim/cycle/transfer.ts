/** The rectangle of a LOAD or STORE; its fields have the same bits in every configuration. */

import { DeviceError } from "tvm-ts";
import { INSN_WORDS } from "../../hardware";
import { CLIENT, WORK, type StreamPlan } from "./stream-plan";

/** In elements of its on-chip memory. */
export interface Transfer {
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly dram: number;
  readonly sram: number;
  /** Rows of zeros before and after, and columns of zeros on both sides of each row. */
  readonly yPad0: number;
  readonly yPad1: number;
  readonly xPad0: number;
  readonly xPad1: number;
  /** On chip, including padding. */
  readonly elements: number;
}

export function transferAt({ words, at }: StreamPlan, index: number): Transfer {
  const w = at + index * INSN_WORDS;
  const last = words[w + 3]!;
  const [yPad0, yPad1] = [(last >>> 16) & 15, (last >>> 20) & 15];
  const [xPad0, xPad1] = [(last >>> 24) & 15, last >>> 28];
  const rows = words[w + 2]! & 0xffff;
  const columns = words[w + 2]! >>> 16;
  return {
    rows,
    columns,
    stride: last & 0xffff,
    dram: ((words[w]! >>> 26) | (words[w + 1]! << 6)) >>> 0,
    sram: (words[w]! >>> 10) & 0xffff,
    yPad0,
    yPad1,
    xPad0,
    xPad1,
    elements: (yPad0 + rows + yPad1) * (xPad0 + columns + xPad1),
  };
}

/** The number of on-chip addresses, which have 16 bits. */
const SRAM_ADDRESSES = 1 << 16;

/** @throws DeviceError for more elements than an instruction can address on chip. */
export function checkSize(index: number, { rows, columns }: Transfer): void {
  if (rows * columns <= SRAM_ADDRESSES) return;
  throw new DeviceError(
    "vta-instruction",
    `instruction ${index} moves ${rows} x ${columns} elements; an on-chip memory has ` +
      `at most ${SRAM_ADDRESSES} addresses`,
  );
}

/** A part of DRAM. */
export interface DramPart {
  readonly dram: Uint32Array;
  /** The index of its first word. */
  readonly firstWord: number;
}

/** Copies the part of DRAM from which a stream loads its micro-ops. */
export function copyMicroOps(plan: StreamPlan, dram: Uint32Array): DramPart {
  let first = Infinity;
  let end = 0;
  for (let i = 0; i < plan.count; i++) {
    if (plan.work[i] !== WORK.LOAD || plan.client[i] !== CLIENT.UOP) continue;
    const { rows, columns, stride, dram: begin } = transferAt(plan, i);
    first = Math.min(first, begin);
    end = Math.max(end, begin + (rows - 1) * stride + columns);
  }
  const firstWord = end === 0 ? 0 : first;
  return { dram: dram.slice(firstWord, end), firstWord };
}
