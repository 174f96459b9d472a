/** Inputs by class: each class reveals a different kind of mistake. */

import { np, UsageError } from "tvm-ts";
import { arrayShape, type ArrayParam } from "./program";

export interface InputClass {
  /** The name in messages: "negative values". */
  readonly name: string;
  readonly arrays: readonly np.ndarray[];
}

/** Random numbers in [0, 1), determined by the seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The smallest and largest value of a type; -1 and 1 for floats. */
function limits(dtype: string): readonly [low: number, high: number] {
  const [, sign, bits] = /^(u?int)(\d+)$/.exec(dtype) ?? [];
  if (bits === undefined) return [-1, 1];
  return sign === "uint"
    ? [0, 2 ** Number(bits) - 1]
    : [-(2 ** (Number(bits) - 1)), 2 ** (Number(bits) - 1) - 1];
}

/**
 * Zeros, ones, small values, negative values, the ends of the range, and random values for each seed.
 * @param range the smallest and largest input; the whole type if left out
 */
export function inputClasses(
  params: readonly ArrayParam[],
  seeds: readonly number[],
  range: readonly [low: number, high: number] | undefined,
): InputClass[] {
  if (range !== undefined && !(range[0] <= range[1])) {
    throw new UsageError("grade", `range must be [smallest, largest], not [${range.join(", ")}]`);
  }
  const within = (param: ArrayParam): readonly [number, number] => {
    const [low, high] = limits(param.dtype);
    return range === undefined ? [low, high] : [Math.max(low, range[0]), Math.min(high, range[1])];
  };
  const made = (name: string, value: (low: number, high: number) => number): InputClass => ({
    name,
    arrays: params.map((param) => filled(param, () => value(...within(param)))),
  });
  const random = randomNumbers(1);
  const between = (low: number, high: number, next = random): number =>
    low + Math.floor(next() * (high - low + 1));
  const clamp = (value: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, value));
  return [
    made("zeros", (low, high) => clamp(0, low, high)),
    made("ones", (low, high) => clamp(1, low, high)),
    made("small values", (low, high) => between(clamp(0, low, high), clamp(7, low, high))),
    made("negative values", (low, high) => between(clamp(-7, low, high), clamp(-1, low, high))),
    made("the largest and smallest values", (low, high) => (random() < 0.5 ? low : high)),
    ...seeds.map((seed) => {
      const next = randomNumbers(seed);
      return made(`random values (seed ${seed})`, (low, high) => between(low, high, next));
    }),
  ];
}

function filled(param: ArrayParam, value: () => number): np.ndarray {
  const shape = arrayShape(param);
  const count = shape.reduce((product, extent) => product * extent, 1);
  return np
    .array(Float64Array.from({ length: count }, value))
    .reshape(shape)
    .astype(param.dtype);
}
