/**
 * The use of an on-chip memory as a picture: addresses run down, instructions across.
 */

import type { MemoryUse, OnChipAccess, TraceEntry } from "../accelerator";

/** The state of a cell; of several, the last in this list. */
export const CELL = { free: 0, occupied: 1, read: 2, padded: 3, written: 4 } as const;

export interface OccupancyRaster {
  readonly rows: number;
  readonly columns: number;
  /** Elements in a row and instructions in a column; the last row and column can have fewer. */
  readonly elementsPerRow: number;
  readonly entriesPerColumn: number;
  /** Row by row, of `CELL`. */
  readonly cells: Uint8Array;
}

/**
 * Elements from 0 up to the highest that was used, in at most `mostRows` rows.
 * @param entries the instructions of the columns, in order
 */
export function occupancyRaster(
  use: MemoryUse,
  entries: readonly TraceEntry[],
  mostRows: number,
  mostColumns: number,
): OccupancyRaster {
  const used = use.residencies.reduce((highest, { end }) => Math.max(highest, end), 1);
  const elementsPerRow = Math.ceil(used / mostRows);
  const rows = Math.ceil(used / elementsPerRow);
  const entriesPerColumn = Math.max(1, Math.ceil(entries.length / mostColumns));
  const columns = Math.max(1, Math.ceil(entries.length / entriesPerColumn));
  const cells = new Uint8Array(rows * columns);
  const columnOf = new Map(entries.map((entry, i) => [entry, Math.floor(i / entriesPerColumn)]));

  const paint = (begin: number, end: number, first: number, last: number, cell: number): void => {
    const lastRow = Math.floor((end - 1) / elementsPerRow);
    for (let row = Math.floor(begin / elementsPerRow); row <= lastRow; row++) {
      for (let i = row * columns + first; i <= row * columns + last; i++) {
        if (cells[i]! < cell) cells[i] = cell;
      }
    }
  };
  for (const { begin, end, writer, reader } of use.residencies) {
    const first = columnOf.get(writer)!;
    paint(begin, end, first, columnOf.get(reader ?? writer)!, CELL.occupied);
  }
  for (const entry of entries) {
    const column = columnOf.get(entry)!;
    const mark = (accesses: readonly OnChipAccess[], cell: number): void => {
      for (const { memory, begin, end } of accesses) {
        if (memory === use.memory) paint(begin, Math.min(end, used), column, column, cell);
      }
    };
    mark(entry.sramReads, CELL.read);
    mark(unpadded(entry), CELL.written);
    mark(entry.padding, CELL.padded);
  }
  return { rows, columns, elementsPerRow, entriesPerColumn, cells };
}

/** An instruction's writes, without padding. */
function unpadded({ sramWrites, padding }: TraceEntry): OnChipAccess[] {
  let rest: OnChipAccess[] = [...sramWrites];
  for (const { begin, end } of padding) {
    rest = rest.flatMap((access) =>
      [
        { ...access, end: Math.min(access.end, begin) },
        { ...access, begin: Math.max(access.begin, end) },
      ].filter((part) => part.begin < part.end),
    );
  }
  return rest;
}
