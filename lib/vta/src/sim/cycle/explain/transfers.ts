/** Rules about transfers: reloads, short and unaligned bursts, small stores. */

import { CLIENT, WORK } from "../stream-plan";
import { mergeEmptySteps } from "./chunks";
import type { Evidence, Finding } from "./evidence";
import { POP, PUSH, type StreamEdit } from "./stream-edit";

const DATA = [CLIENT.INP, CLIENT.WGT, CLIENT.ACC] as const;

/** Loads of data that an earlier instruction has loaded. */
function repeatedLoads(e: Evidence, loads: readonly number[]): number[] {
  const seen = new Set<string>();
  return loads.filter((index) => {
    const { rows, columns, stride, dram } = e.transfer(index);
    const key = [
      e.plan.client[index],
      e.bytesPerElement(index),
      rows,
      columns,
      stride,
      dram,
    ].join();
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated;
  });
}

export function uopReloads(e: Evidence): Finding | undefined {
  const repeated = repeatedLoads(e, e.indices(WORK.LOAD, CLIENT.UOP));
  if (repeated.length === 0) return undefined;
  return {
    condition: "the same micro-ops are loaded again and again",
    measured: e.workCycles(repeated) / e.cycles,
    threshold: 0.03,
    measure: "of the cycles, compute loads micro-ops that were on chip before",
    change: "keep the kernels on chip: fewer different tile shapes, or fewer micro-ops per kernel",
    index: repeated[0]!,
    cycles: () => e.retime((edit) => edit.drop(repeated)),
  };
}

/** By load: the rows that no earlier load has loaded; loads without such rows are left out. */
function newRows(e: Evidence, loads: readonly number[]): Map<number, number> {
  const seen = new Set<string>();
  const rowsOf = new Map<number, number>();
  for (const index of loads) {
    const { rows, columns, stride, dram } = e.transfer(index);
    let fresh = 0;
    for (let y = 0; y < rows; y++) {
      const key = `${e.plan.client[index]} ${(dram + y * stride) * e.bytesPerElement(index)} ${columns}`;
      if (seen.has(key)) continue;
      seen.add(key);
      fresh++;
    }
    if (fresh > 0) rowsOf.set(index, fresh);
  }
  return rowsOf;
}

export function tilesReloaded(e: Evidence): Finding | undefined {
  const loads = e.indices(WORK.LOAD, ...DATA);
  const rowsOf = newRows(e, loads);
  const repeated = new Set(loads.filter((index) => !rowsOf.has(index)));
  const bytes = loads.reduce((sum, i) => sum + e.bytesOf(i), 0);
  const fresh = loads.reduce((sum, i) => {
    const { rows } = e.transfer(i);
    return sum + (e.bytesOf(i) * (rowsOf.get(i) ?? 0)) / rows;
  }, 0);
  const index = loads.find((i) => (rowsOf.get(i) ?? 0) < e.transfer(i).rows);
  if (index === undefined) return undefined;
  return {
    condition: "tiles are loaded that were loaded before",
    measured: 1 - fresh / bytes,
    threshold: 0.1,
    measure: "of the bytes loaded were on chip before",
    change:
      "reorder the outer loops, move the cacheRead outwards (computeAt), or make the other tile " +
      "larger, so that this one stays",
    index,
    cycles: () =>
      e.retime((edit) => {
        mergeEmptySteps(e.plan, edit, repeated);
        edit.drop(repeated);
        for (const [load, rows] of rowsOf) edit.setTransfer(load, { ...edit.transfer(load), rows });
      }),
  };
}

export function shortBursts(e: Evidence): Finding | undefined {
  const short = [...e.indices(WORK.LOAD, ...DATA), ...e.indices(WORK.STORE)].filter((i) => {
    const { rows, columns } = e.transfer(i);
    return rows > 1 && columns * e.bytesPerElement(i) < e.burstBytes;
  });
  if (short.length === 0) return undefined;
  const bytes = short.reduce((sum, i) => sum + e.bytesOf(i), 0);
  const bursts = short.reduce((sum, i) => sum + e.bursts(i), 0);
  return {
    condition: `rows of tiles are shorter than a burst of ${e.burstBytes} bytes`,
    measured: 1 - bytes / (bursts * e.burstBytes),
    threshold: 0.3,
    measure: "of the bursts of these transfers is not used",
    change:
      "make the innermost axis of the tile longer, or pack the tensor so that a tile is contiguous",
    index: short[0]!,
    cycles: () => e.retime((edit) => short.forEach((index) => makeContiguous(e, edit, index))),
  };
}

