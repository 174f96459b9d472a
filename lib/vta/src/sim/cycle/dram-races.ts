/** Finds loads and stores of the same bytes of DRAM that tokens do not order. */

import type { Transfer } from "./transfer";

/** The rows of DRAM bytes that an instruction moves. */
export interface DramRows {
  readonly index: number;
  readonly begin: number;
  readonly end: number;
  readonly row: number;
  readonly pitch: number;
}

export function dramRows(index: number, transfer: Transfer, elementBytes: number): DramRows {
  const { rows, columns, stride, dram } = transfer;
  const begin = dram * elementBytes;
  return {
    index,
    begin,
    end: begin + ((rows - 1) * stride + columns) * elementBytes,
    row: columns * elementBytes,
    pitch: stride * elementBytes,
  };
}

/** Calls `report` for each read that overlaps a write, unless `ordered` holds for the two. */
export function findDramRaces(
  reads: readonly DramRows[],
  writes: readonly DramRows[],
  ordered: (read: number, write: number) => boolean,
  report: (read: number, write: number) => void,
): void {
  let first = Infinity;
  let last = 0;
  let longest = 0;
  for (const { begin, end } of writes) {
    first = Math.min(first, begin);
    last = Math.max(last, end);
    longest = Math.max(longest, end - begin);
  }
  const near = reads.filter(({ begin, end }) => begin < last && end > first);
  if (near.length === 0) return;
  const sorted = [...writes].sort((a, b) => a.begin - b.begin);
  for (const read of near) {
    for (let i = firstFrom(sorted, read.begin - longest); i < sorted.length; i++) {
      const write = sorted[i]!;
      if (write.begin >= read.end) break;
      if (!overlap(read, write) || ordered(read.index, write.index)) continue;
      report(read.index, write.index);
      break;
    }
  }
}

function firstFrom(sorted: readonly DramRows[], begin: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.begin < begin) low = middle + 1;
    else high = middle;
  }
  return low;
}

function overlap(a: DramRows, b: DramRows): boolean {
  if (a.begin >= b.end || b.begin >= a.end) return false;
  if (a.row >= a.pitch && b.row >= b.pitch) return true;
  for (let row = a.begin; row < a.end; row += Math.max(a.pitch, 1)) {
    const end = Math.min(row + a.row, a.end);
    if (row >= b.end) break;
    if (end <= b.begin) continue;
    if (b.row >= b.pitch) return true;
    // Only the last row of b that starts before this row's end can overlap it.
    const k = Math.floor((end - 1 - b.begin) / b.pitch);
    if (k >= 0 && b.begin + k * b.pitch + b.row > row) return true;
    if (a.pitch === 0) break;
  }
  return false;
}
