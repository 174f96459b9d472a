/** Pooling over windows in 1 to 3 dimensions, and over whole images. */

import { isFloat, minValueOf } from "../../ir";
import { HostTensor, type HostData } from "../host-tensor";
import { OpPattern, type AttrSpec, type Attrs, type Op } from "../relay-op";
import { sizeOf, TensorType } from "../type";
import { defineOp, assertOperator, rowMajorStrides, tensors } from "./define-op";

/** The settings of windows, by spatial dimension. */
interface Windows {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  /** The padding before each dimension, then after each. */
  readonly padding: readonly number[];
}

const LAYOUTS = ["NCW", "NCHW", "NCDHW"];

function windowAttrs(rank: number): AttrSpec[] {
  const ones = new Array<number>(rank).fill(1);
  return [
    { name: "pool_size" },
    { name: "strides", default: ones },
    { name: "dilation", default: ones },
    { name: "padding", default: new Array<number>(rank).fill(0) },
    { name: "layout", default: LAYOUTS[rank - 1]! },
    { name: "out_layout", default: "" },
    { name: "ceil_mode", default: false },
  ];
}

function windowsOf(attrs: Attrs, rank: number): Windows {
  const padding = attrs["padding"] as number[];
  return {
    size: attrs["pool_size"] as number[],
    strides: attrs["strides"] as number[],
    dilation: attrs["dilation"] as number[],
    padding: padding.length === rank ? [...padding, ...padding] : padding,
  };
}

function inferPool(name: string, rank: number, data: TensorType, attrs: Attrs): TensorType {
  assertOperator(
    name,
    data.shape.length === rank + 2,
    `data has ${data.shape.length} dimensions, not ${rank + 2}`,
  );
  const { size, strides, dilation, padding } = windowsOf(attrs, rank);
  const counts = [size, strides, dilation].map((list) => list.length);
  assertOperator(
    name,
    counts.every((count) => count === rank) && padding.length === 2 * rank,
    `its window, strides and dilation have ${counts.join(", ")} numbers and padding ${padding.length}; ${rank} dimensions are pooled`,
  );
  assertOperator(
    name,
    [...size, ...strides, ...dilation].every((x) => Number.isInteger(x) && x >= 1),
    `window [${size.join(", ")}], strides [${strides.join(", ")}] and dilation [${dilation.join(", ")}] must be 1 or more`,
  );
  const output = size.map((window, d) => {
    const length = data.shape[d + 2]!;
    const span = length + padding[d]! + padding[d + rank]! - dilation[d]! * (window - 1) - 1;
    const steps = span / strides[d]!;
    if (attrs["ceil_mode"] !== true) return Math.floor(steps) + 1;
    // The last window starts inside the image or its leading padding.
    const count = Math.ceil(steps) + 1;
    return (count - 1) * strides[d]! >= length + padding[d]! ? count - 1 : count;
  });
  assertOperator(
    name,
    output.every((length) => length >= 1),
    `a window of [${size.join(", ")}] is larger than the padded image of ${data}`,
  );
  return new TensorType([...data.shape.slice(0, 2), ...output], data.dtype);
}

/** The positions that each output reads, which are the same in all channels. */
interface WindowTable {
  /** Positions in the image, `windowSize` for each output; the first `counts` of them are valid. */
  readonly positions: Int32Array;
  readonly windowSize: number;
  /** By output: the number of valid positions, and of positions in the padded image. */
  readonly counts: Int32Array;
  readonly padded: Int32Array;
}

function windowTable(
  data: TensorType,
  output: readonly number[],
  { size, strides, dilation, padding }: Windows,
): WindowTable {
  const rank = output.length - 2;
  const spatial = data.shape.slice(2);
  const steps = rowMajorStrides(spatial);
  const outputs = sizeOf(output.slice(2));
  const outSteps = rowMajorStrides(output.slice(2));
  const windowSize = sizeOf(size);
  const windowSteps = rowMajorStrides(size);
  const positions = new Int32Array(outputs * windowSize);
  const counts = new Int32Array(outputs);
  const padded = new Int32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    for (let w = 0; w < windowSize; w++) {
      let position = 0;
      let inside = true;
      let insidePadded = true;
      for (let d = 0; d < rank; d++) {
        const outIndex = Math.floor(o / outSteps[d]!) % output[d + 2]!;
        const offset = (Math.floor(w / windowSteps[d]!) % size[d]!) * dilation[d]!;
        const at = outIndex * strides[d]! - padding[d]! + offset;
        if (at < 0 || at >= spatial[d]!) inside = false;
        if (at >= spatial[d]! + padding[d + rank]!) insidePadded = false;
        position += at * steps[d]!;
      }
      if (inside) positions[o * windowSize + counts[o]!++] = position;
      if (insidePadded) padded[o]!++;
    }
  }
  return { positions, windowSize, counts, padded };
}

