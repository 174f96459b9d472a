/**
 * Dimensions of arrays: numbers, or expressions that are constants, so that `nd.empty(tensor.shape)`
 * needs no conversion. `ConstantLike` is all that arrays know of expressions.
 */

/** What can be a dimension if it is constant. */
export interface ConstantLike {
  /** The value. @throws UsageError unless it is a constant integer. */
  constInt(): number;
}

export type Dimension = number | ConstantLike;

export function dimensionValue(dimension: Dimension): number {
  return typeof dimension === "object" ? dimension.constInt() : dimension;
}
