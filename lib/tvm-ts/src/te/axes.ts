/** Variables and axes, as users declare them. */

import { Span, UsageError } from "../support";
import {
  canonicalDType,
  constant,
  constIntValue,
  isInteger,
  isZero,
  IterVar,
  reprExpr,
  Range,
  sub,
  toExpr,
  Var,
  type ExprLike,
  type PrimExpr,
} from "../ir";

/** Extents, outermost dimension first. A single extent needs no array. */
export type ShapeLike = ExprLike | readonly ExprLike[];

/** A range as `[begin, end]`, end not included, or as a `Range`. */
export type RangeLike = Range | readonly [ExprLike, ExprLike];

/** A symbolic integer (or value of another type) that is known when the program runs. */
export function variable(name = "tindex", dtype = "int32"): Var {
  return new Var(name, canonicalDType(dtype), undefined, false, Span.capture());
}

/** A symbolic extent: a variable that is not negative. */
export function sizeVar(name = "size", dtype = "int32"): Var {
  return new Var(name, canonicalDType(dtype), undefined, true, Span.capture());
}

/**
 * A constant of `dtype`; without `dtype`, an `int32` for an integer and a `float32` for other numbers.
 * @throws UsageError for a value the type cannot hold.
 */
export function constantOf(value: number | boolean, dtype?: string): PrimExpr {
  return dtype === undefined ? toExpr(value) : constant(value, dtype);
}

/**
 * An axis to reduce over, for `sum`, `max`, `min` and other reducers.
 * @throws UsageError when a bound is not an integer, or `end` is less than `begin`.
 * @example
 * const A = te.placeholder([8, 4], { name: "A" });
 * const k = te.reduceAxis([0, 4], "k");
 * const B = te.compute([8], (i) => te.sum(A(i, k), k), "B");
 * B.op.reduceAxis[0] // => iter_var(k, range(min=0, ext=4))
 */
export function reduceAxis(dom: RangeLike, name = "rv"): IterVar {
  const span = Span.capture();
  const range = rangeOf(dom, `reduction axis ${name}`);
  const variable = new Var(name, range.extent.dtype, undefined, false, span);
  return new IterVar(range, variable, "CommReduce", "", span);
}

/**
 * A thread axis, to which loops are bound: `threadAxis("threadIdx.x")`, or with a range
 * `threadAxis([0, 32], "threadIdx.x")`. The tag is `blockIdx.x`, `threadIdx.x` and so on; `vthread`
 * and `cthread` are virtual threads.
 * @throws UsageError when there is no tag.
 * @example
 * te.threadAxis("vthread") // => iter_var(vthread, , vthread)
 */
export function threadAxis(tag: string, options?: { readonly name?: string }): IterVar;
export function threadAxis(
  dom: RangeLike | undefined,
  tag: string,
  options?: { readonly name?: string },
): IterVar;
export function threadAxis(
  first: string | RangeLike | undefined,
  second?: string | { readonly name?: string },
  third?: { readonly name?: string },
): IterVar {
  const span = Span.capture();
  const tag = typeof first === "string" ? first : second;
  if (typeof tag !== "string" || tag === "") {
    throw new UsageError(
      "te-bind",
      'a thread axis needs a tag, for example threadAxis("threadIdx.x")',
    );
  }
  const name = ((typeof second === "object" ? second : third) ?? {}).name ?? tag;
  const dom =
    first === undefined || typeof first === "string"
      ? undefined
      : rangeOf(first, `thread axis ${tag}`);
  return new IterVar(dom, new Var(name, dom?.extent.dtype ?? "int32"), "ThreadIndex", tag, span);
}

/** A range as users write it; `what` names it in messages. */
function rangeOf(given: RangeLike, what: string): Range {
  if (given instanceof Range) return given;
  if (!Array.isArray(given) || given.length !== 2) {
    throw new UsageError("te-axis-range", `the range of ${what} must be an array [begin, end]`);
  }
  const [begin, end] = (given as readonly [ExprLike, ExprLike]).map((bound) => toExpr(bound));
  for (const bound of [begin!, end!]) {
    if (isInteger(bound.dtype)) continue;
    throw new UsageError(
      "te-axis-range",
      `the range of ${what} is from ${reprExpr(begin!)} to ${reprExpr(end!)}; its bounds must be integers`,
    );
  }
  const extent = isZero(begin!) ? end! : sub(end!, begin!);
  const size = constIntValue(extent);
  if (size !== undefined && size < 0) {
    throw new UsageError(
      "te-axis-range",
      `the end of the range of ${what} is ${reprExpr(end!)}, less than its begin ${reprExpr(begin!)}`,
    );
  }
  return new Range(begin!, extent);
}

/**
 * A shape as users write it, as expressions; `what` names it in messages.
 * @throws UsageError for an extent that is negative or not an integer.
 */
export function shapeExprs(given: ShapeLike, what: string): PrimExpr[] {
  const dims = Array.isArray(given) ? (given as readonly ExprLike[]) : [given as ExprLike];
  return dims.map((dim, i) => {
    const extent = toExpr(dim);
    const value = constIntValue(extent);
    if (!isInteger(extent.dtype) || (value !== undefined && value < 0)) {
      throw new UsageError(
        "te-axis-range",
        `dimension ${i} of ${what} is ${reprExpr(extent)}; an extent must be a non-negative integer`,
      );
    }
    return extent;
  });
}
