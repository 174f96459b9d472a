/** Pooling over windows of images, in one to three dimensions, and over whole images. */

import { isFloat, minValueOf } from "../../ir";
import { HostTensor } from "../host-tensor";
import { Pattern, type AttrSpec, type Attrs, type Op } from "../op";
import { TensorType } from "../type";
import { defineOp, demand, rowMajorStrides, tensors } from "./define";

/** Where windows are, by spatial dimension. */
interface Windows {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  /** Before each dimension, then after each. */
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
  demand(
    name,
    data.shape.length === rank + 2,
    `data has ${data.shape.length} dimensions, not ${rank + 2}`,
  );
  const { size, strides, dilation, padding } = windowsOf(attrs, rank);
  const counts = [size, strides, dilation].map((list) => list.length);
  demand(
    name,
    counts.every((count) => count === rank) && padding.length === 2 * rank,
    `its window, strides and dilation have ${counts.join(", ")} numbers and padding ${padding.length}; ${rank} dimensions are pooled`,
  );
  demand(
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
  demand(
    name,
    output.every((length) => length >= 1),
    `a window of [${size.join(", ")}] is larger than the padded image of ${data}`,
  );
  return new TensorType([...data.shape.slice(0, 2), ...output], data.dtype);
}

/**
 * Goes through the windows of all outputs: `visit` gets the number of the output and a list of
 * positions in the data with how many of them are valid, and how many the padded image has.
 */
function forEachWindow(
  data: TensorType,
  output: readonly number[],
  windows: Windows,
  visit: (out: number, positions: Int32Array, count: number, padded: number) => void,
): void {
  const rank = output.length - 2;
  const { size, strides, dilation, padding } = windows;
  const spatial = data.shape.slice(2);
  const steps = rowMajorStrides(spatial);
  const planeSize = spatial.reduce((a, b) => a * b, 1);
  const perPlane = output.slice(2).reduce((a, b) => a * b, 1);
  const outSteps = rowMajorStrides(output.slice(2));
  const windowSize = size.reduce((a, b) => a * b, 1);
  const windowSteps = rowMajorStrides(size);
  const positions = new Int32Array(windowSize);
  const planes = output[0]! * output[1]!;
  for (let o = 0; o < perPlane; o++) {
    let count = 0;
    let padded = 0;
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
      if (inside) positions[count++] = position;
      if (insidePadded) padded++;
    }
    for (let plane = 0; plane < planes; plane++) {
      for (let k = 0; k < count; k++) positions[k]! += plane === 0 ? 0 : planeSize;
      visit(plane * perPlane + o, positions, count, padded);
    }
  }
}

function definePool(rank: number, kind: "max" | "avg"): Op {
  const name = `nn.${kind}_pool${rank}d`;
  const attrs = windowAttrs(rank);
  if (kind === "avg") attrs.push({ name: "count_include_pad", default: false });
  return defineOp({
    name,
    pattern: Pattern.outElementwiseFusable,
    attrs,
    infer: (args, given) => inferPool(name, rank, tensors(name, args, 1)[0]!, given),
    evaluate([x], given, type) {
      const { shape } = type as TensorType;
      const result = HostTensor.zeros(shape, x!.dtype);
      const whole = !isFloat(x!.dtype);
      const least = whole ? minValueOf(x!.dtype) : -Infinity;
      const includePad = given["count_include_pad"] === true;
      forEachWindow(x!.type, shape, windowsOf(given, rank), (out, positions, count, padded) => {
        if (kind === "max") {
          let most = least;
          for (let k = 0; k < count; k++) most = Math.max(most, x!.data[positions[k]!]!);
          result.data[out] = most;
          return;
        }
        let sum = 0;
        for (let k = 0; k < count; k++) sum += x!.data[positions[k]!]!;
        const mean = sum / Math.max(1, includePad ? padded : count);
        result.data[out] = whole ? Math.trunc(mean) : mean;
      });
      return result;
    },
  });
}

export const maxPools = [1, 2, 3].map((rank) => definePool(rank, "max"));
export const avgPools = [1, 2, 3].map((rank) => definePool(rank, "avg"));
export const maxPool2d = maxPools[1]!;
export const avgPool2d = avgPools[1]!;

/** One number for each image and channel; means of integers are cut off towards zero. */
function defineGlobalPool(
  name: string,
  reduce: (values: Float64Array, whole: boolean) => number,
): Op {
  return defineOp({
    name,
    pattern: Pattern.outElementwiseFusable,
    attrs: [
      { name: "layout", default: "NCHW" },
      { name: "out_layout", default: "" },
    ],
    infer(args) {
      const [x] = tensors(name, args, 1);
      demand(
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
