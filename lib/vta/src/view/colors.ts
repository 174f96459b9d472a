/**
 * The colours of the pictures of a trace: from a palette that people with any colour vision can tell
 * apart (Okabe and Ito's), and of different lightness.
 */

import type { view } from "tvm-ts";
import { CELL } from "./occupancy-raster";

export const CELL_COLORS: Readonly<Record<keyof typeof CELL, view.Rgb>> = {
  free: [255, 255, 255],
  occupied: [205, 228, 243],
  read: [86, 156, 205],
  padded: [170, 110, 150],
  written: [213, 94, 0],
};

export function cssColor([red, green, blue]: view.Rgb): string {
  return `rgb(${red},${green},${blue})`;
}

/** By the numbers of `CELL`. */
export const CELL_PALETTE: readonly view.Rgb[] = Object.keys(CELL).map(
  (name) => CELL_COLORS[name as keyof typeof CELL],
);
