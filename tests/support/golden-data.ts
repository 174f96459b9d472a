/** Test data as the golden files describe it: a hash of the element's index and a seed. */

import { np } from "tvm-ts";

/** `[lowest, highest (not included), seed]` */
export type InputSpec = readonly [number, number, number];

/** The values of an input, row by row. */
export function inputValues(count: number, [low, high, seed]: InputSpec): number[] {
  return Array.from({ length: count }, (_, i) => {
    let x = (Math.imul(i, 2654435761) + Math.imul(seed, 40503)) >>> 0;
    x = (x ^ (x >>> 15)) >>> 0;
    x = Math.imul(x, 2246822519) >>> 0;
    x = (x ^ (x >>> 13)) >>> 0;
    return low + (x % (high - low));
  });
}

export function inputData(shape: readonly number[], dtype: string, spec: InputSpec): np.ndarray {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return np.array(inputValues(count, spec), dtype).reshape([...shape]);
}
