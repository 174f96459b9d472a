/**
 * Elementwise operations on whole tensors. Dimensions are matched from the last to the first. An
 * operand of extent 1 in a dimension, or without the dimension, is broadcast along it.
 */

import { Span, UsageError } from "../support";
import { factlessAnalyzer } from "../arith";
import {
  add,
  bitsOf,
  cast,
  div,
  exprEqual,
  isOne,
  isZero,
  max,
  mul,
  reprList,
  sub,
  toExpr,
  zero,
  type PrimExpr,
  type Var,
} from "../ir";
import { computeTensor } from "./declare";
import { bindTensorOperators, isTensor, type Tensor, type TensorLike } from "./tensor";

/** Combines two elements. */
export type ElementOp = (a: PrimExpr, b: PrimExpr) => PrimExpr;

/** Takes two operands, of which at least one is a tensor. */
export type BroadcastOp = (a: TensorLike, b: TensorLike) => Tensor;

/**
 * An elementwise operation that applies `combine` and names its result `name`. It throws a UsageError
 * for two scalars, and for shapes that do not match.
 */
export function broadcastOp(name: string, combine: ElementOp): BroadcastOp {
  return (a, b) => {
    const span = Span.capture();
    const scalarInfo = { name, tag: "elemwise", span };
    if (!isTensor(a)) {
      if (!isTensor(b)) {
        throw new UsageError(
          "topi-shapes",
          `${name} of two scalars: at least one operand must be a tensor`,
        );
      }
      const scalar = toExpr(a);
      return computeTensor(b.shape, (i) => combine(scalar, b(...i)), scalarInfo);
    }
    if (!isTensor(b)) {
      const scalar = toExpr(b);
      return computeTensor(a.shape, (i) => combine(a(...i), scalar), scalarInfo);
    }
    const shape = broadcastShape(name, a, b);
    const at = (tensor: Tensor, i: Var[]): PrimExpr => elementAt(tensor, i, shape);
    const info = { name, tag: "broadcast", span };
    return computeTensor(shape, (i) => combine(at(a, i), at(b, i)), info);
  };
}

/** Whether two extents are provably the same. */
export function sameExtent(a: PrimExpr, b: PrimExpr): boolean {
  return exprEqual(a, b) || isZero(factlessAnalyzer().simplify(sub(a, b)));
}

function broadcastShape(name: string, a: Tensor, b: Tensor): PrimExpr[] {
  const ndim = Math.max(a.ndim, b.ndim);
  return Array.from({ length: ndim }, (_, i) => {
    const x = a.shape[a.ndim - ndim + i];
    const y = b.shape[b.ndim - ndim + i];
    if (x === undefined || y === undefined) return (x ?? y)!;
    const type = bitsOf(x.dtype) < bitsOf(y.dtype) ? y.dtype : x.dtype;
    return cast(type, commonExtent(name, a, b, x, y));
  });
}

function commonExtent(name: string, a: Tensor, b: Tensor, x: PrimExpr, y: PrimExpr): PrimExpr {
  if (sameExtent(x, y) || isOne(y)) return x;
  if (isOne(x)) return y;
  // A symbolic extent is 1 or equals the other extent; the program finds out at run time.
  if (x.kind !== "IntImm") return y.kind === "IntImm" ? y : max(x, y);
  if (y.kind !== "IntImm") return x;
  throw new UsageError(
    "topi-shapes",
    `${name}: shapes ${reprList(a.shape)} of ${a.name} and ${reprList(b.shape)} of ${b.name} ` +
      `do not match: ${x.value} and ${y.value} differ and neither is 1`,
    {
      notes: [a, b].map((tensor) => ({
        text: `${tensor.name} was declared here`,
        span: tensor.op.span,
      })),
    },
  );
}

/** The element of `tensor` from which the element at `axes` of a result of `shape` is computed. */
export function elementAt(
  tensor: Tensor,
  axes: readonly Var[],
  shape: readonly PrimExpr[],
): PrimExpr {
  const skipped = axes.length - tensor.ndim;
  const indices = tensor.shape.map((extent, dim) => {
    const axis = axes[skipped + dim]!;
    return isOne(extent) && !isOne(shape[skipped + dim]!) ? zero(axis.dtype) : axis;
  });
  return tensor(...indices);
}

bindTensorOperators({
  add: broadcastOp("T_add", add),
  subtract: broadcastOp("T_subtract", sub),
  multiply: broadcastOp("T_multiply", mul),
  divide: broadcastOp("T_divide", div),
  cast: castTensor,
});

/** Every element converted to `dtype`. */
export function castTensor(tensor: Tensor, dtype: string): Tensor {
  const info = { name: "compute", tag: "elemwise", span: Span.capture() };
  return computeTensor(tensor.shape, (i) => tensor(...i).astype(dtype), info, "i");
}
