/** Operators on elements, and conversions between floats and integers. */

import { Constant, constant, type Expr } from "../relay-expr";
import { HostTensor } from "../host-tensor";
import type { Converter } from "./convert-nn";
import type { OnnxNode } from "./node";

const unary =
  (op: string): Converter =>
  (node) => [node.call(op, [node.input(0)])];

const binary =
  (op: string): Converter =>
  (node) => [node.call(op, [node.input(0), node.input(1)])];

const sum: Converter = (node) => {
  let total = node.input(0);
  for (let i = 1; i < node.inputCount; i++) total = node.call("add", [total, node.input(i)]);
  return [total];
};

const clip: Converter = (node) => {
  if (node.opset < 11) {
    const most = 3.4028234663852886e38;
    const attrs = { a_min: node.float("min", -most), a_max: node.float("max", most) };
    return [node.call("clip", [node.input(0)], attrs)];
  }
  let result = node.input(0);
  const [low, high] = [node.optional(1), node.optional(2)];
  if (low?.kind === "constant" && high?.kind === "constant") {
    const [a_min, a_max] = [low.value.data[0]!, high.value.data[0]!];
    if (a_min <= a_max) return [node.call("clip", [result], { a_min, a_max })];
  }
  if (low !== undefined) result = node.call("maximum", [result, low]);
  if (high !== undefined) result = node.call("minimum", [result, high]);
  return [result];
};

const dropout: Converter = (node) => {
  const training =
    node.opset >= 12 && node.optional(2) !== undefined && node.constant(2).data[0] !== 0;
  if (training) throw node.error("it is in training mode; networks are run for inference only");
  const mask = node.call("full", [constant(1, "bool")], { shape: [...node.tensorType(0).shape] });
  return [node.input(0), mask];
};

/** The default zero point: 0 in the output's type. */
function zeroPoint(node: OnnxNode, dtype: "uint8" | HostTensor["dtype"]): Expr {
  return node.optional(2) ?? constant(0, dtype);
}

const quantizeLinear: Converter = (node) => {
  refuseBlocks(node);
  const zero = zeroPoint(node, "uint8");
  const dtype = zero.type.kind === "tensor" ? zero.type.dtype : "uint8";
  const attrs = { out_dtype: dtype, axis: node.int("axis", 1) };
  return [node.call("qnn.quantize", [node.input(0), node.input(1), zero], attrs)];
};

const dequantizeLinear: Converter = (node) => {
  refuseBlocks(node);
  const zero = zeroPoint(node, node.tensorType(0).dtype);
  const attrs = { axis: node.int("axis", 1) };
  return [node.call("qnn.dequantize", [node.input(0), node.input(1), zero], attrs)];
};

function refuseBlocks(node: OnnxNode): void {
  const size = node.int("block_size", 0);
  if (size !== 0) throw node.error(`block-wise scales are not supported; block_size is ${size}`);
}

const constantNode: Converter = (node) => {
  const value = node.tensor("value");
  if (value !== undefined) return [new Constant(value)];
  if (node.has("value_float")) return [constant(node.float("value_float", 0), "float32")];
  if (node.has("value_int")) return [constant(node.int("value_int"), "int64")];
  const floats = node.attribute("value_floats")?.floats;
  if (floats !== undefined)
    return [new Constant(HostTensor.of(floats, [floats.length], "float32"))];
  const ints = node.ints("value_ints");
  if (ints !== undefined) return [new Constant(HostTensor.of(ints, [ints.length], "int64"))];
  throw node.error("its value is not a tensor of numbers, a number or a list of numbers");
};

const constantOfShape: Converter = (node) => {
  const value = node.tensor("value") ?? HostTensor.of([0], [1], "float32");
  if (value.size !== 1) throw node.error(`its value has ${value.size} elements, not 1`);
  const shape = node.constantList(0);
  if (shape.some((length) => length < 0)) throw node.error(`[${shape.join(", ")}] is not a shape`);
  const filler = new Constant(value.reshape([]));
  return [node.call("full", [filler], { shape, dtype: value.dtype })];
};

export const ELEMENTWISE_CONVERTERS: Readonly<Record<string, Converter>> = {
  Add: binary("add"),
  Clip: clip,
  Constant: constantNode,
  ConstantOfShape: constantOfShape,
  DequantizeLinear: dequantizeLinear,
  Div: binary("divide"),
  Dropout: dropout,
  Identity: unary("copy"),
  Mul: binary("multiply"),
  QuantizeLinear: quantizeLinear,
  Relu: unary("nn.relu"),
  Sub: binary("subtract"),
  Sum: sum,
};
