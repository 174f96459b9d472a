/**
 * Packing: the part of a quantized network that goes to the accelerator works on blocks of batch and
 * channels. Data is packed where that part starts and unpacked where it ends, and around operators in it that
 * cannot work on blocks; weights and biases are packed as constants.
 *
 * Channels that do not fill a block are padded with zeros; the reference refuses that on inputs.
 */

import { relay, UsageError } from "tvm-ts";
import type { Environment } from "../compiler";
import { findRegion, isPlainConvolution, noRegion, type PackOptions, type Region } from "./region";

const { ops } = relay;

/** Operators that compute each element by itself. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  "add",
  "annotation.stop_fusion",
  "cast",
  "clip",
  "copy",
  "divide",
  "left_shift",
  "maximum",
  "minimum",
  "multiply",
  "negative",
  "nn.relu",
  "right_shift",
  "round",
  "subtract",
]);

/** Whether an operator computes each element by itself. */
function isElementwise(call: relay.Call): boolean {
  return call.op.kind === "op" && ELEMENTWISE.has(call.op.name);
}

/** @throws UsageError when there is no such part, or none of its convolutions is in integers. */
export function graphPack(
  func: relay.Func,
  env: Environment,
  options: PackOptions = {},
): relay.Func {
  const packer = new Packer(env, findRegion(func, options));
  const body = relay.rewriteFromOperands(func.body, (before, operands) =>
    packer.rewrite(before, operands),
  );
  if (packer.convolutions === 0) {
    throw noRegion(
      "the accelerator's part has no 8-bit convolution of one group: quantize the network first, or let " +
        "the part start earlier or stop later",
    );
  }
  return new relay.Func(func.params, packer.plain(body));
}

type Shape = readonly number[];

const shapeOf = (expr: relay.Expr): Shape => typeOf(expr).shape;

