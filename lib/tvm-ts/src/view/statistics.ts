/** Statistics of a tensor's values: range, mean, histogram. */

export interface Statistics {
  /** Over finite values; null without finite values. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly zeros: number;
  readonly nans: number;
  readonly infinities: number;
}

export interface Histogram {
  /** Bin `i` counts values from `start + i * width` up to the next bin's start. */
  readonly start: number;
  readonly width: number;
  readonly counts: readonly number[];
}

export function statisticsOf(values: Float64Array): Statistics {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let finite = 0;
  let zeros = 0;
  let nans = 0;
  for (const value of values) {
    if (Number.isFinite(value)) {
      if (value < min) min = value;
      if (value > max) max = value;
      if (value === 0) zeros++;
      sum += value;
      finite++;
    } else if (Number.isNaN(value)) nans++;
  }
  const infinities = values.length - finite - nans;
  if (finite === 0) return { min: null, max: null, mean: null, zeros, nans, infinities };
  return { min, max, mean: sum / finite, zeros, nans, infinities };
}

const BINS = 64;

/** At most 64 bins over the finite values; integers get bins of integer width. */
export function histogramOf(values: Float64Array, statistics: Statistics): Histogram {
  const { min, max } = statistics;
  if (min === null || max === null) return { start: 0, width: 1, counts: [] };
  const whole =
    max - min < Number.MAX_SAFE_INTEGER &&
    values.every((value) => !Number.isFinite(value) || Number.isInteger(value));
  // Each limit is divided separately, because the range of the largest floats overflows.
  const width = whole ? Math.ceil((max - min + 1) / BINS) : max / BINS - min / BINS || 1;
  const bins = whole ? Math.floor((max - min) / width) + 1 : max > min ? BINS : 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    counts[Math.min(bins - 1, Math.floor(value / width - min / width))]!++;
  }
  return { start: min, width, counts };
}
