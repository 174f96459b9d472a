/** Activations. */

import { constant, gt, max, mul, select } from "../../ir";
import type { Tensor } from "../../te";
import { elementwise } from "../define";

/** Negative elements become 0. */
export function relu(x: Tensor): Tensor {
  return elementwise(x, (value) => max(value, constant(0, value.dtype)));
}

/** Negative elements are multiplied by `alpha`. */
export function leakyRelu(x: Tensor, alpha: number): Tensor {
  return elementwise(x, (value) =>
    select(gt(value, 0), value, mul(value, constant(alpha, value.dtype))),
  );
}
