/**
 * Colour scales for values that work with any colour vision: viridis for sequential values, blue to
 * white to red (ColorBrewer's RdBu) for values around zero.
 */

/** Evenly spaced colours; others are interpolated. */
export interface ColorScale {
  readonly colors: readonly string[];
  /** The values of the first and the last colour. */
  readonly low: number;
  readonly high: number;
}

const SEQUENTIAL = [
  "#440154",
  "#482475",
  "#414487",
  "#355f8d",
  "#2a788e",
  "#21918c",
  "#22a884",
  "#44bf70",
  "#7ad151",
  "#bddf26",
  "#fde725",
];

const DIVERGING = [
  "#053061",
  "#2166ac",
  "#4393c3",
  "#92c5de",
  "#d1e5f0",
  "#f7f7f7",
  "#fddbc7",
  "#f4a582",
  "#d6604d",
  "#b2182b",
  "#67001f",
];

/** The scale for values from `min` to `max`; with negative values, white is zero. */
export function colorScaleFor(min: number, max: number): ColorScale {
  if (min < 0) {
    const reach = Math.max(-min, max);
    return { colors: DIVERGING, low: -reach, high: reach };
  }
  return { colors: SEQUENTIAL, low: min, high: max };
}

export type Rgb = [number, number, number];

/** The colour at `fraction` (0 to 1) of the scale. */
export function colorAt(colors: readonly string[], fraction: number): Rgb {
  const position = Math.min(Math.max(fraction, 0), 1) * (colors.length - 1);
  const index = Math.min(Math.floor(position), colors.length - 2);
  const from = rgb(colors[index]!);
  const to = rgb(colors[index + 1]!);
  const mix = (k: number) => Math.round(from[k]! + (to[k]! - from[k]!) * (position - index));
  return [mix(0), mix(1), mix(2)];
}

function rgb(hex: string): Rgb {
  const bits = parseInt(hex.slice(1), 16);
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}
