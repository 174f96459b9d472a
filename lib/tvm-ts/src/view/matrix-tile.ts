/**
 * A part of a tensor as a matrix with limited rows and columns, which a front end requests when the
 * user zooms in. Any axes can be rows or columns; the others have a fixed index.
 */

import { elementCount } from "../support";
import type { BlockReduction } from "./downsample";

/** The axes of a matrix view of a tensor. */
export interface MatrixSides {
  /** The row axes, slowest first. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** An index for each axis of the tensor; those of row and column axes are ignored. */
  readonly at: readonly number[];
}

/** Rows or columns from `start` up to `stop`. */
export interface IndexRange {
  readonly start: number;
  readonly stop: number;
}

export interface MatrixTile {
  readonly rows: number;
  readonly columns: number;
  /** The rows and columns that a value represents; the last value may represent fewer. */
  readonly rowBlock: number;
  readonly columnBlock: number;
  /** Row by row. */
  readonly values: Float64Array;
}

/** @param most the most rows, and the most columns, of the tile */
export function matrixTile(
  elements: Float64Array,
  shape: readonly number[],
  sides: MatrixSides,
  down: IndexRange,
  across: IndexRange,
  most: number,
  reduction: BlockReduction,
): MatrixTile {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const fixed = new Set([...sides.rows, ...sides.columns]);
  const base = strides.reduce(
    (sum, s, axis) => sum + (fixed.has(axis) ? 0 : sides.at[axis]! * s),
    0,
  );
  const rowOffsets = offsets(sides.rows, shape, strides, down);
  const columnOffsets = offsets(sides.columns, shape, strides, across);
  const rowBlock = Math.ceil(rowOffsets.length / most);
  const columnBlock = Math.ceil(columnOffsets.length / most);
  const rows = Math.ceil(rowOffsets.length / rowBlock);
  const columns = Math.ceil(columnOffsets.length / columnBlock);
  const values = new Float64Array(rows * columns);
  const combine = reduction === "mean" ? mean : extreme;
  for (let row = 0; row < rows; row++) {
    const blockRows = rowOffsets.subarray(row * rowBlock, (row + 1) * rowBlock);
    for (let column = 0; column < columns; column++) {
      const blockColumns = columnOffsets.subarray(column * columnBlock, (column + 1) * columnBlock);
      values[row * columns + column] = combine(elements, base, blockRows, blockColumns);
    }
  }
  return { rows, columns, rowBlock, columnBlock, values };
}

/** The offset of each row (or column) of the range from the first of the tensor. */
function offsets(
  axes: readonly number[],
  shape: readonly number[],
  strides: readonly number[],
  { start, stop }: IndexRange,
): Uint32Array {
  const result = new Uint32Array(stop - start);
  for (let i = start; i < stop; i++) {
    let rest = i;
    let offset = 0;
    for (let k = axes.length - 1; k >= 0; k--) {
      const axis = axes[k]!;
      offset += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    result[i - start] = offset;
  }
  return result;
}

function mean(
  elements: Float64Array,
  base: number,
  rows: Uint32Array,
  columns: Uint32Array,
): number {
  let sum = 0;
  for (const row of rows) {
    for (const column of columns) sum += elements[base + row + column]!;
  }
  return sum / (rows.length * columns.length);
}

function extreme(
  elements: Float64Array,
  base: number,
  rows: Uint32Array,
  columns: Uint32Array,
): number {
  let found = 0;
  for (const row of rows) {
    for (const column of columns) {
      const value = elements[base + row + column]!;
      if (Number.isNaN(value)) return value;
      if (Math.abs(value) > Math.abs(found)) found = value;
    }
  }
  return found;
}
