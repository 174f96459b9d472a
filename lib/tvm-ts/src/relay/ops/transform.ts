/** Operators that only move elements. */

import { HostTensor } from "../host-tensor";
import { OpPattern, type Attrs } from "../relay-op";
import { sizeOf, TensorType, tensorType, type Type } from "../type";
import {
  axisFromFront,
  defineOp,
  assertOperator,
  forEachPosition,
  rowMajorStrides,
  tensors,
} from "./define-op";

const list = (attrs: Attrs, name: string): number[] => attrs[name] as number[];

/** The elements in another shape; -1 is inferred, 0 keeps the length. */
export const reshape = defineOp({
  name: "reshape",
  pattern: OpPattern.injective,
  attrs: [{ name: "newshape" }, { name: "allowzero", default: false }],
  infer(args, attrs) {
    const [x] = tensors("reshape", args, 1);
    const wanted = list(attrs, "newshape");
    const text = `[${wanted.join(", ")}]`;
    assertOperator(
      "reshape",
      wanted.every((length) => Number.isInteger(length) && length >= -1),
      `${text} is not a shape`,
    );
    const shape = wanted.map((length, d) => {
      if (length !== 0 || attrs["allowzero"] === true) return length;
      assertOperator(
        "reshape",
        d < x!.shape.length,
        `0 at position ${d} keeps a dimension that ${x} does not have`,
      );
      return x!.shape[d]!;
    });
    const open = shape.indexOf(-1);
    assertOperator("reshape", open === shape.lastIndexOf(-1), `${text} has more than one -1`);
    if (open >= 0) {
      const knownSize = sizeOf(shape.filter((_, d) => d !== open));
      assertOperator(
        "reshape",
        knownSize > 0 && x!.size % knownSize === 0,
        `${x} does not fit into ${text}`,
      );
      shape[open] = x!.size / knownSize;
    }
    assertOperator("reshape", sizeOf(shape) === x!.size, `${x} does not fit into ${text}`);
    return new TensorType(shape, x!.dtype);
  },
  evaluate: ([x], _, type) => x!.reshape((type as TensorType).shape),
});

/** Flattens all dimensions except the first. */
export const batchFlatten = defineOp({
  name: "nn.batch_flatten",
  pattern: OpPattern.injective,
  infer(args) {
    const [x] = tensors("nn.batch_flatten", args, 1);
    assertOperator("nn.batch_flatten", x!.shape.length >= 1, "a scalar has no batch dimension");
    return new TensorType([x!.shape[0]!, sizeOf(x!.shape.slice(1))], x!.dtype);
  },
  evaluate: ([x], _, type) => x!.reshape((type as TensorType).shape),
});

/** The dimensions in another order; reversed when `axes` is null. */
export const transpose = defineOp({
  name: "transpose",
  pattern: OpPattern.injective,
  attrs: [{ name: "axes", default: null }],
  infer(args, attrs) {
    const [x] = tensors("transpose", args, 1);
    return new TensorType(
      axesOf(x!, attrs).map((axis) => x!.shape[axis]!),
      x!.dtype,
    );
  },
  evaluate([x], attrs, type) {
    const { shape, dtype } = type as TensorType;
    const from = rowMajorStrides(x!.shape);
    const result = HostTensor.zeros(shape, dtype);
    forEachPosition(shape, [axesOf(x!.type, attrs).map((axis) => from[axis]!)], (i, [p]) => {
      result.data[i] = x!.data[p!]!;
    });
    return result;
  },
});

function axesOf(x: TensorType, attrs: Attrs): number[] {
  const rank = x.shape.length;
  const given = attrs["axes"] as number[] | null;
  const axes = (given ?? x.shape.map((_, d) => rank - 1 - d)).map((axis) =>
    axisFromFront("transpose", axis, rank),
  );
  assertOperator(
    "transpose",
    axes.length === rank && new Set(axes).size === rank,
    `axes [${axes.join(", ")}] are not the ${rank} axes of ${x} in some order`,
  );
  return axes;
}

