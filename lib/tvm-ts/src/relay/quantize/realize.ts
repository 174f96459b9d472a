/**
 * Replaces simulated quantization by integer arithmetic: each value becomes integers and the value
 * of one step; changes of the step become shifts.
 */

import type { ScalarType } from "../../ir";
import { UsageError } from "../../support";
import { constant, scalarValue, Tuple, type Call, type Expr } from "../relay-expr";
import type { RelayPass } from "../passes/relay-pass";
import {
  add,
  call as makeCall,
  cast,
  clip,
  leftShift,
  multiply,
  ops,
  rightShift,
  round,
  stopFusion,
} from "../passes/shorthand";
import { isCallOf } from "../visit";
import { ACTIVATION_DTYPE, INPUT_DTYPE, QuantizeKind, type QuantizeConfig } from "./config";
import { fixedPointMultiply } from "./fixed-point";
import {
  forwardRewrite,
  Temporary,
  TemporaryTuple,
  type Result,
  type ForwardRewrite,
} from "./forward-rewrite";

/** The largest float32 that fits an int32; the largest int32 as a float32 is `2 ** 31`, which does not fit. */
const MOST_IN_INT32 = 2 ** 31 - 2 ** 7;

/** Integers (possibly stored as floats) with the size of a step. */
class Quantized extends Temporary {
  constructor(
    readonly data: Expr,
    /** A float32. */
    readonly step: number,
    readonly dtype: ScalarType,
    /** The largest magnitude of the represented values, if they were clipped to it; else 0. */
    readonly limit = 0,
  ) {
    super();
  }
  realize(): Expr {
    return multiply(cast(this.data, "float32"), constant(this.step, "float32"));
  }
}

const isQuantized = (result: Result | undefined): result is Quantized =>
  result instanceof Quantized;

/** The number of bits between two steps if it is an integer, or undefined. */
function shiftBetween(larger: number, smaller: number): number | undefined {
  const bits = Math.fround(Math.log2(Math.fround(larger / smaller)));
  return Number.isInteger(bits) ? bits : undefined;
}

function converted(value: Quantized, dtype: ScalarType): Expr {
  return value.dtype === dtype ? value.data : cast(value.data, dtype);
}

/** Converts integers in steps of `from` to integers in steps of `to`. */
function rescaled(data: Expr, from: number, to: number, dtype: ScalarType): Expr {
  if (from === to) return data;
  const factor = Math.fround(from / to);
  const bits = shiftBetween(from, to);
  if (bits !== undefined)
    return bits > 0 ? leftShift(data, bits, dtype) : rightShift(data, -bits, dtype);
  if (Number.isInteger(factor)) return multiply(data, constant(factor, dtype));
  return cast(fixedPointMultiply(data, factor), dtype);
}

/** The largest magnitude of the represented values, if it is known; else 0. */
function limitOf({ dtype, step, limit }: Quantized): number {
  return dtype === INPUT_DTYPE ? 127 * step : limit;
}

/**
 * Converts arguments to the same type and step. The type is `INPUT_DTYPE` only if both have it and the same
 * step; otherwise values could be out of its range.
 */
function unified(
  refs: readonly Expr[],
  values: readonly Quantized[],
  config: QuantizeConfig,
  wanted?: ScalarType,
): { data: Expr[]; step: number; dtype: ScalarType } {
  const pair = values.length === 2;
  const isNarrow = (value: Quantized): boolean =>
    value.dtype === INPUT_DTYPE && value.step === values[0]!.step;
  const dtype = wanted ?? (pair && values.every(isNarrow) ? INPUT_DTYPE : ACTIVATION_DTYPE);
  const narrowed = values.map((value, i) => {
    const ref = refs[i]!;
    if (value.dtype !== dtype) return cast(value.data, dtype);
    const wasQuantized =
      isCallOf(ref, ops.simulatedQuantize.name) && ref.attrs["kind"] === QuantizeKind.input;
    return wasQuantized ? cast(stopFusion(cast(value.data, INPUT_DTYPE)), dtype) : value.data;
  });
  const finest = pair
    ? Math.min(values[0]!.step, values[1]!.step)
    : Math.fround(config.globalScale / 2 ** 31);
  // Concatenated values must all fit. Sums keep the finest step, as a coarser one would lose bits.
  const limit = wanted === undefined ? Math.max(...values.map(limitOf)) : 0;
  const step = Math.max(finest, 2 ** Math.ceil(Math.log2(limit / 2 ** 31)));
  const data = narrowed.map((expr, i) => rescaled(expr, values[i]!.step, step, dtype));
  return { data, step, dtype };
}

function quantize(config: QuantizeConfig): ForwardRewrite {
  return (_, args) => {
    const [x, step, low, high] = args as [Result, Expr, Expr, Expr];
    const [to, least, most] = [scalarValue(step), scalarValue(low), scalarValue(high)];
    const limit = to * most;
    if (!isQuantized(x)) {
      const scaled = multiply(x as Expr, constant(1 / to, "float32"));
      return new Quantized(
        clip(round(scaled), least, Math.min(most, MOST_IN_INT32)),
        to,
        "float32",
        limit,
      );
    }
    const { data, dtype } = x;
    if (x.step === to) return new Quantized(clip(data, least, most), to, dtype, limit);
    const bits = shiftBetween(to, x.step);
    if (bits === undefined) {
      const product = fixedPointMultiply(cast(data, "int64"), Math.fround(x.step / to));
      return new Quantized(cast(clip(product, least, most), dtype), to, dtype, limit);
    }
    const integers = converted(x, ACTIVATION_DTYPE);
    const shifted =
      bits > 0
        ? rightShift(withHalf(integers, bits, config), bits, ACTIVATION_DTYPE)
        : leftShift(integers, -bits, ACTIVATION_DTYPE);
    return new Quantized(clip(shifted, least, most), to, ACTIVATION_DTYPE, limit);
  };
}

