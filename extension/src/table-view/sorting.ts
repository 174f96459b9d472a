/** Sorts rows by a column. */

import type { Cell } from "./schema";

export interface Order {
  readonly column: number;
  readonly descending: boolean;
}

/** Equal rows keep their order; empty cells are last in both directions. */
export function inOrder<Row extends readonly Cell[]>(
  rows: readonly Row[],
  order: Order | undefined,
): readonly Row[] {
  if (order === undefined) return rows;
  const { column, descending } = order;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column]!, b[column]!];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return descending ? -compare(x, y) : compare(x, y);
  });
}

function compare(x: NonNullable<Cell>, y: NonNullable<Cell>): number {
  if (typeof x === "number" && typeof y === "number") return x - y;
  return String(x).localeCompare(String(y), "en", { numeric: true });
}
