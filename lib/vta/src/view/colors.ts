/**
 * The colours of the pictures of a trace: a palette for all types of colour vision (Okabe and Ito's), in
 * different lightness.
 */

import type { view } from "tvm-ts";
import type { StallCause } from "../accelerator";
import { CELL } from "./occupancy-raster";

export const CELL_COLORS: Readonly<Record<keyof typeof CELL, view.Rgb>> = {
  free: [255, 255, 255],
  occupied: [205, 228, 243],
  read: [86, 156, 205],
  padded: [170, 110, 150],
  written: [213, 94, 0],
};

/** Colours of stall causes: token waits share a hue, and so do waits for memory. */
export const CAUSE_COLORS: Readonly<Record<StallCause, view.Rgb>> = {
  busy: [0, 114, 178],
  memoryBus: [213, 94, 0],
  memoryLatency: [230, 159, 0],
  writeOutstanding: [240, 200, 100],
  tokenFromLoad: [0, 158, 115],
  tokenFromCompute: [90, 190, 160],
  tokenFromStore: [160, 215, 195],
  notFetched: [204, 121, 167],
  fetchBlocked: [150, 80, 120],
  finished: [190, 190, 190],
};

export function cssColor([red, green, blue]: view.Rgb): string {
  return `rgb(${red},${green},${blue})`;
}

/**
 * The CSS colour of a stall cause in the pictures of a profile, for plots beside them.
 * @example
 * vta.view.causeColor("busy") // => rgb(0,114,178)
 */
export function causeColor(cause: StallCause): string {
  return cssColor(CAUSE_COLORS[cause]);
}

/** In the order of `CELL`. */
export const CELL_PALETTE: readonly view.Rgb[] = Object.keys(CELL).map(
  (name) => CELL_COLORS[name as keyof typeof CELL],
);
