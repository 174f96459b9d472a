/** Dense layers and matrix multiplication. */

import type { ScalarType } from "../../ir";
import { HostTensor } from "../host-tensor";
import { OpPattern } from "../relay-op";
import { sizeOf, TensorType } from "../type";
import {
  broadcastShape,
  broadcastStrides,
  defineOp,
  assertOperator,
  forEachPosition,
  tensors,
} from "./define-op";

/** Multiplies `data` `[..., in]` by the transposed `weight` `[units, in]`. */
export const dense = defineOp({
  name: "nn.dense",
  pattern: OpPattern.outElementwiseFusable,
  attrs: [
    { name: "units", default: null },
    { name: "out_dtype", default: "" },
  ],
  infer(args, attrs) {
    const [data, weight] = tensors("nn.dense", args, 2) as [TensorType, TensorType];
    assertOperator(
      "nn.dense",
      data.dtype === weight.dtype,
      `data is ${data.dtype}, weights ${weight.dtype}`,
    );
    assertOperator(
      "nn.dense",
      data.shape.length >= 1 && weight.shape.length === 2 && data.shape.at(-1) === weight.shape[1],
      `${data} cannot be multiplied with weights of ${weight}`,
    );
    const dtype = (attrs["out_dtype"] || data.dtype) as ScalarType;
    return new TensorType([...data.shape.slice(0, -1), weight.shape[0]!], dtype);
  },
  evaluate([data, weight], _, type) {
    const { shape, dtype } = type as TensorType;
    const [units, depth] = weight!.shape as [number, number];
    const result = HostTensor.zeros(shape, dtype);
    const rows = sizeOf(shape) / units;
    for (let r = 0; r < rows; r++) {
      const row = Float64Array.from(data!.data.subarray(r * depth, (r + 1) * depth));
      for (let u = 0; u < units; u++) {
        result.data[r * units + u] = dot(row, weight!.data, u * depth);
      }
    }
    return result;
  },
});

function dot(a: Float64Array, b: ArrayLike<number>, start: number): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[start + k]!;
  return sum;
}

/** NumPy's `matmul`: multiplies matrices in the last two dimensions; the others broadcast. */
export const matmul = defineOp({
  name: "nn.matmul",
  pattern: OpPattern.outElementwiseFusable,
  attrs: [{ name: "out_dtype", default: "" }],
  infer(args, attrs) {
    const [a, b] = tensors("nn.matmul", args, 2) as [TensorType, TensorType];
    assertOperator("nn.matmul", a.dtype === b.dtype, `its arguments are ${a.dtype} and ${b.dtype}`);
    assertOperator(
      "nn.matmul",
      a.shape.length >= 1 &&
        b.shape.length >= 1 &&
        matrixOf(a, "left")[1] === matrixOf(b, "right")[0],
      `${a} and ${b} cannot be multiplied`,
    );
    const outer = broadcastShape("nn.matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
    const shape = [...outer];
    if (a.shape.length > 1) shape.push(a.shape.at(-2)!);
    if (b.shape.length > 1) shape.push(b.shape.at(-1)!);
    return new TensorType(shape, (attrs["out_dtype"] || a.dtype) as ScalarType);
  },
  evaluate([a, b], _, type) {
    const result = HostTensor.zeros((type as TensorType).shape, (type as TensorType).dtype);
    const [m, depth] = matrixOf(a!.type, "left");
    const [, n] = matrixOf(b!.type, "right");
    const outerA = a!.shape.slice(0, -2);
    const outerB = b!.shape.slice(0, -2);
    const outer = broadcastShape("nn.matmul", outerA, outerB);
    const strides = [broadcastStrides(outerA, outer), broadcastStrides(outerB, outer)];
    forEachPosition(outer, strides, (i, [p, q]) => {
      for (let r = 0; r < m; r++) {
        for (let c = 0; c < n; c++) {
          let sum = 0;
          for (let k = 0; k < depth; k++) {
            sum += a!.data[(p! * m + r) * depth + k]! * b!.data[(q! * depth + k) * n + c]!;
          }
          result.data[(i * m + r) * n + c] = sum;
        }
      }
    });
    return result;
  },
});

/** Rows and columns; a vector is a row on the left and a column on the right. */
function matrixOf(type: TensorType, side: "left" | "right"): [number, number] {
  const { shape } = type;
  if (shape.length > 1) return [shape.at(-2)!, shape.at(-1)!];
  return side === "left" ? [1, shape[0]!] : [shape[0]!, 1];
}
