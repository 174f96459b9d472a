/** The begin and end of instructions: cycles if known, else indices in the stream. */

import type { TraceData } from "./data";

export interface Times {
  readonly begins: Float64Array;
  readonly ends: Float64Array;
}

/** Runs follow one another: if each counts cycles from 0, they are offset. */
export function timesOf({ stages, cycles, runs }: TraceData): Times {
  const begins = Float64Array.from(stages, (_, i) => cycles?.[2 * i] ?? i);
  const ends = Float64Array.from(stages, (_, i) => cycles?.[2 * i + 1] ?? i + 1);
  let first = 0;
  let last = 0;
  for (const length of runs) {
    const start = begins
      .subarray(first, first + length)
      .reduce((least, begin) => Math.min(least, begin), Infinity);
    const shift = start < last ? last - start : 0;
    for (let i = first; i < first + length; i++) {
      begins[i]! += shift;
      ends[i]! += shift;
      last = Math.max(last, ends[i]!);
    }
    first += length;
  }
  return { begins, ends };
}
