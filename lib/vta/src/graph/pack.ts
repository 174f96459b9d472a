/**
 * Packing: the part of a quantized network that goes to the accelerator works on blocks of batch and
 * channels. Data is packed where that part starts and unpacked where it ends; weights and biases are
 * packed as constants.
 *
 * Channels that do not fill a block are padded with zeros, which the reference refuses on inputs.
 */

import { relay, UsageError } from "tvm-ts";
import type { Environment } from "../compiler";

const { ops } = relay;

export interface PackOptions {
  /** The operator whose result is packed, the first of that name; `nn.max_pool2d` if left out. */
  readonly start?: string;
  /** The operator whose input is unpacked, the first of that name; `nn.global_avg_pool2d` if left out. */
  readonly stop?: string;
}

/**
 * @throws UsageError when there is no such part, or it has operators that packed data cannot go
 * through.
 */
export function graphPack(
  func: relay.Func,
  env: Environment,
  { start = "nn.max_pool2d", stop = "nn.global_avg_pool2d" }: PackOptions = {},
): relay.Func {
  const marked = markRegion(func, start, stop);
  const packer = new Packer(env);
  const body = relay.rewriteFromOperands(marked.body, (before, operands) =>
    packer.rewrite(before, operands),
  );
  return new relay.Func(marked.params, body);
}

/** Puts the marks `bitpack_start` and `bitpack_end` around the part. */
function markRegion(func: relay.Func, start: string, stop: string): relay.Func {
  const order = relay.allExprs(func.body);
  const first = order.find((expr) => relay.isCallOf(expr, start));
  const last = order.find((expr) => relay.isCallOf(expr, stop));
  if (first === undefined || last === undefined) {
    throw new UsageError(
      "network-packing",
      `the network has no ${first === undefined ? start : stop}; the part for the accelerator starts ` +
        `behind the first ${start} and ends before the first ${stop}`,
    );
  }
  if (order.indexOf(first) > order.indexOf(last)) {
    throw new UsageError(
      "network-packing",
      `the first ${stop} comes before the first ${start}: there is nothing to pack`,
    );
  }
  const end = (last as relay.Call).args[0];
  return relay.rewriteBody(func, (before, rebuilt) => {
    if (before === first) return ops.call(ops.bitpackStart, [rebuilt]);
    return before === end ? ops.call(ops.bitpackEnd, [rebuilt]) : rebuilt;
  });
}

const shapeOf = (expr: relay.Expr): readonly number[] => typeOf(expr).shape;

function typeOf(expr: relay.Expr): relay.TensorType {
  if (expr.type.kind === "tensor") return expr.type;
  throw new UsageError(
    "network-packing",
    `the part for the accelerator has a value of type ${expr.type}`,
  );
}

const reshaped = (x: relay.Expr, newshape: readonly number[]): relay.Expr =>
  ops.call(ops.reshape, [x], { newshape });
const transposed = (x: relay.Expr, axes: readonly number[]): relay.Expr =>
  ops.call(ops.transpose, [x], { axes });

function padded(x: relay.Expr, widths: readonly (readonly number[])[]): relay.Expr {
  if (widths.every((pair) => pair.every((width) => width === 0))) return x;
  const zero = relay.constant(0, typeOf(x).dtype);
  return ops.call(ops.pad, [x, zero], { pad_width: widths });
}

/** How many are missing to a multiple of `block`. */
function missing(length: number, block: number): number {
  return (block - (length % block)) % block;
}