function withHalf(data: Expr, bits: number, config: QuantizeConfig): Expr {
  return config.roundForShift ? add(data, constant(2 ** (bits - 1), ACTIVATION_DTYPE)) : data;
}

/** Products of 8-bit integers with 32-bit sums. */
const product: ForwardRewrite = (call, [data, weight]) => {
  if (!isQuantized(data) || !isQuantized(weight)) return undefined;
  const args = [converted(data, INPUT_DTYPE), cast(weight.data, INPUT_DTYPE)];
  const attrs = { ...call.attrs, out_dtype: ACTIVATION_DTYPE };
  const result = makeCall(call.op as typeof ops.conv2d, args, attrs, call.origin);
  return new Quantized(result, Math.fround(data.step * weight.step), ACTIVATION_DTYPE);
};

const multiplication: ForwardRewrite = (call, [left, right]) => {
  if (!isQuantized(left) || !isQuantized(right)) return undefined;
  const args = [converted(left, ACTIVATION_DTYPE), converted(right, ACTIVATION_DTYPE)];
  return new Quantized(call.withArgs(args), Math.fround(left.step * right.step), ACTIVATION_DTYPE);
};

function addition(config: QuantizeConfig): ForwardRewrite {
  return (call, args) => {
    if (!args.every(isQuantized)) return undefined;
    const { data, step, dtype } = unified(call.args, args, config, ACTIVATION_DTYPE);
    // Quantized floats must not be fused with the operators that compute the floats.
    const parts = data.map((expr, i) => (args[i]!.dtype === "float32" ? stopFusion(expr) : expr));
    return new Quantized(call.withArgs(parts), step, dtype);
  };
}

function concatenation(config: QuantizeConfig): ForwardRewrite {
  return (call, [tuple]) => {
    if (!(tuple instanceof TemporaryTuple) || !isQuantized(tuple.fields[0])) return undefined;
    const ref = call.args[0]!;
    if (!tuple.fields.every(isQuantized) || ref.kind !== "tuple") {
      throw new UsageError(
        "quantize-network",
        `${call.origin ?? "a concatenation"}: it joins floats and integers`,
      );
    }
    const { data, step, dtype } = unified(ref.fields, tuple.fields, config);
    const limit = Math.max(...tuple.fields.map(limitOf));
    return new Quantized(call.withArgs([new Tuple(data)]), step, dtype, limit);
  };
}

const identity: ForwardRewrite = (call, [x]) =>
  isQuantized(x) ? new Quantized(call.withArgs([x.data]), x.step, x.dtype, x.limit) : undefined;

const limits: ForwardRewrite = (call, [x]) => {
  if (!isQuantized(x)) return undefined;
  const [low, high] = [call.attrs["a_min"] as number, call.attrs["a_max"] as number];
  return new Quantized(clip(x.data, low / x.step, high / x.step), x.step, x.dtype, x.limit);
};

const narrowPool: ForwardRewrite = (call, [x]) =>
  isQuantized(x)
    ? new Quantized(call.withArgs([cast(x.data, INPUT_DTYPE)]), x.step, INPUT_DTYPE)
    : undefined;

const widePool: ForwardRewrite = (call, [x]) =>
  isQuantized(x)
    ? new Quantized(
        call.withArgs([converted(x, ACTIVATION_DTYPE)]),
        x.step,
        ACTIVATION_DTYPE,
        limitOf(x),
      )
    : undefined;

const hint: ForwardRewrite = (call: Call, [x]) => {
  if (!isQuantized(x)) return undefined;
  const dtype = call.attrs["dtype"] as ScalarType;
  return new Quantized(cast(x.data, dtype), x.step, dtype, limitOf(x));
};

/** Receives the integers that represent a call's result, and the value of a step. */
export type NoteIntegers = (call: Call, integers: Expr, step: number) => void;

export function quantizeRealize(config: QuantizeConfig, note?: NoteIntegers): RelayPass {
  const rules: Record<string, ForwardRewrite> = {
    [ops.simulatedQuantize.name]: quantize(config),
    "nn.conv2d": product,
    "nn.dense": product,
    multiply: multiplication,
    add: addition(config),
    clip: limits,
    concatenate: concatenation(config),
    "nn.max_pool2d": narrowPool,
    "nn.avg_pool2d": widePool,
    "nn.global_avg_pool2d": widePool,
    "annotation.cast_hint": hint,
  };
  for (const name of [
    "nn.relu",
    "reshape",
    "strided_slice",
    "nn.batch_flatten",
    "transpose",
    "annotation.stop_fusion",
  ]) {
    rules[name] = identity;
  }
  return {
    name: "QuantizeRealize",
    doc: "replaces simulated quantization by integer arithmetic",
    run: (func) => forwardRewrite(func, note === undefined ? rules : noting(rules, note)),
  };
}

function noting(
  rules: Readonly<Record<string, ForwardRewrite>>,
  note: NoteIntegers,
): Record<string, ForwardRewrite> {
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]): [string, ForwardRewrite] => [
      name,
      (call, args) => {
        const result = rule(call, args);
        if (isQuantized(result)) note(call, result.data, result.step);
        return result;
      },
    ]),
  );
}