/** Merges the rows of a load into a row that begins at a burst boundary. */
function makeContiguous(e: Evidence, edit: StreamEdit, index: number): void {
  const { rows, columns, dram } = e.transfer(index);
  const total = rows * columns;
  if (total > 0xffff) return;
  const a = Math.max(1, e.burstBytes / e.bytesPerElement(index));
  const aligned = Math.floor(dram / a) * a;
  edit.setTransfer(index, { rows: 1, columns: total, stride: total, dram: aligned });
}

export function unalignedRows(e: Evidence): Finding | undefined {
  const cut = [...e.indices(WORK.LOAD, ...DATA), ...e.indices(WORK.STORE)].filter((i) => {
    const { rows, stride } = e.transfer(i);
    return rows > 1 && (stride * e.bytesPerElement(i)) % e.burstBytes !== 0;
  });
  if (cut.length === 0) return undefined;
  const bursts = cut.reduce((sum, i) => sum + e.bursts(i), 0);
  const least = cut.reduce((sum, i) => {
    const { rows, columns } = e.transfer(i);
    return sum + rows * Math.ceil((columns * e.bytesPerElement(i)) / e.burstBytes);
  }, 0);
  return {
    condition: `rows begin beside the ${e.burstBytes}-byte boundaries that bursts are cut at`,
    measured: 1 - least / bursts,
    threshold: 0.05,
    measure: "of the bursts of these transfers exist because of the boundaries",
    change: `pad the innermost axis in DRAM to a multiple of ${e.burstBytes} bytes`,
    index: cut[0]!,
    cycles: () => e.retime((edit) => alignRows(e, edit, cut)),
  };
}

/** Arrays begin at page boundaries. */
const PAGE_BYTES = 4096;

/** The layout of rows in DRAM if each row of their arrays begins at a boundary. */
function alignRows(e: Evidence, edit: StreamEdit, indices: readonly number[]): void {
  const arrayOf = (index: number): string => {
    const { work, client } = e.plan;
    return `${work[index]} ${client[index]} ${e.transfer(index).stride}`;
  };
  const begins = new Map<string, number>();
  for (const index of indices) {
    const { dram } = e.transfer(index);
    begins.set(arrayOf(index), Math.min(dram, begins.get(arrayOf(index)) ?? dram));
  }
  for (const index of indices) {
    const { rows, columns, stride, dram } = e.transfer(index);
    const element = e.bytesPerElement(index);
    const inBurst = Math.max(1, e.burstBytes / element);
    const pitch = Math.ceil(stride / inBurst) * inBurst;
    if (pitch > 0xffff) continue;
    const inPage = PAGE_BYTES / element;
    const begin = Math.floor(begins.get(arrayOf(index))! / inPage) * inPage;
    const row = Math.floor((dram - begin) / stride);
    const column = (dram - begin) % stride;
    edit.setTransfer(index, { rows, columns, stride: pitch, dram: begin + row * pitch + column });
  }
}

export function storesSerialized(e: Evidence): Finding | undefined {
  const small = e.indices(WORK.STORE).filter((i) => e.bytesOf(i) < e.burstBytes);
  if (small.length < 2) return undefined;
  return {
    condition: "stores of a few elements, one after the other: each write waits for its answer",
    measured: e.workCycles(small) / e.cycles,
    threshold: 0.05,
    measure: "of the cycles, store writes less than a burst",
    change:
      "store rows: move the DMA pragma outwards, or fuse the axes that are contiguous in DRAM",
    index: small[0]!,
    cycles: () => e.retime((edit) => mergeStores(e, edit)),
  };
}

/** Merges successive contiguous stores. */
function mergeStores(e: Evidence, edit: StreamEdit): void {
  const { work } = e.plan;
  const merged: number[] = [];
  let last: number | undefined;
  for (const index of edit.order) {
    if (work[index] === WORK.STORE && last !== undefined && follows(edit, last, index)) {
      const { columns, dram } = edit.transfer(last);
      const total = columns + edit.transfer(index).columns;
      edit.setTransfer(last, { rows: 1, columns: total, stride: total, dram });
      edit.setTokens(last, edit.tokens(last) | edit.tokens(index));
      edit.setTokens(index, 0);
      merged.push(index);
    } else {
      last = work[index] === WORK.STORE ? index : undefined;
    }
  }
  edit.drop(merged);
}

/** Whether the row of `next` begins at the end of the row of `last`, on chip and in DRAM. */
function follows(edit: StreamEdit, last: number, next: number): boolean {
  const [a, b] = [edit.transfer(last), edit.transfer(next)];
  return (
    a.rows === 1 &&
    b.rows === 1 &&
    b.dram === a.dram + a.columns &&
    b.sram === a.sram + a.columns &&
    (edit.tokens(last) & (PUSH.PREV | PUSH.NEXT)) === 0 &&
    (edit.tokens(next) & (POP.PREV | POP.NEXT)) === 0
  );
}
