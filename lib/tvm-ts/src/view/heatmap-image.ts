/** A matrix as a picture in HTML: a PNG in a data URI, with a square per value. */

import { colorAt, type ColorScale, type Rgb } from "./color-scale";
import { indexedPng, pngUri } from "./png";

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major. */
  readonly values: Float64Array;
}

/**
 * The size in pixels to which the longer side of a small matrix is magnified, and the largest
 * square.
 */
const WANTED_PIXELS = 320;
const MAX_CELL_PIXELS = 24;

const NOT_FINITE = 255;
const GREY: Rgb = [128, 128, 128];

/** `data:image/png;base64,...` of `heatmapPng`. */
export function heatmapUri(matrix: Matrix, scale: ColorScale): string {
  return pngUri(heatmapPng(matrix, scale));
}

/** The PNG in base64; NaN and infinities are grey. The matrix must not be empty. */
export function heatmapPng(matrix: Matrix, scale: ColorScale): string {
  const { rows, columns, values } = matrix;
  const fitting = Math.floor(WANTED_PIXELS / Math.max(rows, columns));
  const zoom = Math.min(Math.max(fitting, 1), MAX_CELL_PIXELS);
  const width = columns * zoom;
  const pixels = new Uint8Array(width * rows * zoom);
  const span = scale.high - scale.low || 1;
  for (let row = 0; row < rows; row++) {
    const start = row * zoom * width;
    for (let column = 0; column < columns; column++) {
      const fraction = (values[row * columns + column]! - scale.low) / span;
      const color = Number.isFinite(fraction)
        ? Math.min(Math.max(Math.round(fraction * 254), 0), 254)
        : NOT_FINITE;
      pixels.fill(color, start + column * zoom, start + (column + 1) * zoom);
    }
    for (let copy = 1; copy < zoom; copy++) {
      pixels.copyWithin(start + copy * width, start, start + width);
    }
  }
  const palette: Rgb[] = Array.from({ length: 255 }, (_, i) => colorAt(scale.colors, i / 254));
  palette.push(GREY);
  return indexedPng({ width, height: rows * zoom, pixels, palette });
}

/** The colour scale, with the lowest value on the left. */
export function legendUri(scale: ColorScale): string {
  const values = Float64Array.from({ length: 64 }, (_, i) => i / 63);
  return heatmapUri({ rows: 1, columns: 64, values }, { ...scale, low: 0, high: 1 });
}
