/** Elementwise operators on a tensor, and on two tensors that broadcast. */

import { isFloat, type ScalarType } from "../../ir";
import { UsageError } from "../../support";
import { HostTensor } from "../host-tensor";
import { OpPattern, type Attrs, type Op } from "../relay-op";
import { sameShape, sizeOf, TensorType, type Type } from "../type";
import {
  broadcastShape,
  broadcastStrides,
  defineOp,
  assertOperator,
  forEachPosition,
  tensors,
} from "./define-op";

function unary(name: string, compute: (value: number, dtype: ScalarType) => number): Op {
  return defineOp({
    name,
    pattern: OpPattern.elementwise,
    infer: (args) => tensors(name, args, 1)[0]!,
    evaluate: ([x]) => mapElements(x!, x!.dtype, (value) => compute(value, x!.dtype)),
  });
}

function mapElements(
  x: HostTensor,
  dtype: ScalarType,
  compute: (value: number) => number,
): HostTensor {
  const result = HostTensor.zeros(x.shape, dtype);
  for (let i = 0; i < x.size; i++) result.data[i] = compute(x.data[i]!);
  return result;
}

/** Ties are rounded away from zero, as in C's `round`. */
export function roundHalfAway(value: number): number {
  const size = Math.abs(value);
  const whole = Math.floor(size);
  return Math.sign(value) * (size - whole >= 0.5 ? whole + 1 : whole);
}

export const relu = unary("nn.relu", (value) => (value < 0 ? 0 : value));
export const sqrt = unary("sqrt", Math.sqrt);
export const negative = unary("negative", (value) => -value);
export const round = unary("round", roundHalfAway);
export const stopFusion = identity("annotation.stop_fusion", OpPattern.opaque);
export const bitpackStart = identity("annotation.bitpack_start", OpPattern.opaque);
export const bitpackEnd = identity("annotation.bitpack_end", OpPattern.opaque);
export const dropout = identity("nn.dropout", OpPattern.opaque);
export const copy = identity("copy", OpPattern.elementwise);

function identity(name: string, pattern: OpPattern): Op {
  return defineOp({
    name,
    pattern,
    infer: (args) => tensors(name, args, 1)[0]!,
    evaluate: ([x]) => x!,
  });
}

/** Marks where a value becomes a narrower type; realization replaces it by a cast. */
export const castHint = defineOp({
  name: "annotation.cast_hint",
  pattern: OpPattern.elementwise,
  attrs: [{ name: "dtype" }],
  infer: (args) => tensors("annotation.cast_hint", args, 1)[0]!,
  evaluate: ([x]) => x!,
});

/** Converts types: floats are truncated, integers wrap. */
export const cast = defineOp({
  name: "cast",
  pattern: OpPattern.elementwise,
  attrs: [{ name: "dtype" }],
  infer(args, attrs) {
    return new TensorType(tensors("cast", args, 1)[0]!.shape, attrs["dtype"] as ScalarType);
  },
  evaluate([x], attrs) {
    const dtype = attrs["dtype"] as ScalarType;
    if (dtype === x!.dtype) return x!;
    if (dtype === "bool") return mapElements(x!, dtype, (value) => (value === 0 ? 0 : 1));
    return mapElements(x!, dtype, isFloat(dtype) ? (value) => value : Math.trunc);
  },
});

/** Values limited to `[a_min, a_max]`. */
export const clip = defineOp({
  name: "clip",
  pattern: OpPattern.elementwise,
  attrs: [
    { name: "a_min", float: true },
    { name: "a_max", float: true },
  ],
  infer: (args) => tensors("clip", args, 1)[0]!,
  evaluate([x], attrs) {
    const low = attrs["a_min"] as number;
    const high = attrs["a_max"] as number;
    return mapElements(x!, x!.dtype, (value) => Math.max(Math.min(value, high), low));
  },
});

type Arithmetic = (a: number, b: number) => number;

/** `float` computes with floats, `integer` with integers; integers wrap around. */
function binary(name: string, float: Arithmetic | undefined, integer: Arithmetic): Op {
  return defineOp({
    name,
    pattern: OpPattern.broadcast,
    infer(args) {
      const [a, b] = tensors(name, args, 2) as [TensorType, TensorType];
      assertOperator(name, a.dtype === b.dtype, `its arguments are ${a.dtype} and ${b.dtype}`);
      assertOperator(
        name,
        float !== undefined || !isFloat(a.dtype),
        `it takes integers, not ${a.dtype}`,
      );
      return new TensorType(broadcastShape(name, a.shape, b.shape), a.dtype);
    },
    evaluate: ([a, b], _, type) =>
      combine(a!, b!, type as TensorType, isFloat(a!.dtype) ? float! : integer),
  });
}

