/**
 * Packing: the part of a quantized network that goes to the accelerator works on blocks of batch and
 * channels. Data is packed where that part starts and unpacked where it ends; weights and biases are
 * packed as constants.
 *
 * Channels that do not fill a block are padded with zeros, which the reference refuses on inputs.
 */

import { relay, UsageError } from "tvm-ts";
import type { Environment } from "../compiler";
import { isElementwise, markRegion, type PackOptions } from "./region";

const { ops } = relay;

/**
 * @throws UsageError when there is no such part, or it has operators that packed data cannot go
 * through.
 */
export function graphPack(
  func: relay.Func,
  env: Environment,
  options: PackOptions = {},
): relay.Func {
  const marked = markRegion(func, options);
  const packer = new Packer(env);
  const body = relay.rewriteFromOperands(marked.body, (before, operands) =>
    packer.rewrite(before, operands),
  );
  return new relay.Func(marked.params, body);
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
    if (isElementwise(before)) return relay.withOperands(before, operands);
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