/** Removes dimensions of length 1: those of `axis`, or all. */
export const squeeze = defineOp({
  name: "squeeze",
  pattern: OpPattern.injective,
  attrs: [{ name: "axis", default: null }],
  infer(args, attrs) {
    const [x] = tensors("squeeze", args, 1);
    const given = attrs["axis"] as number[] | null;
    const axes = given?.map((axis) => axisFromFront("squeeze", axis, x!.shape.length));
    const gone = (length: number, d: number): boolean => axes?.includes(d) ?? length === 1;
    x!.shape.forEach((length, d) => {
      assertOperator(
        "squeeze",
        !gone(length, d) || length === 1,
        `axis ${d} of ${x} has length ${length}, not 1`,
      );
    });
    return new TensorType(
      x!.shape.filter((length, d) => !gone(length, d)),
      x!.dtype,
    );
  },
  evaluate: ([x], _, type) => x!.reshape((type as TensorType).shape),
});

/** Inserts dimensions of length 1 at `axis`. */
export const expandDims = defineOp({
  name: "expand_dims",
  pattern: OpPattern.broadcast,
  attrs: [{ name: "axis" }, { name: "num_newaxis", default: 1 }],
  infer(args, attrs) {
    const [x] = tensors("expand_dims", args, 1);
    const axis = axisFromFront("expand_dims", attrs["axis"] as number, x!.shape.length + 1);
    const count = attrs["num_newaxis"] as number;
    const ones = new Array<number>(count).fill(1);
    return new TensorType([...x!.shape.slice(0, axis), ...ones, ...x!.shape.slice(axis)], x!.dtype);
  },
  evaluate: ([x], _, type) => x!.reshape((type as TensorType).shape),
});

/** Concatenates the fields of a tuple along an axis. */
export const concatenate = defineOp({
  name: "concatenate",
  pattern: OpPattern.injective,
  attrs: [{ name: "axis", default: 0 }],
  infer(args, attrs) {
    const fields = fieldTypes(args[0]);
    const first = fields[0]!;
    const axis = axisFromFront("concatenate", attrs["axis"] as number, first.shape.length);
    for (const field of fields) {
      const fits =
        field.shape.length === first.shape.length &&
        field.dtype === first.dtype &&
        field.shape.every((length, d) => d === axis || length === first.shape[d]);
      assertOperator(
        "concatenate",
        fits,
        `${first} and ${field} cannot be joined along axis ${axis}`,
      );
    }
    const total = fields.reduce((sum, field) => sum + field.shape[axis]!, 0);
    return new TensorType(
      first.shape.map((length, d) => (d === axis ? total : length)),
      first.dtype,
    );
  },
  evaluate(fields, attrs, type) {
    const { shape, dtype } = type as TensorType;
    const axis = axisFromFront("concatenate", attrs["axis"] as number, shape.length);
    const result = HostTensor.zeros(shape, dtype);
    const outer = sizeOf(shape.slice(0, axis));
    const row = sizeOf(shape.slice(axis));
    let offset = 0;
    for (const field of fields) {
      const length = field.size / outer || 0;
      for (let o = 0; o < outer; o++) {
        result.data.set(field.data.subarray(o * length, (o + 1) * length), o * row + offset);
      }
      offset += length;
    }
    return result;
  },
});

function fieldTypes(type: Type | undefined): TensorType[] {
  assertOperator(
    "concatenate",
    type?.kind === "tuple" && type.fields.length > 0,
    "it takes a tuple of at least one tensor",
  );
  return type.fields.map((field) => tensorType(field, "a field"));
}

const PAD_MODES = ["constant", "edge", "reflect"];

/**
 * Pads a tensor: `pad_width` has a pair for each dimension; negative widths remove elements. The
 * second argument is the padding for the mode `constant`.
 */