function combine(a: HostTensor, b: HostTensor, type: TensorType, compute: Arithmetic): HostTensor {
  const result = HostTensor.zeros(type.shape, type.dtype);
  const into = result.data;
  const [left, right] = [a.data, b.data];
  if (b.size === 1 && sameShape(a.shape, type.shape)) {
    const value = right[0]!;
    for (let i = 0; i < into.length; i++) into[i] = compute(left[i]!, value);
  } else if (sameShape(a.shape, b.shape)) {
    for (let i = 0; i < into.length; i++) into[i] = compute(left[i]!, right[i]!);
  } else {
    const strides = [broadcastStrides(a.shape, type.shape), broadcastStrides(b.shape, type.shape)];
    forEachPosition(type.shape, strides, (i, [p, q]) => {
      into[i] = compute(left[p!]!, right[q!]!);
    });
  }
  return result;
}

function divideIntegers(a: number, b: number): number {
  if (b === 0) throw new UsageError("run-division-by-zero", "integer division by zero");
  return Math.trunc(a / b);
}

function power(a: number, b: number): number {
  return a ** b;
}

/** The product, wrapped to 32 bits if a double does not hold it exactly. */
function multiplyIntegers(a: number, b: number): number {
  const product = a * b;
  return Number.isSafeInteger(product) ? product : Math.imul(a, b);
}

const plus: Arithmetic = (a, b) => a + b;
const minus: Arithmetic = (a, b) => a - b;

export const add = binary("add", plus, plus);
export const subtract = binary("subtract", minus, minus);
export const multiply = binary("multiply", (a, b) => a * b, multiplyIntegers);
export const divide = binary("divide", (a, b) => a / b, divideIntegers);
export const pow = binary("power", power, power);
export const maximum = binary("maximum", Math.max, Math.max);
export const minimum = binary("minimum", Math.min, Math.min);
export const leftShift = binary("left_shift", undefined, (a, b) => a << b);
export const rightShift = binary("right_shift", undefined, (a, b) => a >> b);

/** Repeats a tensor to a larger shape. */
export const broadcastTo = defineOp({
  name: "broadcast_to",
  pattern: OpPattern.broadcast,
  attrs: [{ name: "shape" }, { name: "dtype", default: "" }],
  infer(args, attrs) {
    const [x] = tensors("broadcast_to", args, 1);
    const shape = attrs["shape"] as number[];
    assertOperator(
      "broadcast_to",
      sameShape(broadcastShape("broadcast_to", x!.shape, shape), shape),
      `[${x!.shape.join(", ")}] does not broadcast to [${shape.join(", ")}]`,
    );
    return new TensorType(shape, x!.dtype);
  },
  evaluate([x], _, type) {
    const { shape, dtype } = type as TensorType;
    if (sameShape(shape, x!.shape)) return x!;
    const result = HostTensor.zeros(shape, dtype);
    forEachPosition(shape, [broadcastStrides(x!.shape, shape)], (i, [p]) => {
      result.data[i] = x!.data[p!]!;
    });
    return result;
  },
});

/** Fills a tensor with a value. */
export const full = defineOp({
  name: "full",
  pattern: OpPattern.elementwise,
  attrs: [{ name: "shape" }, { name: "dtype", default: "" }],
  infer(args, attrs) {
    const [value] = tensors("full", args, 1);
    assertOperator(
      "full",
      sizeOf(value!.shape) === 1,
      `its value has ${sizeOf(value!.shape)} elements`,
    );
    return new TensorType(attrs["shape"] as number[], value!.dtype);
  },
  evaluate([value], _, type) {
    const { shape, dtype } = type as TensorType;
    const result = HostTensor.zeros(shape, dtype);
    result.data.fill(value!.data[0]!);
    return result;
  },
});

/**
 * Simulated quantization, in floats, before realization: `dom_scale` is the size of a step. `kind`
 * is 1 for an input, 2 for a weight, 3 for an activation; 0 is the identity.
 */
export const simulatedQuantize = defineOp({
  name: "relay.op.annotation.simulated_quantize",
  pattern: OpPattern.elementwise,
  attrs: [
    { name: "kind" },
    { name: "sign", default: true },
    { name: "rounding", default: "round" },
  ],
  infer: (args): Type => tensors("simulated_quantize", args, 4)[0]!,
  evaluate([x, scale, low, high], attrs: Attrs) {
    if (attrs["kind"] === 0) return x!;
    const [step, least, most] = [scale!, low!, high!].map((scalar) => scalar.data[0]!);
    return mapElements(x!, x!.dtype, (value) => {
      const limited = Math.max(Math.min(Math.fround(value / step!), most!), least!);
      return roundHalfAway(limited) * step!;
    });
  },
});
