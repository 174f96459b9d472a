/**
 * Views a tensor as a matrix without moving elements: leading axes are rows, the others columns.
 */

import { elementCount } from "../support";

/** The number of row axes that makes the matrix as square as possible. */
export function rowAxes(shape: readonly number[]): number {
  let best = 0;
  let bestRatio = Infinity;
  for (let split = 0; split <= shape.length; split++) {
    const rows = elementCount(shape.slice(0, split));
    const columns = elementCount(shape.slice(split));
    const ratio = Math.max(rows / columns, columns / rows);
    if (ratio < bestRatio) [best, bestRatio] = [split, ratio];
  }
  return best;
}

/** `axis 1` or `axes 0, 2`: the axes from `start` to `end` with more than one element. */
export function axesTitle(shape: readonly number[], start: number, end: number): string {
  const axes = shape.flatMap((extent, axis) =>
    axis >= start && axis < end && extent > 1 ? [axis] : [],
  );
  if (axes.length === 0) return "";
  return `${axes.length === 1 ? "axis" : "axes"} ${axes.join(", ")}`;
}