/** Operators that do the same to packed data as to plain data. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  "annotation.stop_fusion",
  "cast",
  "clip",
  "copy",
  "divide",
  "left_shift",
  "maximum",
  "minimum",
  "negative",
  "nn.relu",
  "right_shift",
  "round",
  "subtract",
]);

class Packer {
  private active = false;

  constructor(private readonly env: Environment) {}

  rewrite(before: relay.Expr, operands: readonly relay.Expr[]): relay.Expr {
    if (before.kind !== "call" || before.op.kind !== "op") {
      return relay.withOperands(before, operands);
    }
    switch (before.op.name) {
      case "annotation.bitpack_start":
        this.active = true;
        return this.packData(operands[0]!);
      case "annotation.bitpack_end":
        this.active = false;
        return this.unpackData(operands[0]!, shapeOf(before));
      default:
        return this.active ? this.packed(before, operands) : relay.withOperands(before, operands);
    }
  }

  private packed(before: relay.Call, operands: readonly relay.Expr[]): relay.Expr {
    const name = (before.op as relay.Op).name;
    if (name === "nn.conv2d") return this.convolution(before, operands);
    if (name === "add" || name === "multiply") return this.broadcasting(before, operands);
    if (ELEMENTWISE.has(name)) return relay.withOperands(before, operands);
    throw new UsageError(
      "network-packing",
      `${before.origin ?? "the network"}: ${name} cannot work on packed data; let the part for the ` +
        `accelerator start behind it or stop before it`,
    );
  }

  private packData(x: relay.Expr): relay.Expr {
    const { BATCH, BLOCK_IN } = this.env;
    const [n, c, h, w] = fourOf(x);
    const more = missing(c, BLOCK_IN);
    const moreBatch = missing(n, BATCH);
    const full = padded(x, [
      [0, moreBatch],
      [0, more],
      [0, 0],
      [0, 0],
    ]);
    const shape = [(n + moreBatch) / BATCH, BATCH, (c + more) / BLOCK_IN, BLOCK_IN, h, w];
    return transposed(reshaped(full, shape), [0, 2, 4, 5, 1, 3]);
  }

  private unpackData(x: relay.Expr, shape: readonly number[]): relay.Expr {
    const { BATCH, BLOCK_OUT } = this.env;
    const [n, c, h, w] = shape as [number, number, number, number];
    const [moreBatch, more] = [missing(n, BATCH), missing(c, BLOCK_OUT)];
    const plain = reshaped(transposed(x, [0, 4, 1, 5, 2, 3]), [n + moreBatch, c + more, h, w]);
    return padded(plain, [
      [0, -moreBatch],
      [0, -more],
      [0, 0],
      [0, 0],
    ]);
  }

  private convolution(before: relay.Call, operands: readonly relay.Expr[]): relay.Expr {
    const { BATCH, BLOCK_IN, BLOCK_OUT } = this.env;
    const [data, weight] = operands as [relay.Expr, relay.Expr];
    if (typeOf(before).dtype !== "int32") {
      throw new UsageError(
        "network-packing",
        `${before.origin ?? "a convolution"} is in float; only integer convolutions go to the accelerator: ` +
          `quantize it, or let the part start later`,
      );
    }
    const attrs = ops.conv2dAttrs(before.attrs);
    const [o, i, kh, kw] = fourOf(weight);
    if (attrs.groups !== 1) {
      throw new UsageError(
        "network-packing",
        `${before.origin ?? "a convolution"} has ${attrs.groups} groups; the accelerator's part takes one`,
      );
    }
    const [moreOut, moreIn] = [missing(o, BLOCK_OUT), missing(i, BLOCK_IN)];
    const full = padded(weight, [
      [0, moreOut],
      [0, moreIn],
      [0, 0],
      [0, 0],
    ]);
    const [outer, inner] = [(o + moreOut) / BLOCK_OUT, (i + moreIn) / BLOCK_IN];
    const kernel = transposed(
      reshaped(full, [outer, BLOCK_OUT, inner, BLOCK_IN, kh, kw]),
      [0, 2, 4, 5, 1, 3],
    );
    const settings = {
      ...before.attrs,
      channels: o + moreOut,
      data_layout: `NCHW${BATCH}n${BLOCK_IN}c`,
      kernel_layout: `OIHW${BLOCK_OUT}o${BLOCK_IN}i`,
    };
    return ops.call(ops.conv2d, [data, kernel], settings, before.origin);
  }

  /** A number for each channel is packed like the channels; everything else broadcasts as it did. */
  private broadcasting(before: relay.Call, operands: readonly relay.Expr[]): relay.Expr {
    const [left, right] = before.args.map(shapeOf) as [readonly number[], readonly number[]];
    if (relay.sameShape(left, right) || right.length !== 3) {
      return relay.withOperands(before, operands);
    }
    const { BATCH, BLOCK_OUT } = this.env;
    const [c, h, w] = right as [number, number, number];
    const more = missing(c, BLOCK_OUT);
    const full = padded(operands[1]!, [
      [0, more],
      [0, 0],
      [0, 0],
    ]);
    const blocks = (c + more) / BLOCK_OUT;
    const split = reshaped(full, [blocks, BLOCK_OUT, h, w, 1]);
    const shape = [blocks, h, w, BATCH, BLOCK_OUT];
    const bias = ops.call(ops.broadcastTo, [transposed(split, [0, 2, 3, 4, 1])], { shape });
    return before.withArgs([operands[0]!, bias]);
  }
}

function fourOf(x: relay.Expr): [number, number, number, number] {
  const shape = shapeOf(x);
  if (shape.length !== 4) {
    throw new UsageError(
      "network-packing",
      `what is packed has 4 dimensions; this has the shape [${shape.join(", ")}]`,
    );
  }
  return shape as [number, number, number, number];
}
