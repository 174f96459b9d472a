/** Converts between floats and integers with a scale and a zero point. */

import { isFloat, maxValueOf, minValueOf, type ScalarType } from "../../ir";
import { HostTensor } from "../host-tensor";
import { OpPattern, type Attrs } from "../relay-op";
import { sizeOf, TensorType } from "../type";
import { axisFromFront, defineOp, assertOperator, tensors } from "./define-op";

/** Ties are rounded to even. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const fraction = value - below;
  if (fraction !== 0.5) return fraction < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

const ATTRS = [{ name: "axis", default: 1 }];

/**
 * Maps each element to the parameter's value for it: a single value, or a value for each index of
 * `axis`.
 */
function parameterIndex(x: TensorType, parameter: TensorType, attrs: Attrs): (i: number) => number {
  if (sizeOf(parameter.shape) === 1) return () => 0;
  const axis = axisFromFront("a quantized operator", attrs["axis"] as number, x.shape.length);
  const length = x.shape[axis]!;
  const inner = sizeOf(x.shape.slice(axis + 1));
  return (i) => Math.floor(i / inner) % length;
}

function checkParameters(op: string, x: TensorType, parameters: TensorType[], attrs: Attrs): void {
  for (const { shape } of parameters) {
    if (sizeOf(shape) === 1) continue;
    const axis = axisFromFront(op, attrs["axis"] as number, x.shape.length);
    assertOperator(
      op,
      shape.length === 1 && shape[0] === x.shape[axis],
      `scales and zero points of [${shape.join(", ")}] do not fit axis ${axis} of ${x}`,
    );
  }
}

function saturated(value: number, dtype: ScalarType): number {
  return Math.min(Math.max(value, minValueOf(dtype)), maxValueOf(dtype));
}

/** `round(data / scale) + zero_point`, saturated to the type's range. */
export const quantize = defineOp({
  name: "qnn.quantize",
  pattern: OpPattern.opaque,
  attrs: [{ name: "out_dtype" }, ...ATTRS],
  infer(args, attrs) {
    const [x, scale, zero] = tensors("qnn.quantize", args, 3) as [
      TensorType,
      TensorType,
      TensorType,
    ];
    assertOperator("qnn.quantize", isFloat(x.dtype), `data must be a float, not ${x.dtype}`);
    checkParameters("qnn.quantize", x, [scale, zero], attrs);
    return new TensorType(x.shape, attrs["out_dtype"] as ScalarType);
  },
  evaluate([x, scale, zero], attrs, type) {
    const { shape, dtype } = type as TensorType;
    const result = HostTensor.zeros(shape, dtype);
    const ofScale = parameterIndex(x!.type, scale!.type, attrs);
    const ofZero = parameterIndex(x!.type, zero!.type, attrs);
    for (let i = 0; i < x!.size; i++) {
      const steps = roundHalfEven(Math.fround(x!.data[i]! / scale!.data[ofScale(i)]!));
      result.data[i] = saturated(steps + zero!.data[ofZero(i)]!, dtype);
    }
    return result;
  },
});

/** `(data - zero_point) * scale`. */
export const dequantize = defineOp({
  name: "qnn.dequantize",
  pattern: OpPattern.opaque,
  attrs: ATTRS,
  infer(args, attrs) {
    const [x, scale, zero] = tensors("qnn.dequantize", args, 3) as [
      TensorType,
      TensorType,
      TensorType,
    ];
    checkParameters("qnn.dequantize", x, [scale, zero], attrs);
    return new TensorType(x.shape, scale.dtype);
  },
  evaluate([x, scale, zero], attrs, type) {
    const result = HostTensor.zeros(x!.shape, (type as TensorType).dtype);
    const ofScale = parameterIndex(x!.type, scale!.type, attrs);
    const ofZero = parameterIndex(x!.type, zero!.type, attrs);
    for (let i = 0; i < x!.size; i++) {
      result.data[i] = (x!.data[i]! - zero!.data[ofZero(i)]!) * scale!.data[ofScale(i)]!;
    }
    return result;
  },
});

/** Converts integers in units of `input_scale` to integers in units of `output_scale`. */
export const requantize = defineOp({
  name: "qnn.requantize",
  pattern: OpPattern.opaque,
  attrs: [{ name: "out_dtype" }, ...ATTRS],
  infer(args, attrs) {
    const [x, scale, output, zero] = tensors("qnn.requantize", args, 4) as TensorType[];
    checkParameters("qnn.requantize", x!, [scale!, output!, zero!], attrs);
    return new TensorType(x!.shape, attrs["out_dtype"] as ScalarType);
  },
  evaluate([x, scale, output, zero], attrs, type) {
    const { shape, dtype } = type as TensorType;
    const result = HostTensor.zeros(shape, dtype);
    const indices = [scale!, output!, zero!].map((parameter) =>
      parameterIndex(x!.type, parameter.type, attrs),
    );
    for (let i = 0; i < x!.size; i++) {
      const factor = Math.fround(scale!.data[indices[0]!(i)]! / output!.data[indices[1]!(i)]!);
      const steps = roundHalfEven(Math.fround(x!.data[i]! * factor));
      result.data[i] = saturated(steps + zero!.data[indices[2]!(i)]!, dtype);
    }
    return result;
  },
});
