/**
 * How the axes of a tensor are laid out in a matrix: each runs down, runs across, or stands at one
 * index. Packed data can be arranged by the axes of the array, or by those of the data in it.
 */

import type { view } from "tvm-ts";
import type { HeatmapData } from "./schema";

/** An axis to choose a role for. */
export interface ViewAxis {
  readonly name: string;
  /** The array's axes it is in, outermost first. */
  readonly parts: readonly number[];
  /** Its number of elements. */
  readonly extent: number;
}

/** A number is the index it stands at. */
export type Role = "down" | "across" | number;

export interface Arrangement {
  readonly axes: readonly ViewAxis[];
  /** One for each axis. */
  readonly roles: readonly Role[];
}

/** All elements at once: leading axes run down, the others across, as close to a square as can be. */
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

/** Which axes of the array run where. */
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

/** As layouts are written: `C`, and `c` for an inner part of it; else its number. */
function arrayAxisName(axis: number, layout: view.PackedLayout | undefined): string {
  const data = layout?.find(({ parts }) => parts.includes(axis));
  if (data === undefined) return String(axis);
  return data.parts[0] === axis ? data.name : data.name.toLowerCase();
}

/** How many values there are along some axes. */
function cells({ shape, block }: HeatmapData, axes: readonly ViewAxis[]): number {
  return axes
    .flatMap(({ parts }) => parts)
    .reduce((n, part) => n * Math.ceil(shape[part]! / block[part]!), 1);
}
