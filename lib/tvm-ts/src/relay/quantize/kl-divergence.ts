/**
 * The range with the least information loss: for each candidate, values beyond it are clipped and
 * the values are counted in 255 bins; the candidate with the smallest divergence from the original
 * distribution is chosen.
 */

const BINS = 8001;
const QUANTIZED_BINS = 255;

/** The range of a sample of values, by the smallest Kullback-Leibler divergence. */
export function scaleByKlDivergence(sample: Float32Array): number {
  const range = sample.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (range === 0) return 0;
  const counts = histogram(sample, range);
  const edge = (i: number): number => Math.fround(-range + (2 * range * i) / BINS);
  const middle = Math.floor(BINS / 2);
  let best = { divergence: Infinity, threshold: edge(middle + Math.floor(QUANTIZED_BINS / 2) + 1) };
  for (let i = Math.floor(QUANTIZED_BINS / 2); i <= middle; i++) {
    const divergence = divergenceWithin(counts, middle - i, middle + i + 1);
    if (divergence < best.divergence) best = { divergence, threshold: edge(middle + i + 1) };
  }
  return best.threshold;
}

function histogram(sample: Float32Array, range: number): Float64Array {
  const counts = new Float64Array(BINS);
  for (const value of sample) {
    const bin = Math.floor(((value + range) / (2 * range)) * BINS);
    counts[Math.min(BINS - 1, Math.max(0, bin))]!++;
  }
  return counts;
}

function divergenceWithin(counts: Float64Array, start: number, stop: number): number {
  const inside = counts.slice(start, stop);
  const p = Float64Array.from(inside);
  inside[0] = 0;
  p[0] = sum(counts, 0, start + 1);
  p[p.length - 1]! += sum(counts, stop, BINS);
  const merged = Math.floor(p.length / QUANTIZED_BINS);
  const q = new Float64Array(p.length);
  for (let j = 0; j < QUANTIZED_BINS; j++) {
    const from = j * merged;
    const to = j === QUANTIZED_BINS - 1 ? q.length : from + merged;
    let filled = 0;
    for (let k = from; k < to; k++) if (inside[k] !== 0) filled++;
    if (filled === 0) continue;
    const mean = sum(inside, from, to) / filled;
    for (let k = from; k < to; k++) if (p[k] !== 0) q[k] = mean;
  }
  if (!smooth(p) || !smooth(q)) return Infinity;
  return entropy(p, q);
}

/**
 * Smooths a distribution: moves a little from the other values to zeros; false if that is not
 * possible.
 */
function smooth(values: Float64Array): boolean {
  const epsilon = 0.0001;
  const zeros = values.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  const others = values.length - zeros;
  if (others === 0) return false;
  const taken = (epsilon * zeros) / others;
  if (taken >= 1) return false;
  for (let i = 0; i < values.length; i++) values[i]! += values[i] === 0 ? epsilon : -taken;
  return true;
}

function entropy(p: Float64Array, q: Float64Array): number {
  const [all, allOfQ] = [sum(p, 0, p.length), sum(q, 0, q.length)];
  let total = 0;
  for (let i = 0; i < p.length; i++) {
    const [a, b] = [p[i]! / all, q[i]! / allOfQ];
    if (a > 0 && b > 0) total += a * Math.log(a / b);
  }
  return total;
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  return total;
}
