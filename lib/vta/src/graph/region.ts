/** Finds the part of a network that goes to the accelerator. */

import { relay, UsageError } from "tvm-ts";

const { ops } = relay;

export interface PackOptions {
  /**
   * The value to pack: the result of the first operator of that name, or of the node of that name in the
   * file. If left out, the result of `nn.max_pool2d`, or without pooling the input of the first 8-bit
   * convolution.
   */
  readonly start?: string;
  /**
   * The operator, or the node, whose input is unpacked. If left out, `nn.global_avg_pool2d`, or where there is
   * none, the network's end.
   */
  readonly stop?: string;
}

/** The part of a network that goes to the accelerator. */
export interface Region {
  /** The value that is packed first. */
  readonly first: relay.Expr;
  /** The calls that it flows into, up to where the part stops. */
  readonly calls: ReadonlySet<relay.Expr>;
}

/** @throws UsageError when there is no such part. */
export function findRegion(func: relay.Func, options: PackOptions): Region {
  const order = relay.allExprs(func.body);
  const first = packedValue(order, options.start);
  const behind = dependents(order, first);
  const last = lastOf(order, first, behind, options.stop);
  const after = new Set<relay.Expr>(last && [last, ...dependents(order, last)]);
  return { first, calls: new Set(behind.filter((call) => !after.has(call))) };
}

function packedValue(order: readonly relay.Expr[], start: string | undefined): relay.Expr {
  if (start !== undefined) {
    const found = order.find(isCall(start)) ?? order.filter(isOfNode(start)).at(-1);
    if (found !== undefined) return found;
    throw noRegion(`the network has no ${start}, after which the accelerator's part should start`);
  }
  const convolutions = order.filter(isIntegerConvolution);
  const convolution = convolutions.find(isPlainConvolution);
  const pooling = order.findIndex(isCall("nn.max_pool2d"));
  const isFirst = convolution !== undefined && convolution === convolutions[0];
  if (isFirst && pooling >= 0 && pooling < order.indexOf(convolution)) return order[pooling]!;
  if (convolution !== undefined) return quantizedValue(convolution);
  throw noRegion(
    convolutions.length === 0
      ? "the network has no 8-bit convolution for the accelerator: quantize it first"
      : "all 8-bit convolutions of the network are packed already or have groups, which are computed on the host",
  );
}

function lastOf(
  order: readonly relay.Expr[],
  first: relay.Expr,
  behind: readonly relay.Call[],
  stop: string | undefined,
): relay.Expr | undefined {
  if (stop === undefined) return behind.find(isCall("nn.global_avg_pool2d"));
  const found = order.find(isCall(stop)) ?? order.find(isOfNode(stop));
  if (found === undefined)
    throw noRegion(`the network has no ${stop}, before which the accelerator's part should end`);
  if (order.indexOf(first) < order.indexOf(found)) return found;
  throw noRegion(
    `${stop} comes before the start of the accelerator's part: there is nothing to pack`,
  );
}

/** Calls that the value flows into, in order. */
function dependents(order: readonly relay.Expr[], value: relay.Expr): relay.Call[] {
  const reached = new Set([value]);
  const calls: relay.Call[] = [];
  for (const expr of order) {
    if (!relay.operandsOf(expr).some((operand) => reached.has(operand))) continue;
    reached.add(expr);
    if (expr.kind === "call") calls.push(expr);
  }
  return calls;
}

const isCall =
  (name: string) =>
  (expr: relay.Expr): boolean =>
    relay.isCallOf(expr, name);

const isOfNode =
  (name: string) =>
  (expr: relay.Expr): boolean =>
    expr.kind === "call" && (expr.origin?.startsWith(`node '${name}' `) ?? false);

function isIntegerConvolution(expr: relay.Expr): expr is relay.Call {
  if (!relay.isCallOf(expr, "nn.conv2d") || expr.type.kind !== "tensor") return false;
  return expr.type.dtype === "int32";
}

/** A convolution in integers and of one group, on data in which channels and batch are not in blocks. */
export function isPlainConvolution(expr: relay.Expr): boolean {
  if (!isIntegerConvolution(expr)) return false;
  const { data_layout: layout, groups } = ops.conv2dAttrs(expr.attrs);
  return layout === "NCHW" && groups === 1;
}

/** The value that is rounded to 8 bits for a convolution. */
function quantizedValue(convolution: relay.Call): relay.Expr {
  const steps = ["cast", "clip", "round", "multiply", "annotation.stop_fusion"];
  let value = convolution.args[0]!;
  while (value.kind === "call" && steps.some((name) => relay.isCallOf(value, name))) {
    value = value.args[0]!;
  }
  return value;
}

/** The error of a network without a part for the accelerator. */
export function noRegion(sentence: string): UsageError {
  return new UsageError("network-packing", sentence);
}
