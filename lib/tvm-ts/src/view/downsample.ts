/**
 * Reduces a tensor to a size that can be drawn. A block of neighbouring elements becomes one value:
 * its mean, or, where single values matter, the element farthest from zero.
 */

import { elementCount } from "../support";

/** The most values in an output; a front end requests more detail from the kernel. */
export const VALUE_BUDGET = 65536;

export type BlockReduction = "mean" | "extreme";

/** A tensor whose element `[i, j, ...]` represents a block of the original. */
export interface Reduced {
  readonly shape: readonly number[];
  /** The block's extent along each axis; the last block of an axis may be smaller. */
  readonly block: readonly number[];
  readonly values: Float64Array;
}

/** Whether a value represents more than one element. */
export function isReduced({ block }: Reduced): boolean {
  return block.some((extent) => extent > 1);
}

/**
 * Halves the longest axis until at most `budget` elements remain.
 * @param values the elements of `shape`, row-major
 */
export function reduceTensor(
  values: Float64Array,
  shape: readonly number[],
  budget: number,
  reduction: BlockReduction,
): Reduced {
  const block = shape.map(() => 1);
  const small = [...shape];
  while (elementCount(small) > budget) {
    const axis = small.indexOf(Math.max(...small));
    block[axis]! *= 2;
    small[axis] = Math.ceil(shape[axis]! / block[axis]!);
  }
  if (block.every((extent) => extent === 1)) return { shape, block, values };
  return { shape: small, block, values: reduceBlocks(values, shape, small, block, reduction) };
}

function reduceBlocks(
  values: Float64Array,
  shape: readonly number[],
  small: readonly number[],
  block: readonly number[],
  reduction: BlockReduction,
): Float64Array {
  const out = new Float64Array(elementCount(small));
  const counts = new Uint32Array(reduction === "mean" ? out.length : 0);
  // The result's stride for each axis.
  const steps = shape.map((extent, axis) => {
    const stride = elementCount(small.slice(axis + 1));
    return Int32Array.from({ length: extent }, (_, i) => Math.floor(i / block[axis]!) * stride);
  });
  const last = shape.length - 1;
  let at = 0;
  const visit = (axis: number, base: number): void => {
    const step = steps[axis]!;
    if (axis < last) {
      for (let i = 0; i < step.length; i++) visit(axis + 1, base + step[i]!);
      return;
    }
    for (let i = 0; i < step.length; i++) {
      const place = base + step[i]!;
      const value = values[at++]!;
      if (reduction === "mean") {
        out[place]! += value;
        counts[place]!++;
      } else if (Number.isNaN(value) || Math.abs(value) > Math.abs(out[place]!)) {
        out[place] = value;
      }
    }
  };
  visit(0, 0);
  if (reduction === "mean") {
    for (let i = 0; i < out.length; i++) out[i]! /= counts[i]!;
  }
  return out;
}
