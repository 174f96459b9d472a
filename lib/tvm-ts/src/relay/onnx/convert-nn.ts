/** Layers with windows or weights: convolutions, pooling, dense layers, normalization. */

import { constant, TupleGetItem, type Expr } from "../relay-expr";
import type { OnnxNode } from "./node";

/** Returns the expressions of a node's outputs. */
export type Converter = (node: OnnxNode) => readonly Expr[];

const repeat = (value: number, count: number): number[] => new Array<number>(count).fill(value);

/**
 * Padding before each spatial dimension, then after each: the node's `pads`, or for `SAME` the
 * padding that gives `ceil(length / stride)` steps.
 */
function padding(
  node: OnnxNode,
  lengths: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilation: readonly number[],
): number[] {
  const auto = node.string("auto_pad", "NOTSET");
  if (auto === "NOTSET") {
    const pads = node.ints("pads") ?? repeat(0, 2 * kernel.length);
    if (pads.length !== 2 * kernel.length) {
      throw node.error(
        `it has ${pads.length} pads; ${kernel.length} dimensions take ${2 * kernel.length}`,
      );
    }
    if (pads.some((pad) => pad < 0)) throw node.error(`pads [${pads.join(", ")}] are negative`);
    return pads;
  }
  if (auto === "VALID") return repeat(0, 2 * kernel.length);
  if (auto !== "SAME_UPPER" && auto !== "SAME_LOWER") {
    throw node.error(`auto_pad is '${auto}'; it can be NOTSET, VALID, SAME_UPPER or SAME_LOWER`);
  }
  const totals = lengths.map((length, d) => {
    const steps = Math.ceil(length / strides[d]!);
    const window = (kernel[d]! - 1) * dilation[d]! + 1;
    return Math.max(0, (steps - 1) * strides[d]! + window - length);
  });
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total, d) => total - less[d]!);
  return auto === "SAME_UPPER" ? [...less, ...more] : [...more, ...less];
}

function positive(node: OnnxNode, name: string, values: readonly number[], count: number): void {
  if (values.length !== count || values.some((value) => value < 1)) {
    throw node.error(`${name} is [${values.join(", ")}]; it takes ${count} numbers of 1 or more`);
  }
}

/** The settings of a convolution of `NCHW` images. */
function convolutionSettings(
  node: OnnxNode,
  data: number,
  weight: number,
): Record<string, number[]> {
  const shape = node.tensorType(data).shape;
  const kernelShape = node.tensorType(weight).shape;
  if (shape.length !== 4 || kernelShape.length !== 4) {
    throw node.error(
      `its data has ${shape.length} dimensions and its weights ${kernelShape.length}; only images [n, c, h, w] can be convolved`,
    );
  }
  const kernel = node.ints("kernel_shape") ?? kernelShape.slice(2);
  if (kernel.join() !== kernelShape.slice(2).join()) {
    throw node.error(
      `kernel_shape is [${kernel.join(", ")}], its weights are [${kernelShape.join(", ")}]`,
    );
  }
  const strides = node.ints("strides") ?? [1, 1];
  const dilation = node.ints("dilations") ?? [1, 1];
  positive(node, "strides", strides, 2);
  positive(node, "dilations", dilation, 2);
  if (dilation.some((distance) => distance !== 1)) {
    throw node.error(
      `dilation [${dilation.join(", ")}] is not supported: the accelerator's convolutions read neighbouring pixels; use dilation 1`,
    );
  }
  return {
    strides,
    padding: padding(node, shape.slice(2), kernel, strides, dilation),
    dilation,
    kernel_size: kernel,
  };
}

const conv: Converter = (node) => {
  const settings = convolutionSettings(node, 0, 1);
  const channels = node.tensorType(1).shape[0]!;
  const attrs = { ...settings, groups: node.int("group", 1), channels };
  const result = node.call("nn.conv2d", [node.input(0), node.input(1)], attrs);
  const bias = node.optional(2);
  return [bias === undefined ? result : node.call("nn.bias_add", [result, bias])];
};

/** Quantized values minus their zero point, as int32. */
function centred(node: OnnxNode, data: number, zero: number): Expr {
  const value = node.call("cast", [node.input(data)], { dtype: "int32" });
  const offset = node.optional(zero);
  if (offset === undefined) return value;
  return node.call("subtract", [value, node.call("cast", [offset], { dtype: "int32" })]);
}

/** Converts int32 sums in units of the product of two scales to the output's type. */
function requantized(
  node: OnnxNode,
  sum: Expr,
  scales: [Expr, Expr],
  axis: number,
  first: number,
): Expr {
  const scale = node.call("multiply", scales);
  const zero = node.input(first + 1);
  const out_dtype = node.tensorType(first + 1).dtype;
  return node.call("qnn.requantize", [sum, scale, node.input(first), zero], { out_dtype, axis });
}

const qlinearConv: Converter = (node) => {
  const settings = convolutionSettings(node, 0, 3);
  const channels = node.tensorType(3).shape[0]!;
  const weightZero = node.tensorType(5);
  let weight = centred(node, 3, 5);
  if (weightZero.size > 1) {
    // A zero point for each filter.
    const zero = node.call("cast", [node.input(5)], { dtype: "int32" });
    const column = node.call("reshape", [zero], { newshape: [weightZero.size, 1, 1, 1] });
    weight = node.call("subtract", [
      node.call("cast", [node.input(3)], { dtype: "int32" }),
      column,
    ]);
  }
  const attrs = { ...settings, groups: node.int("group", 1), channels, out_dtype: "int32" };
  let sum = node.call("nn.conv2d", [centred(node, 0, 2), weight], attrs);
  const bias = node.optional(8);
  if (bias !== undefined) sum = node.call("nn.bias_add", [sum, bias]);
  return [requantized(node, sum, [node.input(1), node.input(4)], 1, 6)];
};

