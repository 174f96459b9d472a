/**
 * Fused functions of a network as tensor expressions with a schedule for the accelerator: packed convolutions
 * with their epilogue, and additions of packed integers on the ALU.
 */

import { relay, te, tir, topi } from "tvm-ts";
import type { Environment } from "../compiler";
import * as packed from "../topi";

/** A function for the accelerator: its arguments are the parameters, then the result. */
export interface AcceleratorFunction {
  readonly kind: "conv2d" | "alu";
  readonly args: readonly te.Tensor[];
  readonly result: te.Tensor;
  /** Returns a new schedule for each call. */
  schedule(knobs: packed.ConvKnobs): te.Schedule;
}

/** The function for the accelerator, or undefined when it runs on the host. */
export function acceleratorFunction(
  func: relay.Func,
  env: Environment,
): AcceleratorFunction | undefined {
  const kind = acceleratorKind(func);
  if (kind === undefined) return undefined;
  const { result, params } = asTensors(func, env);
  const scheduler = kind === "conv2d" ? packed.scheduleConv2dPacked : packed.scheduleAluPacked;
  return {
    kind,
    args: [...params, result],
    result,
    schedule: (knobs) => scheduler(result, knobs, env),
  };
}

/** The kind of operator that a function is for the accelerator. */
function acceleratorKind(func: relay.Func): "conv2d" | "alu" | undefined {
  const calls = relay.allExprs(func.body).filter((expr) => expr.kind === "call");
  if (!calls.every((call) => nameOf(call) in TENSORS)) return undefined;
  const conv = calls.find((call) => relay.isCallOf(call, "nn.conv2d"));
  if (conv !== undefined) {
    const attrs = relay.ops.conv2dAttrs(conv.attrs);
    return relay.ops.packedLayout(attrs.data_layout) === undefined ? undefined : "conv2d";
  }
  const isSum = calls.some(
    (call) => relay.isCallOf(call, "add") || relay.isCallOf(call, "multiply"),
  );
  const simple = calls.every((call) => (call.op as relay.Op).pattern <= relay.OpPattern.broadcast);
  const { type } = func.body;
  const packedResult =
    type.kind === "tensor" && type.shape.length === 6 && type.dtype.includes("int");
  const integers = func.params.every((param) => !String(param.type).includes("float"));
  return isSum && simple && packedResult && integers ? "alu" : undefined;
}

function asTensors(
  func: relay.Func,
  env: Environment,
): { result: te.Tensor; params: readonly te.Tensor[] } {
  const params = func.params.map((param) => {
    const { shape, dtype } = param.type as relay.TensorType;
    return te.placeholder([...shape], { name: param.name, dtype });
  });
  const values = new Map<relay.Expr, te.Tensor>(func.params.map((param, i) => [param, params[i]!]));
  relay.visitInPostOrder(func.body, (expr) => {
    if (expr.kind === "call") values.set(expr, tensorOf(expr, values, env));
  });
  return { result: values.get(func.body)!, params };
}

/** A scalar constant as a number, every other operand as a tensor. */
function operand(
  expr: relay.Expr,
  values: ReadonlyMap<relay.Expr, te.Tensor>,
): te.Tensor | tir.PrimExpr {
  if (expr.kind === "constant") return tir.constant(relay.scalarValue(expr), expr.type.dtype);
  return values.get(expr)!;
}

/** A conversion under the name that the schedule of additions looks for. */
function converted(x: te.Tensor, dtype: string): te.Tensor {
  const info = { name: packed.CAST_NAME, tag: topi.tag.ELEMWISE };
  return te.compute(x.shape, (...i) => x(...i).astype(dtype), info);
}

type MakeTensor = (
  x: te.Tensor,
  y: te.Tensor,
  attrs: relay.Call["attrs"],
  env: Environment,
) => te.Tensor;

/** What the accelerator can compute, as tensor expressions. */
const TENSORS: Readonly<Record<string, MakeTensor>> = {
  "nn.conv2d": convolution,
  add: (x, y) => topi.add(x, y) as te.Tensor,
  multiply: (x, y) => topi.multiply(x, y) as te.Tensor,
  right_shift: (x, y) => topi.rightShift(x, y) as te.Tensor,
  left_shift: (x, y) => topi.leftShift(x, y) as te.Tensor,
  "nn.relu": (x) => topi.nn.relu(x),
  clip: (x, _, attrs) => packed.clip(x, attrs["a_min"] as number, attrs["a_max"] as number),
  cast: (x, _, attrs) => converted(x, attrs["dtype"] as string),
  copy: (x) => topi.identity(x),
};

const nameOf = (call: relay.Call): string => (call.op as relay.Op).name;

function convolution(
  x: te.Tensor,
  y: te.Tensor,
  attrs: relay.Call["attrs"],
  env: Environment,
): te.Tensor {
  const { strides, padding } = relay.ops.conv2dAttrs(attrs);
  const [top, left, bottom, right] = relay.ops.allPadding(padding);
  if (top === bottom && left === right) {
    return packed.conv2dPacked(x, y, { strides, padding: [top, left], outDtype: env.accDtype });
  }
  // More on one side than on the other: padded before, so that the load still does it.
  const around = topi.nn.pad(x, [0, 0, top, left, 0, 0], [0, 0, bottom, right, 0, 0], {
    name: "pad_data",
  });
  return packed.conv2dPacked(around, y, { strides, outDtype: env.accDtype });
}

function tensorOf(
  call: relay.Call,
  values: ReadonlyMap<relay.Expr, te.Tensor>,
  env: Environment,
): te.Tensor {
  const [x, y] = call.args.map((arg) => operand(arg, values)) as [te.Tensor, te.Tensor];
  return TENSORS[nameOf(call)]!(x, y, call.attrs, env);
}
