/** Padding and dilation. */

import { UsageError } from "../../support";
import { factlessAnalyzer } from "../../arith";
import {
  add,
  all,
  constant,
  eq,
  floorDiv,
  floorMod,
  ge,
  ifThenElse,
  isOne,
  isZero,
  lt,
  mul,
  sub,
  toExpr,
  type ExprLike,
  type PrimExpr,
} from "../../ir";
import type { OperationAttrs, Tensor } from "../../te";
import { defineVariadic, extents } from "../define";
import { tag } from "../tags";

export interface PadOptions {
  /** A number or an expression; 0 if left out. */
  readonly padValue?: ExprLike;
  readonly name?: string;
  readonly attrs?: OperationAttrs;
}

function checkCount(operator: string, x: Tensor, what: string, amounts: readonly ExprLike[]): void {
  if (amounts.length === x.ndim) return;
  throw new UsageError(
    "topi-shapes",
    `${operator}: ${x.name} has ${x.ndim} dimensions; there are ${amounts.length} ${what}`,
  );
}

/**
 * Pads each dimension of `x` with `before` elements before it and `after` (if left out: `before`)
 * after it.
 */
export function pad(
  x: Tensor,
  before: readonly ExprLike[],
  after: readonly ExprLike[] = before,
  options: PadOptions = {},
): Tensor {
  checkCount("pad", x, "amounts before it", before);
  checkCount("pad", x, "amounts after it", after);
  const front = extents(before);
  const back = extents(after);
  const { padValue = 0, name = "PadInput", attrs } = options;
  const value = typeof padValue === "number" ? constant(padValue, x.dtype) : toExpr(padValue);
  const analyzer = factlessAnalyzer();
  const shape = x.shape.map((extent, dim) =>
    analyzer.simplify(add(add(extent, front[dim]!), back[dim]!)),
  );
  return defineVariadic(
    shape,
    (i) => {
      const inside: PrimExpr[] = [];
      const indices = i.map((axis, dim) => {
        const skipped = front[dim]!;
        if (isZero(skipped) && isZero(back[dim]!)) return axis;
        inside.push(ge(axis, skipped), lt(axis, add(x.shape[dim]!, skipped)));
        return sub(axis, skipped);
      });
      const element = x(...indices);
      return inside.length === 0 ? element : ifThenElse(all(...inside), element, value);
    },
    { name, tag: `${tag.INJECTIVE},pad`, attrs },
  );
}

/**
 * Dilates `x`: its elements are `strides` apart in each dimension, with `dilationValue` in between.
 */
export function dilate(
  x: Tensor,
  strides: readonly ExprLike[],
  dilationValue = 0,
  name = "DilatedInput",
): Tensor {
  checkCount("dilate", x, "strides", strides);
  const steps = extents(strides);
  const analyzer = factlessAnalyzer();
  const shape = x.shape.map((extent, dim) =>
    analyzer.simplify(add(mul(sub(extent, 1), steps[dim]!), 1)),
  );
  return defineVariadic(
    shape,
    (i) => {
      const onElement: PrimExpr[] = [];
      const indices = i.map((axis, dim) => {
        const step = steps[dim]!;
        if (isOne(step)) return axis;
        onElement.push(eq(floorMod(axis, step), 0));
        return floorDiv(axis, step);
      });
      const element = x(...indices);
      if (onElement.length === 0) return element;
      return ifThenElse(all(...onElement), element, constant(dilationValue, x.dtype));
    },
    { name, tag: `${tag.INJECTIVE},dilate` },
  );
}