function maxima(data: HostData, plane: number, table: WindowTable, least: number): Float64Array {
  const { positions, windowSize, counts } = table;
  const results = new Float64Array(counts.length);
  for (let o = 0; o < counts.length; o++) {
    let most = least;
    const begin = o * windowSize;
    for (let k = begin; k < begin + counts[o]!; k++) {
      const value = data[plane + positions[k]!]!;
      if (value > most || Number.isNaN(value)) most = value;
    }
    results[o] = most;
  }
  return results;
}

function means(
  data: HostData,
  plane: number,
  table: WindowTable,
  includePad: boolean,
): Float64Array {
  const { positions, windowSize, counts, padded } = table;
  return Float64Array.from(counts, (count, o) => {
    let sum = 0;
    const begin = o * windowSize;
    for (let k = begin; k < begin + count; k++) sum += data[plane + positions[k]!]!;
    return sum / Math.max(1, includePad ? padded[o]! : count);
  });
}

function definePool(rank: number, kind: "max" | "avg"): Op {
  const name = `nn.${kind}_pool${rank}d`;
  const attrs = windowAttrs(rank);
  if (kind === "avg") attrs.push({ name: "count_include_pad", default: false });
  return defineOp({
    name,
    pattern: OpPattern.outElementwiseFusable,
    attrs,
    infer: (args, given) => inferPool(name, rank, tensors(name, args, 1)[0]!, given),
    evaluate([x], given, type) {
      const { shape } = type as TensorType;
      const { data, dtype } = x!;
      const result = HostTensor.zeros(shape, dtype);
      const table = windowTable(x!.type, shape, windowsOf(given, rank));
      const least = isFloat(dtype) ? -Infinity : minValueOf(dtype);
      const includePad = given["count_include_pad"] === true;
      const planes = shape[0]! * shape[1]!;
      const [from, into] = [x!.size / planes, result.size / planes];
      for (let p = 0; p < planes; p++) {
        const values =
          kind === "max"
            ? maxima(data, p * from, table, least)
            : means(data, p * from, table, includePad);
        // Storing truncates the means of integers.
        result.data.set(values, p * into);
      }
      return result;
    },
  });
}

export const maxPools = [1, 2, 3].map((rank) => definePool(rank, "max"));
export const avgPools = [1, 2, 3].map((rank) => definePool(rank, "avg"));
export const maxPool2d = maxPools[1]!;
export const avgPool2d = avgPools[1]!;

/** Pools each image and channel to a number; means of integers are truncated. */
function defineGlobalPool(
  name: string,
  reduce: (values: Float64Array, whole: boolean) => number,
): Op {
  return defineOp({
    name,
    pattern: OpPattern.outElementwiseFusable,
    attrs: [
      { name: "layout", default: "NCHW" },
      { name: "out_layout", default: "" },
    ],
    infer(args) {
      const [x] = tensors(name, args, 1);
      assertOperator(
        name,
        x!.shape.length >= 3,
        `data has ${x!.shape.length} dimensions; an image has 3 or more`,
      );
      return new TensorType(
        x!.shape.map((length, d) => (d < 2 ? length : 1)),
        x!.dtype,
      );
    },
    evaluate([x], _, type) {
      const result = HostTensor.zeros((type as TensorType).shape, x!.dtype);
      const area = x!.size / result.size;
      for (let i = 0; i < result.size; i++) {
        const values = Float64Array.from(x!.data.subarray(i * area, (i + 1) * area));
        result.data[i] = reduce(values, !isFloat(x!.dtype));
      }
      return result;
    },
  });
}

export const globalAvgPool2d = defineGlobalPool("nn.global_avg_pool2d", (values, whole) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return whole ? Math.trunc(mean) : mean;
});
export const globalMaxPool2d = defineGlobalPool("nn.global_max_pool2d", (values) =>
  values.reduce((a, b) => Math.max(a, b), -Infinity),
);