export const pad = defineOp({
  name: "nn.pad",
  pattern: OpPattern.injective,
  attrs: [{ name: "pad_width" }, { name: "pad_mode", default: "constant" }],
  infer(args, attrs) {
    const [x] = tensors("nn.pad", args, 2);
    const widths = attrs["pad_width"] as number[][];
    const mode = attrs["pad_mode"] as string;
    assertOperator(
      "nn.pad",
      PAD_MODES.includes(mode),
      `mode '${mode}' is not one of ${PAD_MODES.join(", ")}`,
    );
    assertOperator(
      "nn.pad",
      widths.length === x!.shape.length,
      `${widths.length} pairs do not fit ${x!.shape.length} dimensions`,
    );
    const shape = x!.shape.map((length, d) => length + widths[d]![0]! + widths[d]![1]!);
    assertOperator(
      "nn.pad",
      shape.every((length) => length >= 0),
      `pad_width removes all elements of ${x}`,
    );
    if (mode !== "constant") {
      const least = mode === "reflect" ? 1 : 0;
      const fits = x!.shape.every((length, d) =>
        widths[d]!.every((width) => width <= 0 || length > least * width),
      );
      assertOperator("nn.pad", fits, `${x} is too small for the widths in mode ${mode}`);
    }
    return new TensorType(shape, x!.dtype);
  },
  evaluate([x, value], attrs, type) {
    const { shape, dtype } = type as TensorType;
    const widths = attrs["pad_width"] as number[][];
    const mode = attrs["pad_mode"] as string;
    const strides = rowMajorStrides(x!.shape);
    // The source of each index of the result, by dimension; -1 is padding.
    const sources = shape.map((length, d) => {
      const inside = x!.shape[d]!;
      return Array.from({ length }, (_, i) => {
        const at = i - widths[d]![0]!;
        if (at >= 0 && at < inside) return at * strides[d]!;
        if (mode === "constant") return -1;
        if (mode === "edge") return (at < 0 ? 0 : inside - 1) * strides[d]!;
        const mirrored = at < 0 ? -at : 2 * (inside - 1) - at;
        return mirrored * strides[d]!;
      });
    });
    const result = HostTensor.zeros(shape, dtype);
    const steps = rowMajorStrides(shape);
    for (let i = 0; i < result.size; i++) {
      let position = 0;
      for (let d = 0; d < shape.length && position >= 0; d++) {
        const source = sources[d]![Math.floor(i / steps[d]!) % shape[d]!]!;
        position = source < 0 ? -1 : position + source;
      }
      result.data[i] = position < 0 ? value!.data[0]! : x!.data[position]!;
    }
    return result;
  },
});

/** Moves blocks of channels to positions of the image. */
export const depthToSpace = defineOp({
  name: "nn.depth_to_space",
  pattern: OpPattern.injective,
  attrs: [
    { name: "block_size" },
    { name: "layout", default: "NCHW" },
    { name: "mode", default: "DCR" },
  ],
  infer(args, attrs) {
    const [x] = tensors("nn.depth_to_space", args, 1);
    const block = attrs["block_size"] as number;
    assertOperator("nn.depth_to_space", x!.shape.length === 4, `${x} is not a batch of images`);
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    assertOperator(
      "nn.depth_to_space",
      Number.isInteger(block) && block >= 1 && c % (block * block) === 0,
      `${c} channels cannot be divided into blocks of ${block}x${block}`,
    );
    return new TensorType([n, c / block / block, h * block, w * block], x!.dtype);
  },
  evaluate([x], attrs, type) {
    const { shape, dtype } = type as TensorType;
    const block = attrs["block_size"] as number;
    const [, depth, height, width] = shape as [number, number, number, number];
    const [, channels, h, w] = x!.shape as [number, number, number, number];
    const result = HostTensor.zeros(shape, dtype);
    for (let i = 0; i < result.size; i++) {
      const x0 = i % width;
      const y0 = Math.floor(i / width) % height;
      const c0 = Math.floor(i / width / height) % depth;
      const n = Math.floor(i / width / height / depth);
      const inBlock = (y0 % block) * block + (x0 % block);
      const channel = attrs["mode"] === "DCR" ? inBlock * depth + c0 : c0 * block * block + inBlock;
      const row = (n * channels + channel) * h + Math.floor(y0 / block);
      result.data[i] = x!.data[row * w + Math.floor(x0 / block)]!;
    }
    return result;
  },
});
