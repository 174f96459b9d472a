/** Small pictures inside HTML: PNGs in data URIs, with a palette. */

import { encode } from "#png";
import type { Rgb } from "./color-scale";
import { base64 } from "./numbers";

/** A picture whose pixels are numbers of colours. */
export interface IndexedPicture {
  readonly width: number;
  readonly height: number;
  /** Row by row. */
  readonly pixels: Uint8Array;
  /** At most 256 colours. */
  readonly palette: readonly Rgb[];
}

/** `data:image/png;base64,...` */
export function indexedPngUri({ width, height, pixels, palette }: IndexedPicture): string {
  const png = encode({ width, height, data: pixels, channels: 1, depth: 8, palette });
  return `data:image/png;base64,${base64(png)}`;
}
