/**
 * The use of a memory as a picture: addresses run down, time across. A pixel has the share of each kind of
 * use.
 */

import { CELL, type MemoryModel } from "../trace/memory-model";

/** The part of a memory that is drawn, and the size in pixels. */
export interface RasterFrame {
  readonly columns: number;
  readonly rows: number;
  /** The number of elements, from 0. */
  readonly elements: number;
  /** Times. */
  readonly from: number;
  readonly to: number;
}

/** The number of kinds in `CELL`. */
export const CELLS = Object.keys(CELL).length;

/** Row by row, for each pixel the share of each of `CELL`, in its order; they add up to 1. */
export function sharesOf(memory: MemoryModel, frame: RasterFrame): Float32Array {
  const { columns, rows, elements, from, to } = frame;
  const { begins, ends } = memory.times;
  const shares = new Float32Array(columns * rows * CELLS);
  const across = columns / (to - from);
  const down = rows / elements;

  /** Adds the part of each pixel that a range of elements covers during a range of time. */
  const cover = (begin: number, end: number, start: number, stop: number, cell: number): void => {
    const [left, right] = [Math.max((start - from) * across, 0), (stop - from) * across];
    const [top, bottom] = [begin * down, Math.min(end * down, rows)];
    const lastColumn = Math.min(Math.ceil(right), columns);
    for (let row = Math.floor(top); row < bottom; row++) {
      const tall = Math.min(row + 1, bottom) - Math.max(row, top);
      for (let column = Math.floor(left); column < lastColumn; column++) {
        const wide = Math.min(column + 1, right) - Math.max(column, left);
        shares[(row * columns + column) * CELLS + cell]! += tall * wide;
      }
    }
  };
  for (const { begin, end, writer, reader } of memory.residencies) {
    const [start, stop] = [begins[writer]!, ends[reader]!];
    if (start < to && stop > from) cover(begin, end, start, stop, CELL.occupied);
  }
  for (let i = 0; i < begins.length; i++) {
    const [start, stop] = [begins[i]!, ends[i]!];
    if (start >= to || stop <= from) continue;
    for (const { begin, end, cell } of memory.marksOf(i)) cover(begin, end, start, stop, cell);
  }
  normalizeShares(shares);
  return shares;
}

/**
 * Accesses have priority over occupancy, and later kinds of `CELL` over earlier ones; the rest of a pixel is
 * free.
 */
function normalizeShares(shares: Float32Array): void {
  for (let pixel = 0; pixel < shares.length; pixel += CELLS) {
    let left = 1;
    for (let cell = CELLS - 1; cell > CELL.occupied; cell--) {
      const share = Math.min(shares[pixel + cell]!, left);
      shares[pixel + cell] = share;
      left -= share;
    }
    const active = 1 - left;
    const occupied = Math.min(Math.max(shares[pixel + CELL.occupied]! - active, 0), left);
    shares[pixel + CELL.occupied] = occupied;
    shares[pixel + CELL.free] = left - occupied;
  }
}
