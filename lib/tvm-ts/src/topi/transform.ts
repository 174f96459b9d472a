/** Operators that rearrange elements. */

import { UsageError } from "../support";
import { factlessAnalyzer } from "../arith";
import {
  add,
  constant,
  constIntValue,
  exprEqual,
  floorDiv,
  floorMod,
  ge,
  ifThenElse,
  IntImm,
  isConstInt,
  isZero,
  mul,
  reprList,
  sub,
  toExpr,
  type ExprLike,
  type PrimExpr,
} from "../ir";
import type { Tensor } from "../te";
import { define, dimension, extents } from "./define";
import { tag } from "./tags";

/** The dimensions in another order; reversed if left out. */
export function transpose(x: Tensor, axes?: readonly number[]): Tensor {
  const order = (axes ?? x.shape.map((_, i) => x.ndim - 1 - i)).map((axis) =>
    dimension("transpose", x, axis),
  );
  if (order.length !== x.ndim || new Set(order).size !== x.ndim) {
    throw new UsageError(
      "topi-shapes",
      `transpose: [${order.join(", ")}] must have each of the ${x.ndim} dimensions of ${x.name} once`,
    );
  }
  return define(
    order.map((dim) => x.shape[dim]!),
    (i) => x(...x.shape.map((_, dim) => i[order.indexOf(dim)]!)),
    { name: "T_transpose", tag: tag.INJECTIVE },
  );
}

/**
 * The same elements in row-major order, in another shape.
 * @throws UsageError when the numbers of elements are known and differ.
 */
export function reshape(x: Tensor, shape: readonly ExprLike[]): Tensor {
  const target = extents(shape);
  checkSameSize(x, target);
  const info = { name: "T_reshape", tag: tag.INJECTIVE };
  if ([...target, ...x.shape].some(isZero)) {
    return define(target, () => constant(0, x.dtype), info);
  }
  return define(target, (i) => x(...unravelIndex(ravelIndex(i, target), x.shape)), info);
}

function checkSameSize(x: Tensor, target: readonly PrimExpr[]): void {
  const size = (shape: readonly PrimExpr[]): number =>
    shape.reduce((sofar, extent) => sofar * (constIntValue(extent) ?? NaN), 1);
  const [before, after] = [size(x.shape), size(target)];
  if (Number.isNaN(before) || Number.isNaN(after) || before === after) return;
  throw new UsageError(
    "topi-shapes",
    `reshape: ${x.name} of shape ${reprList(x.shape)} has ${before} elements, ` +
      `${reprList(target)} has ${after}`,
  );
}

/** The flat index of an element in row-major order. */
export function ravelIndex(indices: readonly PrimExpr[], shape: readonly PrimExpr[]): PrimExpr {
  return indices.reduce<PrimExpr>(
    (sofar, index, i) => (i === 0 ? index : add(mul(sofar, shape[i]!), index)),
    toExpr(0),
  );
}

/** The indices of the element with a flat index. */
export function unravelIndex(index: PrimExpr, shape: readonly PrimExpr[]): PrimExpr[] {
  const indices: PrimExpr[] = [];
  let rest = index;
  for (const extent of [...shape].reverse()) {
    indices.unshift(floorMod(rest, extent));
    rest = floorDiv(rest, extent);
  }
  return indices;
}

/**
 * Removes dimensions of extent 1: those of `axes`, or all.
 * @throws UsageError when one of `axes` has another extent.
 */
export function squeeze(x: Tensor, axis?: number | readonly number[]): Tensor {
  const dims =
    axis === undefined
      ? x.shape.flatMap((extent, dim) => (isConstInt(extent, 1) ? [dim] : []))
      : [axis].flat().map((dim) => dimension("squeeze", x, dim));
  for (const dim of dims) {
    const extent = constIntValue(x.shape[dim]!);
    if (extent === undefined || extent === 1) continue;
    throw new UsageError(
      "topi-shapes",
      `squeeze: dimension ${dim} of ${x.name} is ${extent}, not 1`,
    );
  }
  const kept = x.shape.map((_, dim) => dim).filter((dim) => !dims.includes(dim));
  return define(
    kept.map((dim) => x.shape[dim]!),
    (i) => x(...x.shape.map((_, dim) => (kept.includes(dim) ? i[kept.indexOf(dim)]! : 0))),
    { name: "T_squeeze", tag: tag.INJECTIVE },
  );
}

/** Inserts `count` dimensions of extent 1, the first at `axis`. */
export function expandDims(x: Tensor, axis: number, count = 1): Tensor {
  const at = axis < 0 ? axis + x.ndim + 1 : axis;
  if (!Number.isInteger(at) || at < 0 || at > x.ndim || count < 0) {
    throw new UsageError(
      "topi-shapes",
      `expandDims: axis ${axis} is out of range for inserting ${count} dimensions into ${x.name}`,
    );
  }
  const ones = Array.from({ length: count }, () => new IntImm(1));
  return define(
    [...x.shape.slice(0, at), ...ones, ...x.shape.slice(at)],
    (i) => x(...i.slice(0, at), ...i.slice(at + count)),
    { name: "T_expand_dims", tag: tag.BROADCAST },
  );
}

/**
 * Concatenates tensors along a dimension.
 * @throws UsageError when they differ in type or in another dimension.
 */
export function concatenate(inputs: readonly Tensor[], axis = 0): Tensor {
  const first = inputs[0];
  if (first === undefined)
    throw new UsageError("topi-shapes", "concatenate needs at least one tensor");
  const dim = dimension("concatenate", first, axis);
  inputs.forEach((input) => checkJoinable(first, input, dim));
  const sizes = inputs.map((input) => input.shape[dim]!);
  const joined = factlessAnalyzer().simplify(sizes.reduce((a, b) => add(a, b)));
  return define(
    first.shape.map((extent, i) => (i === dim ? joined : extent)),
    (i) => {
      let position: PrimExpr = i[dim]!;
      return inputs.slice(1).reduce(
        (sofar, input, k) => {
          position = sub(position, sizes[k]!);
          const indices = i.map((index, d) => (d === dim ? position : index));
          return ifThenElse(ge(position, 0), input(...indices), sofar);
        },
        first(...i),
      );
    },
    { name: "T_concat", tag: tag.INJECTIVE },
  );
}

function checkJoinable(first: Tensor, other: Tensor, dim: number): void {
  const fits =
    first.dtype === other.dtype &&
    first.ndim === other.ndim &&
    first.shape.every((extent, i) => i === dim || exprEqual(extent, other.shape[i]!));
  if (fits) return;
  throw new UsageError(
    "topi-shapes",
    `concatenate: ${first.name} (${first.dtype} ${reprList(first.shape)}) and ${other.name} ` +
      `(${other.dtype} ${reprList(other.shape)}) differ in more than dimension ${dim}`,
  );
}
