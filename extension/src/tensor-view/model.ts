/**
 * What a tensor view knows: the values, laid out as a matrix without moving any: the leading axes
 * are rows, the others columns, split where the matrix is closest to a square.
 */

import type { view } from "tvm-ts";
import { unpackNumbers } from "../packed/numbers";

/** What runs along one side of the matrix. */
export interface Side {
  /** The axes that have more than one element. */
  readonly axes: readonly number[];
  readonly elements: number;
  /** On average: blocks at an edge may be cut off. */
  readonly elementsPerCell: number;
}

export class TensorModel {
  readonly rows: number;
  readonly columns: number;
  /** How many axes are rows. */
  private readonly split: number;
  /** The values' extents; an axis that was reduced is shorter than the tensor's. */
  private readonly extents: readonly number[];
  private readonly values: ArrayLike<number>;

  constructor(readonly data: view.TensorView) {
    this.extents = data.shape.map((extent, axis) => Math.ceil(extent / data.block[axis]!));
    this.values = unpackNumbers(data.values);
    this.split = squareSplit(this.extents);
    this.rows = product(this.extents.slice(0, this.split));
    this.columns = product(this.extents.slice(this.split));
  }

  get isEmpty(): boolean {
    return this.values.length === 0;
  }

  get isReduced(): boolean {
    return this.data.block.some((extent) => extent > 1);
  }

  /** The matrix, row by row. */
  matrix(): ArrayLike<number>[] {
    return Array.from({ length: this.rows }, (_, row) =>
      Array.prototype.slice.call(this.values, row * this.columns, (row + 1) * this.columns),
    );
  }

  side(name: "rows" | "columns"): Side {
    const { shape } = this.data;
    const [start, end] = name === "rows" ? [0, this.split] : [this.split, shape.length];
    const axes = shape.flatMap((extent, axis) =>
      axis >= start && axis < end && extent > 1 ? [axis] : [],
    );
    const elements = product(shape.slice(start, end));
    const cells = name === "rows" ? this.rows : this.columns;
    return { axes, elements, elementsPerCell: elements / cells };
  }

  /** The tensor's index at a cell, as text: `[0, 3]`, and `[0:4, 8:12]` for a block. */
  indexText(row: number, column: number): string {
    const parts: string[] = [];
    let rest = row * this.columns + column;
    for (let axis = this.extents.length - 1; axis >= 0; axis--) {
      const block = this.data.block[axis]!;
      const start = (rest % this.extents[axis]!) * block;
      const end = Math.min(start + block, this.data.shape[axis]!);
      parts.unshift(block === 1 ? String(start) : `${start}:${end}`);
      rest = Math.floor(rest / this.extents[axis]!);
    }
    return `[${parts.join(", ")}]`;
  }
}

function squareSplit(extents: readonly number[]): number {
  let best = 0;
  let bestRatio = Infinity;
  for (let split = 0; split <= extents.length; split++) {
    const rows = product(extents.slice(0, split));
    const columns = product(extents.slice(split));
    const ratio = Math.max(rows / columns, columns / rows);
    if (ratio < bestRatio) [best, bestRatio] = [split, ratio];
  }
  return best;
}

function product(extents: readonly number[]): number {
  return extents.reduce((size, extent) => size * extent, 1);
}
