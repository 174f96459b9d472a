/**
 * Elementwise operations on whole tensors. Dimensions are matched from the last one; where one
 * operand has extent 1 (or no dimension), its elements are repeated.
 */

import { Span, UsageError } from "../support";
import { Analyzer } from "../arith";
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

/** How two elements combine. */
export type ElementOp = (a: PrimExpr, b: PrimExpr) => PrimExpr;

/** A tensor of one operand combined with a scalar, or of two. */
export type BroadcastOp = (a: TensorLike, b: TensorLike) => Tensor;

/**
 * The elementwise operation `combine`, making a tensor called `name`.
 * The result throws a UsageError for two scalars, and for shapes that do not fit.
 */
export function broadcastOp(name: string, combine: ElementOp): BroadcastOp {
  return (a, b) => {
    const span = Span.capture();
    const scalarInfo = { name, tag: "elemwise", span };
    if (!isTensor(a)) {
      if (!isTensor(b)) {
        throw new UsageError(
          "topi-shapes",
          `${name} of two scalars: one operand at least is a tensor`,
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
  return exprEqual(a, b) || isZero(new Analyzer().simplify(sub(a, b)));
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
  // A symbolic extent is 1 or the other one: which, the program finds out.
  if (x.kind !== "IntImm") return y.kind === "IntImm" ? y : max(x, y);
  if (y.kind !== "IntImm") return x;
  throw new UsageError(
    "topi-shapes",
    `${name}: shapes ${reprList(a.shape)} of ${a.name} and ${reprList(b.shape)} of ${b.name} ` +
      `do not fit, ${x.value} and ${y.value} differ and neither is 1`,
    {
      notes: [a, b].map((tensor) => ({
        text: `${tensor.name} was declared here`,
        span: tensor.op.span,
      })),
    },
  );
}

/** The element of `tensor` that goes into the element at `axes` of a result of `shape`. */
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
