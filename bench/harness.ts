/**
 * Takes measurements: warmed up, repeated, and reported as a median with its spread. Only benchmarks measure
 * time; tests do not.
 */

import { Bench } from "tinybench";

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly better: "lower" | "higher";
  /** Half the distance between the quartiles, in `unit`. */
  readonly spread: number;
  readonly samples: number;
}

/** A measurement; it is set up only when it is run. */
export interface BenchCase {
  /** `folder/what`: `lower/vta_vadd`, `sim/vta_conv2d_opt`. */
  readonly name: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  /** A number for each sample, in `unit`. */
  run(): Promise<readonly number[]>;
}

/**
 * The time to warm up and sample a case, in milliseconds. After this time the JavaScript engine has
 * optimized most of the compiler. Large programs still become up to a tenth faster in the next eight seconds.
 */
const WARM_UP_MS = 1500;
const SAMPLE_MS = 1000;

export interface TimedOptions {
  readonly name: string;
  /** Converts a duration in milliseconds to `unit`; milliseconds if left out. */
  readonly unit?: string;
  readonly better?: "lower" | "higher";
  readonly convert?: (milliseconds: number) => number;
  /** Prepares the timed function; called once, when the case is run. */
  setUp(): (() => unknown) | Promise<() => unknown>;
}

/** A case that calls a function repeatedly and times each call. */
export function timed(options: TimedOptions): BenchCase {
  const convert = options.convert ?? ((milliseconds: number) => milliseconds);
  return {
    name: options.name,
    unit: options.unit ?? "ms",
    better: options.better ?? "lower",
    async run() {
      const call = await options.setUp();
      const bench = new Bench({
        warmupTime: WARM_UP_MS,
        time: SAMPLE_MS,
        iterations: 5,
        warmupIterations: 2,
        retainSamples: true,
        throws: true,
      });
      bench.add(options.name, () => call() as undefined);
      await bench.run();
      const { result } = bench.tasks[0]!;
      if (result.state !== "completed") throw new Error(`${options.name} did not complete`);
      return result.latency.samples!.map(convert);
    },
  };
}

/** The case's median and spread. */
export async function measure(benchCase: BenchCase): Promise<Measurement> {
  const samples = [...(await benchCase.run())].sort((a, b) => a - b);
  const at = (fraction: number): number => samples[Math.floor(fraction * (samples.length - 1))]!;
  return {
    name: benchCase.name,
    value: at(0.5),
    unit: benchCase.unit,
    better: benchCase.better,
    spread: (at(0.75) - at(0.25)) / 2,
    samples: samples.length,
  };
}