const qlinearMatMul: Converter = (node) => {
  const sum = node.call("nn.matmul", [centred(node, 0, 2), centred(node, 3, 5)], {
    out_dtype: "int32",
  });
  return [requantized(node, sum, [node.input(1), node.input(4)], -1, 6)];
};

const pool =
  (kind: "max" | "avg"): Converter =>
  (node) => {
    if (node.outputCount > 1) throw node.error("the indices of the maxima are not computed");
    const { shape } = node.tensorType(0);
    const rank = shape.length - 2;
    if (rank < 1 || rank > 3)
      throw node.error(`its data has ${shape.length} dimensions; 3 to 5 can be pooled`);
    const size = node.ints("kernel_shape");
    if (size === undefined) throw node.error("attribute 'kernel_shape' is missing");
    const strides = node.ints("strides") ?? repeat(1, rank);
    const dilation = node.ints("dilations") ?? repeat(1, rank);
    positive(node, "kernel_shape", size, rank);
    positive(node, "strides", strides, rank);
    positive(node, "dilations", dilation, rank);
    const around = padding(node, shape.slice(2), size, strides, dilation);
    const attrs = {
      pool_size: size,
      strides,
      dilation,
      padding: around,
      ceil_mode: node.int("ceil_mode", 0) !== 0,
    };
    const count = { count_include_pad: node.int("count_include_pad", 0) !== 0 };
    const op = `nn.${kind}_pool${rank}d`;
    return [node.call(op, [node.input(0)], kind === "avg" ? { ...attrs, ...count } : attrs)];
  };

const batchNormalization: Converter = (node) => {
  if (node.int("training_mode", 0) !== 0) {
    throw node.error("training_mode is on; networks are run for inference only");
  }
  const args = [0, 1, 2, 3, 4].map((i) => node.input(i));
  const attrs = { epsilon: node.float("epsilon", 1e-5) };
  return [new TupleGetItem(node.call("nn.batch_norm", args, attrs), 0)];
};

const gemm: Converter = (node) => {
  const { dtype, shape } = node.tensorType(0);
  const weightShape = node.tensorType(1).shape;
  if (shape.length !== 2 || weightShape.length !== 2) {
    throw node.error(
      `it multiplies matrices; its arguments have ${shape.length} and ${weightShape.length} dimensions`,
    );
  }
  const swapped = (x: Expr): Expr => node.call("transpose", [x], { axes: [1, 0] });
  const transB = node.int("transB", 0) !== 0;
  const alpha = node.float("alpha", 1);
  let data = node.int("transA", 0) !== 0 ? swapped(node.input(0)) : node.input(0);
  const weight = transB ? node.input(1) : swapped(node.input(1));
  if (alpha !== 1) data = node.call("multiply", [data, constant(alpha, dtype)]);
  const units = weightShape[transB ? 0 : 1]!;
  const product = node.call("nn.dense", [data, weight], { units });
  const bias = node.optional(2);
  if (bias === undefined) return [product];
  const scaled = node.call("multiply", [constant(node.float("beta", 1), dtype), bias]);
  return [node.call("add", [product, scaled])];
};

const matMul: Converter = (node) => {
  const [a, b] = [node.tensorType(0), node.tensorType(1)];
  if (a.shape.length !== 2 || b.shape.length !== 2) {
    return [node.call("nn.matmul", [node.input(0), node.input(1)])];
  }
  const weight = node.call("transpose", [node.input(1)], { axes: [1, 0] });
  return [node.call("nn.dense", [node.input(0), weight], { units: b.shape[1]! })];
};

const softmax: Converter = (node) => {
  const { shape } = node.tensorType(0);
  const rank = shape.length;
  const axis = node.int("axis", node.opset < 13 ? 1 : -1);
  const front = axis < 0 ? axis + rank : axis;
  if (node.opset >= 13 || front === rank - 1) {
    return [node.call("nn.softmax", [node.input(0)], { axis })];
  }
  // Older versions flatten all dimensions from the axis on.
  const outer = shape.slice(0, front).reduce((a, b) => a * b, 1);
  const flat = node.call("reshape", [node.input(0)], { newshape: [outer, -1] });
  const result = node.call("nn.softmax", [flat], { axis: 1 });
  return [node.call("reshape", [result], { newshape: [...shape], allowzero: true })];
};

const lrn: Converter = (node) => [
  node.call("nn.lrn", [node.input(0)], {
    size: node.int("size"),
    axis: 1,
    bias: node.float("bias", 1),
    alpha: node.float("alpha", 1e-4),
    beta: node.float("beta", 0.75),
  }),
];

export const NN_CONVERTERS: Readonly<Record<string, Converter>> = {
  AveragePool: pool("avg"),
  BatchNormalization: batchNormalization,
  Conv: conv,
  Gemm: gemm,
  GlobalAveragePool: (node) => [node.call("nn.global_avg_pool2d", [node.input(0)])],
  LRN: lrn,
  MatMul: matMul,
  MaxPool: pool("max"),
  QLinearConv: qlinearConv,
  QLinearMatMul: qlinearMatMul,
  Softmax: softmax,
};
