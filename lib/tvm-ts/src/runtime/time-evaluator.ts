/** Timing of compiled functions. */

/** Times of calls, in seconds. */
export interface TimingResult {
  readonly mean: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Standard deviation. */
  readonly std: number;
  /** The average of each repetition. */
  readonly results: readonly number[];
}

export interface TimingOptions {
  /** Calls in one repetition, whose average is one result; 10 if left out. */
  readonly number?: number;
  /** Results; 1 if left out. */
  readonly repeat?: number;
  /** A repetition makes more calls until it takes at least this long; 0 if left out. */
  readonly minRepeatMs?: number;
}

/** Times `call`, after one warm-up call. */
export function timeCalls(call: () => void, options: TimingOptions = {}): TimingResult {
  const { number = 10, repeat = 1, minRepeatMs = 0 } = options;
  call();
  let calls = Math.max(1, number);
  const once = (): number => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return performance.now() - start;
  };
  const results: number[] = [];
  while (results.length < repeat) {
    const elapsed = once();
    if (elapsed < minRepeatMs) {
      calls = moreCalls(calls, elapsed, minRepeatMs);
    } else {
      results.push(elapsed / calls / 1000);
    }
  }
  return timingResult(results);
}

/** The statistics of measured times. */
export function timingResult(results: readonly number[]): TimingResult {
  const sorted = [...results].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  const mean = results.reduce((sum, x) => sum + x, 0) / results.length;
  const variance = results.reduce((sum, x) => sum + (x - mean) ** 2, 0) / results.length;
  const [min, max] = [sorted[0]!, sorted[sorted.length - 1]!];
  return { mean, median, min, max, std: Math.sqrt(variance), results };
}

/** Options for timing a function on a server, as in TVM's `RPCTimeEvaluator`. */
export interface RepetitionOptions extends Required<TimingOptions> {
  /** Pause after every `repeatsToCooldown` repetitions. */
  readonly cooldownMs: number;
  readonly repeatsToCooldown: number;
}

/**
 * Times calls that may be asynchronous, after one warm-up call.
 * @returns the seconds of one call, for each repetition
 */
export async function timeRepetitions(
  call: () => unknown,
  { number, repeat, minRepeatMs, cooldownMs, repeatsToCooldown }: RepetitionOptions,
): Promise<number[]> {
  await call();
  let calls = number;
  const results: number[] = [];
  while (results.length < repeat) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) {
      const running = call();
      // A synchronous function must not be charged for a turn of the event loop.
      if (running instanceof Promise) await running;
    }
    const elapsed = performance.now() - start;
    if (elapsed < minRepeatMs) {
      calls = moreCalls(calls, elapsed, minRepeatMs);
      continue;
    }
    results.push(elapsed / calls / 1000);
    if (cooldownMs > 0 && results.length % repeatsToCooldown === 0) {
      await new Promise<void>((resolve) => setTimeout(resolve, cooldownMs));
    }
  }
  return results;
}

/** Enough calls to exceed the limit by a tenth, at the measured speed. */
function moreCalls(calls: number, elapsed: number, minRepeatMs: number): number {
  const needed = Math.ceil((calls * minRepeatMs * 1.1) / Math.max(elapsed, 1e-3));
  return Math.max(calls + 1, Math.min(needed, calls * 1000));
}
