/** Shapes of arrays. */

/** The number of elements of an array of this shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, length) => count * length, 1);
}
