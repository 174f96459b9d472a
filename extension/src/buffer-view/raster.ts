/** The use of a memory as a picture: addresses run down, time across. */

import { CELL, type MemoryModel } from "../trace/memory-model";

/** What of a memory is drawn, on how many pixels. */
export interface RasterFrame {
  readonly columns: number;
  readonly rows: number;
  /** Elements 0 to here. */
  readonly elements: number;
  /** Times. */
  readonly from: number;
  readonly to: number;
}

/** Row by row, of `CELL`. A pixel shows the most telling of all that falls on it. */
export function rasterOf(memory: MemoryModel, frame: RasterFrame): Uint8Array {
  const { columns, rows, elements, from, to } = frame;
  const { begins, ends } = memory.times;
  const cells = new Uint8Array(columns * rows);
  const across = columns / (to - from);
  const down = rows / elements;

  const paint = (begin: number, end: number, start: number, stop: number, cell: number): void => {
    const left = Math.max(0, Math.floor((start - from) * across));
    const right = Math.min(columns, Math.max(left + 1, Math.ceil((stop - from) * across)));
    const top = Math.floor(begin * down);
    const bottom = Math.min(rows, Math.max(top + 1, Math.ceil(end * down)));
    for (let row = top; row < bottom; row++) {
      for (let i = row * columns + left; i < row * columns + right; i++) {
        if (cells[i]! < cell) cells[i] = cell;
      }
    }
  };
  for (const { begin, end, writer, reader } of memory.residencies) {
    const [start, stop] = [begins[writer]!, ends[reader]!];
    if (start < to && stop > from) paint(begin, end, start, stop, CELL.occupied);
  }
  for (let i = 0; i < begins.length; i++) {
    const [start, stop] = [begins[i]!, ends[i]!];
    if (start >= to || stop <= from) continue;
    for (const { begin, end, cell } of memory.marksOf(i)) paint(begin, end, start, stop, cell);
  }
  return cells;
}
