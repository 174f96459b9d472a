/** A matrix of values to draw, with the tensor's elements of each cell. */

import type { view } from "tvm-ts";
import type { HeatmapData } from "./schema";

/** The elements `from` up to `to` along an axis of the array. */
interface Span {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
}

/** One side of a matrix. */
export interface Side {
  readonly count: number;
  /** The number of elements of the whole tensor along this side. */
  readonly elements: number;
  /** The first element of the first cell. */
  readonly start: number;
  /** Elements of a cell on average: blocks at an edge can be smaller. */
  readonly elementsPerCell: number;
  /** The elements of the `i`-th cell; over several axes, of a box around them. */
  spans(i: number): readonly Span[];
}

export interface Matrix {
  readonly down: Side;
  readonly across: Side;
  /** Row by row. */
  readonly values: readonly ArrayLike<number>[];
  /** The index in the tensor of a cell, as text: `[0, 3]`, and `[0:4, 8:12]` for a block. */
  indexText(row: number, column: number): string;
}

/** The matrix of an output's values. */
export function outputMatrix(
  { shape, block }: HeatmapData,
  values: ArrayLike<number>,
  sides: view.MatrixSides,
): Matrix {
  const extents = shape.map((extent, axis) => Math.ceil(extent / block[axis]!));
  const blockSpan = (axis: number, index: number): Span => {
    const from = index * block[axis]!;
    return { axis, from, to: Math.min(from + block[axis]!, shape[axis]!) };
  };
  const side = (axes: readonly number[]): Side => {
    const [count, elements] = [sizeOf(extents, axes), sizeOf(shape, axes)];
    const spans = (i: number) =>
      indices(i, axes, extents).map((index, k) => blockSpan(axes[k]!, index));
    return { count, elements, start: 0, elementsPerCell: elements / count, spans };
  };
  const [down, across] = [side(sides.rows), side(sides.columns)];
  const at = sides.at.map((index, axis) => Math.floor(index / block[axis]!));
  const offsets = (axes: readonly number[], count: number) => {
    const strides = axes.map((axis) => sizeOf(extents, range(axis + 1, extents.length)));
    return Uint32Array.from({ length: count }, (_, i) =>
      indices(i, axes, extents).reduce((sum, index, k) => sum + index * strides[k]!, 0),
    );
  };
  const running = new Set([...sides.rows, ...sides.columns]);
  const fixed = range(0, extents.length).filter((axis) => !running.has(axis));
  const base = fixed.reduce(
    (sum, axis) => sum + at[axis]! * sizeOf(extents, range(axis + 1, extents.length)),
    0,
  );
  const columns = offsets(sides.columns, across.count);
  const rows = Array.from(offsets(sides.rows, down.count), (row) =>
    Float64Array.from(columns, (column) => values[base + row + column]!),
  );
  // For an axis fixed at an index, the values are those of the block around it.
  const standing = at.map((index, axis) => blockSpan(axis, index));
  return { down, across, values: rows, indexText: indexTexts(standing, down, across) };
}

/** The matrix of a part of the tensor from the kernel. */
export function tileMatrix(
  { shape }: HeatmapData,
  request: view.TileRequest,
  reply: view.TileReply,
  values: Float64Array,
): Matrix {
  const side = (
    axes: readonly number[],
    { start, stop }: view.IndexRange,
    count: number,
    block: number,
  ): Side => ({
    count,
    elements: sizeOf(shape, axes),
    start,
    elementsPerCell: block,
    spans(i) {
      const first = start + i * block;
      return box(first, Math.min(first + block, stop) - 1, axes, shape);
    },
  });
  const down = side(request.rows, request.down, reply.rows, reply.rowBlock);
  const across = side(request.columns, request.across, reply.columns, reply.columnBlock);
  const rows = range(0, reply.rows).map((row) =>
    values.subarray(row * reply.columns, (row + 1) * reply.columns),
  );
  const standing = request.at.map((index, axis) => ({ axis, from: index, to: index + 1 }));
  return { down, across, values: rows, indexText: indexTexts(standing, down, across) };
}

/** @param standing the elements of each fixed axis; entries of other axes are ignored */
function indexTexts(standing: readonly Span[], down: Side, across: Side) {
  const write = (parts: string[], spans: readonly Span[]): void => {
    for (const { axis, from, to } of spans) {
      parts[axis] = to - from === 1 ? String(from) : `${from}:${to}`;
    }
  };
  const columns = range(0, across.count).map((column) => across.spans(column));
  return (row: number, column: number): string => {
    const parts: string[] = [];
    write(parts, standing);
    write(parts, down.spans(row));
    write(parts, columns[column]!);
    return `[${parts.join(", ")}]`;
  };
}

/** The box that contains the elements `first` to `last` along some axes. */
function box(
  first: number,
  last: number,
  axes: readonly number[],
  shape: readonly number[],
): Span[] {
  const from = indices(first, axes, shape);
  const to = indices(last, axes, shape);
  const differs = from.findIndex((index, k) => index !== to[k]);
  return axes.map((axis, k) =>
    differs >= 0 && k > differs
      ? { axis, from: 0, to: shape[axis]! }
      : { axis, from: from[k]!, to: to[k]! + 1 },
  );
}

/** The indices along `axes` of the `i`-th element; the last axis varies fastest. */
function indices(i: number, axes: readonly number[], extents: readonly number[]): number[] {
  const result = axes.map(() => 0);
  let rest = i;
  for (let k = axes.length - 1; k >= 0; k--) {
    const extent = extents[axes[k]!]!;
    result[k] = rest % extent;
    rest = Math.floor(rest / extent);
  }
  return result;
}

function sizeOf(extents: readonly number[], axes: readonly number[]): number {
  return axes.reduce((size, axis) => size * extents[axis]!, 1);
}

function range(start: number, stop: number): number[] {
  return Array.from({ length: stop - start }, (_, i) => start + i);
}
