/**
 * Multiplies integers by a factor that is not a power of two, with a 31-bit multiplier and a shift.
 */

import { UsageError } from "../../support";
import type { Expr } from "../relay-expr";
import { HostTensor } from "../host-tensor";
import { OpPattern } from "../relay-op";
import { call, defineOp, tensors } from "../ops";

/** `round(x * multiplier * 2^(shift - 31))`, ties upwards. */
const fixedPoint = defineOp({
  name: "fixed_point_multiply",
  pattern: OpPattern.elementwise,
  attrs: [{ name: "multiplier" }, { name: "shift" }],
  infer: (args) => tensors("fixed_point_multiply", args, 1)[0]!,
  evaluate([x], attrs) {
    const multiplier = BigInt(attrs["multiplier"] as number);
    const shift = attrs["shift"] as number;
    const right = BigInt(31 - Math.min(shift, 0));
    const left = BigInt(Math.max(shift, 0));
    const half = 1n << (right - 1n);
    const result = HostTensor.zeros(x!.shape, x!.dtype);
    for (let i = 0; i < x!.size; i++) {
      const product = (BigInt(x!.data[i]!) << left) * multiplier;
      result.data[i] = Number((product + half) >> right);
    }
    return result;
  },
});

export function fixedPointMultiply(data: Expr, factor: number): Expr {
  return call(fixedPoint, [data], multiplierAndShift(factor));
}

/** A factor as `multiplier * 2^(shift - 31)` with a multiplier of 31 bits. */
function multiplierAndShift(factor: number): { multiplier: number; shift: number } {
  if (!(factor > 0 && Number.isFinite(factor))) {
    throw new UsageError("quantize-network", `values cannot be rescaled by ${factor}`);
  }
  let shift = Math.floor(Math.log2(factor)) + 1;
  let multiplier = Math.round((factor / 2 ** shift) * 2 ** 31);
  if (multiplier === 2 ** 31) {
    multiplier /= 2;
    shift++;
  }
  return { multiplier, shift };
}
