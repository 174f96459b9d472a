/** Normalization over channels, and softmax. */

import { HostTensor } from "../host-tensor";
import { OpPattern } from "../relay-op";
import { TensorType, TupleType } from "../type";
import { axisFromFront, defineOp, assertOperator, tensors } from "./define-op";

/** Calls `visit` with the start and the stride of each sequence of elements along an axis. */
function alongAxis(
  shape: readonly number[],
  axis: number,
  visit: (start: number, step: number, length: number) => void,
): void {
  const length = shape[axis] ?? 1;
  const step = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < step; i++) visit(o * length * step + i, step, length);
  }
}

/** `(data - mean) / sqrt(var + epsilon) * gamma + beta` for each channel, with the mean and variance. */
export const batchNorm = defineOp({
  name: "nn.batch_norm",
  pattern: OpPattern.opaque,
  attrs: [
    { name: "axis", default: 1 },
    { name: "epsilon", default: 1e-5, float: true },
    { name: "center", default: true },
    { name: "scale", default: true },
  ],
  infer(args, attrs) {
    const types = tensors("nn.batch_norm", args, 5);
    const [data, ...statistics] = types as [TensorType, ...TensorType[]];
    const axis = axisFromFront("nn.batch_norm", attrs["axis"] as number, data.shape.length);
    for (const type of statistics) {
      assertOperator(
        "nn.batch_norm",
        type.shape.length === 1 && type.shape[0] === data.shape[axis],
        `${type} does not fit axis ${axis} of ${data}`,
      );
    }
    return new TupleType([data, types[3]!, types[4]!]);
  },
  evaluate([data, gamma, beta, mean, variance], attrs) {
    const axis = axisFromFront("nn.batch_norm", attrs["axis"] as number, data!.shape.length);
    const result = HostTensor.zeros(data!.shape, data!.dtype);
    alongAxis(data!.shape, axis, (start, step, length) => {
      for (let c = 0, i = start; c < length; c++, i += step) {
        const deviation = Math.sqrt(variance!.data[c]! + (attrs["epsilon"] as number));
        const centred = (data!.data[i]! - mean!.data[c]!) / deviation;
        result.data[i] = centred * gamma!.data[c]! + beta!.data[c]!;
      }
    });
    return [result, mean!, variance!];
  },
});

export const softmax = defineOp({
  name: "nn.softmax",
  pattern: OpPattern.opaque,
  attrs: [{ name: "axis", default: -1 }],
  infer(args, attrs) {
    const [x] = tensors("nn.softmax", args, 1);
    axisFromFront("nn.softmax", attrs["axis"] as number, x!.shape.length);
    return x!;
  },
  evaluate([x], attrs) {
    const axis = axisFromFront("nn.softmax", attrs["axis"] as number, x!.shape.length);
    const result = HostTensor.zeros(x!.shape, x!.dtype);
    alongAxis(x!.shape, axis, (start, step, length) => {
      let most = -Infinity;
      for (let k = 0; k < length; k++) most = Math.max(most, x!.data[start + k * step]!);
      const powers = new Float64Array(length);
      let sum = 0;
      for (let k = 0; k < length; k++)
        sum += powers[k] = Math.exp(x!.data[start + k * step]! - most);
      for (let k = 0; k < length; k++) result.data[start + k * step] = powers[k]! / sum;
    });
    return result;
  },
});

/**
 * Local response normalization: divides each value by a power of the sum of its neighbours'
 * squares.
 */
export const lrn = defineOp({
  name: "nn.lrn",
  pattern: OpPattern.opaque,
  attrs: [
    { name: "size", default: 5 },
    { name: "axis", default: 1 },
    { name: "bias", default: 2, float: true },
    { name: "alpha", default: 1e-5, float: true },
    { name: "beta", default: 0.75, float: true },
  ],
  infer(args, attrs) {
    const [x] = tensors("nn.lrn", args, 1);
    axisFromFront("nn.lrn", attrs["axis"] as number, x!.shape.length);
    const size = attrs["size"] as number;
    assertOperator(
      "nn.lrn",
      Number.isInteger(size) && size >= 1,
      `size is ${size}; it must be 1 or more`,
    );
    return x!;
  },
  evaluate([x], attrs) {
    const axis = axisFromFront("nn.lrn", attrs["axis"] as number, x!.shape.length);
    const [size, bias, alpha, beta] = ["size", "bias", "alpha", "beta"].map(
      (name) => attrs[name] as number,
    ) as [number, number, number, number];
    const before = Math.floor((size - 1) / 2);
    const after = Math.ceil((size - 1) / 2);
    const result = HostTensor.zeros(x!.shape, x!.dtype);
    alongAxis(x!.shape, axis, (start, step, length) => {
      for (let c = 0; c < length; c++) {
        let squares = 0;
        const last = Math.min(length - 1, c + after);
        for (let k = Math.max(0, c - before); k <= last; k++) {
          squares += x!.data[start + k * step]! ** 2;
        }
        const i = start + c * step;
        result.data[i] = x!.data[i]! / (bias + (alpha * squares) / size) ** beta;
      }
    });
    return result;
  },
});
