/** An image of one channel whose values are indices into a palette of red, green, blue. */
export interface PaletteImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly channels: 1;
  readonly depth: 8;
  readonly palette: readonly (readonly [number, number, number])[];
}

/** The image as the bytes of a PNG file. */
export function encode(image: PaletteImage): Uint8Array;
