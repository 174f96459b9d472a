/** Small pictures in HTML: PNGs in data URIs, with a palette. */

import { encode } from "#png";
import type { Rgb } from "./color-scale";
import { base64 } from "./numbers";

/** A picture whose pixels are indices of colours. */
export interface IndexedPicture {
  readonly width: number;
  readonly height: number;
  /** Row by row. */
  readonly pixels: Uint8Array;
  /** At most 256 colours. */
  readonly palette: readonly Rgb[];
}

/** The file in base64, for outputs of the type `image/png`. */
export function indexedPng({ width, height, pixels, palette }: IndexedPicture): string {
  return base64(encode({ width, height, data: pixels, channels: 1, depth: 8, palette }));
}

/** `data:image/png;base64,...` */
export function pngUri(png: string): string {
  return `data:image/png;base64,${png}`;
}
