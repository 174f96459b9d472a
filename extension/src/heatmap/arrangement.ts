/**
 * How the axes of a tensor are arranged in a matrix: each runs down, runs across, or is fixed at an index.
 * Packed data can be arranged by the array's axes or by the axes of the unpacked data.
 */

import type { view } from "tvm-ts";
import type { HeatmapData } from "./schema";

/** An axis to choose a role for. */
export interface ViewAxis {
  readonly name: string;
  /** The array's axes that it is split into, outermost first. */
  readonly parts: readonly number[];
  /** Its number of elements. */
  readonly extent: number;
}

/** A number is the index at which the axis is fixed. */
export type Role = "down" | "across" | number;

export interface Arrangement {
  readonly axes: readonly ViewAxis[];
  /** The role of each axis. */
  readonly roles: readonly Role[];
}

/** Shows all elements: leading axes run down, the others across, as close to a square as possible. */
export function wholeArrangement(data: HeatmapData, unpacked: boolean): Arrangement {
  const axes = viewAxes(data, unpacked);
  let best = 0;
  let bestRatio = Infinity;
  for (let split = 0; split <= axes.length; split++) {
    const down = cells(data, axes.slice(0, split));
    const across = cells(data, axes.slice(split));
    const ratio = Math.max(down / across, across / down);
    if (ratio < bestRatio) [best, bestRatio] = [split, ratio];
  }
  return { axes, roles: axes.map((_, i) => (i < best ? "down" : "across")) };
}

export function withRole({ axes, roles }: Arrangement, axis: number, role: Role): Arrangement {
  return { axes, roles: roles.map((old, i) => (i === axis ? role : old)) };
}

/** The array's axes by role. */
export function matrixSides({ axes, roles }: Arrangement, shape: readonly number[]) {
  const at = shape.map(() => 0);
  axes.forEach(({ parts }, i) => {
    let rest = roles[i]!;
    if (typeof rest !== "number") return;
    for (const part of [...parts].reverse()) {
      at[part] = rest % shape[part]!;
      rest = Math.floor(rest / shape[part]!);
    }
  });
  const along = (role: Role) => axes.flatMap(({ parts }, i) => (roles[i] === role ? parts : []));
  return { rows: along("down"), columns: along("across"), at } satisfies view.MatrixSides;
}

function viewAxes({ shape, layout }: HeatmapData, unpacked: boolean): ViewAxis[] {
  const extent = (parts: readonly number[]) => parts.reduce((n, part) => n * shape[part]!, 1);
  if (unpacked && layout !== undefined) {
    return layout.map(({ name, parts }) => ({ name, parts, extent: extent(parts) }));
  }
  return shape.map((_, axis) => {
    const parts = [axis];
    return { name: arrayAxisName(axis, layout), parts, extent: extent(parts) };
  });
}

/** The name in the layout: `C`, or `c` for its inner part; without a layout its number. */
function arrayAxisName(axis: number, layout: view.PackedLayout | undefined): string {
  const data = layout?.find(({ parts }) => parts.includes(axis));
  if (data === undefined) return String(axis);
  return data.parts[0] === axis ? data.name : data.name.toLowerCase();
}

/** The number of values along some axes. */
function cells({ shape, block }: HeatmapData, axes: readonly ViewAxis[]): number {
  return axes
    .flatMap(({ parts }) => parts)
    .reduce((n, part) => n * Math.ceil(shape[part]! / block[part]!), 1);
}
