/** Names and choices of a network's layers, as text. */

import type { LayerCost } from "../graph";

/** The decibels that pictures use for layers without error. */
export const ERROR_FREE_DECIBELS = 100;

/** `conv3 (Conv)` from `node 'conv3' (Conv)`. */
export function layerText(layer: string): string {
  return /^node '(.*)' (\(\w+\))$/.exec(layer)?.slice(1).join(" ") ?? layer;
}

const KNOBS = [
  ["tileCo", "channels"],
  ["tileCi", "inputs"],
  ["tileH", "rows"],
  ["tileW", "columns"],
  ["ocNthread", "threads"],
  ["hNthread", "threads"],
] as const;

/** `rows 14, columns 28, channels 2, threads 2`: the choices that are not 1. */
export function configurationText({ configuration }: LayerCost): string {
  if (configuration === undefined) return "";
  const parts = KNOBS.flatMap(([knob, name]) => {
    const value = configuration.knobs[knob] ?? 1;
    return value === 1 ? [] : [`${name} ${value}`];
  });
  return parts.length === 0 ? "first choices" : parts.join(", ");
}
