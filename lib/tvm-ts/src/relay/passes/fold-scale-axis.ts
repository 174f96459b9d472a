/**
 * Moves a scale of output channels into the weights of the convolution or dense layer before it,
 * through activations and additions without other readers:
 *
 *     multiply(nn.conv2d(x, w), s)   =>   nn.conv2d(x, multiply(w, s))
 */

import { Call, Func, type Expr } from "../relay-expr";
import { sameShape, tensorType, type TensorType } from "../type";
import { countReaders, operandsOf, visitInPostOrder, withOperands } from "../visit";
import type { RelayPass } from "./relay-pass";
import { call, multiply, ops } from "./shorthand";
import { expandToAxis } from "./simplify-inference";

/** The axis whose scale an expression can absorb, and whether the scale must be positive. */
interface Message {
  readonly axis: number;
  readonly positive: boolean;
}

export const backwardFoldScaleAxis: RelayPass = {
  name: "BackwardFoldScaleAxis",
  doc: "moves scales of channels into the weights before them",
  run(func) {
    const messages = prepare(func);
    if (messages.size === 0) return func;
    const body = new Transformer(messages).run(func.body);
    return body === func.body ? func : new Func(func.params, body, func.primitive);
  },
};

function prepare(func: Func): Map<Expr, Message> {
  const messages = new Map<Expr, Message>();
  const readers = countReaders(func.body);
  visitInPostOrder(func.body, (expr) => {
    // A value with several readers would be scaled for all of them.
    if (expr.kind !== "call" || readers.get(expr) !== 1) return;
    const message = messageOf(
      expr,
      expr.args.map((arg) => messages.get(arg)),
    );
    if (message !== undefined) messages.set(expr, message);
  });
  return messages;
}

function messageOf(expr: Call, given: readonly (Message | undefined)[]): Message | undefined {
  if (expr.op.kind !== "op" || expr.type.kind === "unknown") return undefined;
  const [left, right] = given;
  switch (expr.op.name) {
    case "nn.relu":
      return left && { ...left, positive: true };
    case "nn.conv2d":
      return foldableConvolution(expr) ? { axis: 1, positive: false } : undefined;
    case "nn.dense":
      return { axis: 1, positive: false };
    case "nn.bias_add":
      return left?.axis === expr.attrs["axis"] ? left : undefined;
    case "add":
    case "subtract": {
      const [a, b] = typesOf(expr);
      if (left !== undefined && broadcastsAlong(a, b, left.axis)) return left;
      if (right !== undefined && broadcastsAlong(b, a, right.axis)) return right;
      const both = left !== undefined && right !== undefined && left.axis === right.axis;
      return both && sameShape(a.shape, b.shape) ? left : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether the layout is plain, with one group or a group for each channel. */
function foldableConvolution(conv: Call): boolean {
  const attrs = ops.conv2dAttrs(conv.attrs);
  if (attrs.data_layout !== "NCHW" || attrs.kernel_layout !== "OIHW") return false;
  const [data, weight] = typesOf(conv);
  const depthwise = attrs.groups === data.shape[1] && weight.shape[1] === 1;
  return attrs.groups === 1 || depthwise;
}

function typesOf(expr: Call): [TensorType, TensorType] {
  return [tensorType(expr.args[0]!.type, "data"), tensorType(expr.args[1]!.type, "data")];
}

/** Whether `b` has a number for each index of an axis of `a`. */
function broadcastsAlong(a: TensorType, b: TensorType, axis: number): boolean {
  const base = a.shape.length - b.shape.length;
  if (base < 0 || axis < base) return false;
  return b.shape.every((length, d) =>
    d + base === axis ? length === a.shape[axis] : length === 1,
  );
}

/** Such numbers as a vector. */
function asVector(expr: Expr, rank: number, axis: number): Expr {
  const { shape } = tensorType(expr.type, "a scale");
  const base = rank - shape.length;
  const ones = shape.map((_, d) => d).filter((d) => d + base !== axis);
  return ones.length === 0 ? expr : call(ops.squeeze, [expr], { axis: ones });
}

function isPositive(expr: Expr): boolean {
  return expr.kind === "constant" && expr.value.data.every((value) => value > 0);
}

class Transformer {
  private readonly results = new Map<Expr, Expr>();

  constructor(private readonly messages: ReadonlyMap<Expr, Message>) {}

  run(root: Expr): Expr {
    // Operands are rebuilt before their readers, so the recursion through scaled nodes is only as
    // deep as a chain of activations.
    visitInPostOrder(root, (expr) => this.plain(expr));
    return this.plain(root);
  }

  /** The rewritten expression without a scale. */
  private plain(expr: Expr): Expr {
    const cached = this.results.get(expr);
    if (cached !== undefined) return cached;
    const result = this.absorbed(expr) ?? this.rebuilt(expr);
    this.results.set(expr, result);
    return result;
  }

  private rebuilt(expr: Expr): Expr {
    return withOperands(
      expr,
      operandsOf(expr).map((operand) => this.plain(operand)),
    );
  }

  /** A multiplication whose operand absorbs the scale. */
  private absorbed(expr: Expr): Expr | undefined {
    if (expr.kind !== "call" || expr.op !== ops.multiply) return undefined;
    const types = typesOf(expr);
    for (const i of [0, 1] as const) {
      const message = this.messages.get(expr.args[i]!);
      if (message === undefined) continue;
      const scale = expr.args[1 - i]!;
      const fits =
        broadcastsAlong(types[i], types[1 - i]!, message.axis) &&
        (!message.positive || isPositive(scale));
      if (!fits) return undefined;
      const vector = asVector(scale, types[i].shape.length, message.axis);
      return this.scaled(expr.args[i] as Call, vector, message.axis);
    }
    return undefined;
  }

  /** An expression with a message, multiplied by a vector along its axis. */
  private scaled(expr: Call, scale: Expr, axis: number): Expr {
    const [first, second] = expr.args as [Expr, Expr];
    const name = expr.op.kind === "op" ? expr.op.name : "";
    if (name === "nn.relu") return expr.withArgs([this.scaled(first as Call, scale, axis)]);
    if (name === "nn.conv2d" || name === "nn.dense") {
      const rank = tensorType(second.type, "weights").shape.length;
      const weight = multiply(this.plain(second), expandToAxis(scale, rank, 0));
      return expr.withArgs([this.plain(first), weight]);
    }
    if (name === "nn.bias_add") {
      return expr.withArgs([
        this.scaled(first as Call, scale, axis),
        multiply(this.plain(second), scale),
      ]);
    }
    const types = typesOf(expr);
    const args = ([first, second] as const).map((arg, i) => {
      if (this.messages.has(arg)) return this.scaled(arg as Call, scale, axis);
      const rank = types[1 - i]!.shape.length;
      return multiply(this.plain(arg), expandToAxis(scale, rank, axis));
    });
    return expr.withArgs(args);
  }
}