function typeOf(expr: relay.Expr): relay.TensorType {
  if (expr.type.kind === "tensor") return expr.type;
  throw new UsageError(
    "network-packing",
    `the accelerator's part has a value of type ${expr.type}`,
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

/** The padding of `length` to a multiple of `block`. */
function missing(length: number, block: number): number {
  return (block - (length % block)) % block;
}

class Packer {
  /** The shapes of packed values before packing. */
  private readonly shapes = new Map<relay.Expr, Shape>();
  /** Packed values by their plain values, and the inverse, for those that were converted. */
  private readonly packedOf = new Map<relay.Expr, relay.Expr>();
  private readonly plainOf = new Map<relay.Expr, relay.Expr>();
  /** How many convolutions work on packed data. */
  convolutions = 0;

  constructor(
    private readonly env: Environment,
    private readonly region: Region,
  ) {}

  rewrite(before: relay.Expr, operands: readonly relay.Expr[]): relay.Expr {
    const isInRegion = before.kind === "call" && this.region.calls.has(before);
    const packed = isInRegion ? this.packedCall(before, operands) : undefined;
    if (packed !== undefined) {
      this.shapes.set(packed, shapeOf(before));
      return packed;
    }
    const plain = relay.withOperands(
      before,
      operands.map((operand) => this.plain(operand)),
    );
    return before === this.region.first ? this.packed(plain) : plain;
  }

  /** The call on packed data; undefined if it must work on plain data. */
  private packedCall(before: relay.Call, operands: readonly relay.Expr[]): relay.Expr | undefined {
    if (isPlainConvolution(before)) return this.convolution(before, operands);
    if (relay.isCallOf(before, "concatenate")) return this.concatenation(before, operands);
    return isElementwise(before) ? this.elementwise(before, operands) : undefined;
  }

  /** The value in blocks. */
  private packed(x: relay.Expr): relay.Expr {
    if (this.shapes.has(x)) return x;
    return this.packedOf.get(x) ?? this.converted(x, this.packData(x));
  }

  /** The value in the network's own layout. */
  plain(x: relay.Expr): relay.Expr {
    const shape = this.shapes.get(x);
    if (shape === undefined) return x;
    let plain = this.plainOf.get(x);
    if (plain === undefined) this.converted((plain = this.unpackData(x, shape)), x);
    return plain;
  }

  /** Records that one value is the other in blocks. */
  private converted(plain: relay.Expr, packed: relay.Expr): relay.Expr {
    this.shapes.set(packed, shapeOf(plain));
    this.packedOf.set(plain, packed);
    this.plainOf.set(packed, plain);
    return packed;
  }

  private packData(x: relay.Expr): relay.Expr {
    const { BATCH, BLOCK_IN } = this.env;
    const [n, c, h, w] = fourDimensions(x);
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
    this.convolutions++;
    const { BATCH, BLOCK_IN, BLOCK_OUT } = this.env;
    const data = this.packed(operands[0]!);
    const weight = operands[1]!;
    const [o, i, kh, kw] = fourDimensions(weight);
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

  /** Concatenates channels that fill their blocks. */
  private concatenation(
    before: relay.Call,
    [tuple]: readonly relay.Expr[],
  ): relay.Expr | undefined {
    if (tuple?.kind !== "tuple" || before.attrs["axis"] !== 1) return undefined;
    const parts = tuple.fields.map((field) => {
      const packed = this.packedOf.get(field);
      return packed && missing(shapeOf(field)[1]!, this.env.BLOCK_OUT) === 0 ? packed : undefined;
    });
    if (parts.includes(undefined)) return undefined;
    return before.withArgs([new relay.Tuple(parts as relay.Expr[])]);
  }

  /**
   * An operator that computes each element by itself, of which some operand is packed: operands of the same
   * shape are packed, a number for each channel is packed like the channels, a single number stays.
   */
  private elementwise(before: relay.Call, operands: readonly relay.Expr[]): relay.Expr | undefined {
    if (!operands.some((operand) => this.shapes.has(operand))) return undefined;
    const shape = shapeOf(before);
    const parts = operands.map((operand, i) => {
      const own = shapeOf(before.args[i]!);
      if (relay.sameShape(own, shape)) return this.packed(operand);
      if (own.every((length) => length === 1)) return operand;
      return i > 0 && isPerChannel(own, shape) ? this.packChannels(operand, own) : undefined;
    });
    return parts.includes(undefined) ? undefined : before.withArgs(parts as relay.Expr[]);
  }

  /** A number for each channel, or each channel and place. */
  private packChannels(x: relay.Expr, [c, h, w]: Shape): relay.Expr {
    const { BATCH, BLOCK_OUT } = this.env;
    const more = missing(c!, BLOCK_OUT);
    const full = padded(x, [
      [0, more],
      [0, 0],
      [0, 0],
    ]);
    const blocks = (c! + more) / BLOCK_OUT;
    const split = reshaped(full, [blocks, BLOCK_OUT, h!, w!, 1]);
    const shape = [blocks, h!, w!, BATCH, BLOCK_OUT];
    return ops.call(ops.broadcastTo, [transposed(split, [0, 2, 3, 4, 1])], { shape });
  }
}

/** Whether a shape is `[C, 1 or H, 1 or W]` for data of `[N, C, H, W]`. */
function isPerChannel(shape: Shape, [, ...lengths]: Shape): boolean {
  const [c, ...places] = lengths;
  if (shape.length !== 3 || lengths.length !== 3 || shape[0] !== c) return false;
  return places.every((length, i) => [1, length].includes(shape[i + 1]!));
}

function fourDimensions(x: relay.Expr): [number, number, number, number] {
  const shape = shapeOf(x);
  if (shape.length !== 4) {
    throw new UsageError(
      "network-packing",
      `only values of 4 dimensions can be packed; this one has the shape [${shape.join(", ")}]`,
    );
  }
  return shape as [number, number, number, number];
}
