/** Helpers with which operators create tensors. */

import { Span, UsageError } from "../support";
import { toExpr, type ExprLike, type PrimExpr, type Var } from "../ir";
import { computeTensor, type OperationAttrs, type Tensor } from "../te";
import { tag as tags } from "./tags";

export interface DefineInfo {
  readonly name: string;
  readonly tag?: string;
  readonly attrs?: OperationAttrs | undefined;
}

/** A tensor with axes `ax0`, `ax1`, ..., as in the reference's operators in C++. */
export function define(
  shape: readonly PrimExpr[],
  body: (axes: Var[]) => PrimExpr,
  info: DefineInfo,
): Tensor {
  return computeTensor(shape, body, { ...info, span: Span.capture() });
}

/** A tensor with axes `i0`, `i1`, ..., as in the reference's operators in Python. */
export function defineVariadic(
  shape: readonly PrimExpr[],
  body: (axes: Var[]) => PrimExpr,
  info: DefineInfo,
): Tensor {
  return computeTensor(shape, body, { ...info, span: Span.capture() }, "i");
}

/** Applies a function to every element of `x`. */
export function elementwise(x: Tensor, body: (value: PrimExpr) => PrimExpr): Tensor {
  return defineVariadic(x.shape, (i) => body(x(...i)), { name: "compute", tag: tags.ELEMWISE });
}

/** Extents as expressions. */
export function extents(shape: readonly ExprLike[]): PrimExpr[] {
  return shape.map((extent) => toExpr(extent));
}

/**
 * A dimension, counted from the end if negative.
 * @throws UsageError when `x` has no such dimension.
 */
export function dimension(operator: string, x: Tensor, dim: number): number {
  const position = dim < 0 ? dim + x.ndim : dim;
  if (Number.isInteger(position) && position >= 0 && position < x.ndim) return position;
  throw new UsageError(
    "topi-shapes",
    `${operator}: ${x.name} has ${x.ndim} dimensions; there is no dimension ${dim}`,
  );
}
