/** Statistics of the visible values: range, mean, histogram. */

import type { view } from "tvm-ts";
import type { Window } from "../plotly/plot-widget";
import type { Matrix, Side } from "./matrix";

export interface Sight {
  readonly statistics: view.Statistics;
  readonly histogram: view.Histogram;
}

const BINS = 64;

/** The statistics of cells whose middle is in the window. */
export function sightOf(matrix: Matrix, window: Window): Sight {
  const rows = cellsBetween(matrix.down, window.top, window.bottom);
  const columns = cellsBetween(matrix.across, window.left, window.right);
  const values = matrix.values
    .slice(rows.first, rows.end)
    .flatMap((row) => Array.from(row).slice(columns.first, columns.end));
  const finite = values.filter(Number.isFinite);
  const nans = values.filter(Number.isNaN).length;
  const statistics: view.Statistics = {
    ...rangeOf(finite),
    zeros: finite.filter((value) => value === 0).length,
    nans,
    infinities: values.length - finite.length - nans,
  };
  return { statistics, histogram: histogramOf(finite, statistics) };
}

/** Whether the window shows everything. */
export function showsAll({ down, across }: Matrix, window: Window): boolean {
  const { left, right, top, bottom } = window;
  return left <= 0 && top <= 0 && right >= across.elements - 1 && bottom >= down.elements - 1;
}

function cellsBetween({ start, count, elementsPerCell }: Side, from: number, to: number) {
  const cellAt = (place: number): number => (place - start) / elementsPerCell;
  const half = (elementsPerCell - 1) / 2 / elementsPerCell;
  const first = Math.min(Math.max(Math.ceil(cellAt(from) - half), 0), count - 1);
  const last = Math.min(Math.max(Math.floor(cellAt(to) - half), first), count - 1);
  return { first, end: last + 1 };
}

function rangeOf(finite: readonly number[]): Pick<view.Statistics, "min" | "max" | "mean"> {
  if (finite.length === 0) return { min: null, max: null, mean: null };
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const value of finite) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { min, max, mean: sum / finite.length };
}

/** Integers get bins of integer width, as in the library's histograms. */
function histogramOf(
  finite: readonly number[],
  { min, max }: Pick<view.Statistics, "min" | "max">,
): view.Histogram {
  if (min === null || max === null) return { start: 0, width: 1, counts: [] };
  const isWhole = max - min < Number.MAX_SAFE_INTEGER && finite.every(Number.isInteger);
  const width = isWhole ? Math.ceil((max - min + 1) / BINS) : max / BINS - min / BINS || 1;
  const bins = isWhole ? Math.floor((max - min) / width) + 1 : max > min ? BINS : 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of finite) {
    counts[Math.min(bins - 1, Math.floor(value / width - min / width))]!++;
  }
  return { start: min, width, counts };
}
