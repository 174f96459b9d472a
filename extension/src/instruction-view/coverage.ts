/** Shares of pixels. */

/** Adds the covered part of each pixel between two positions. */
export function addCoverage(pixels: Float32Array, left: number, right: number): void {
  const last = Math.min(Math.ceil(right), pixels.length);
  for (let column = Math.max(Math.floor(left), 0); column < last; column++) {
    pixels[column]! += Math.min(column + 1, right) - Math.max(column, left);
  }
}
