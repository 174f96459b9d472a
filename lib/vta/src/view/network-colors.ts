/** The colours of boxes: dark for small values, light for large ones; one for each device. */

import type { GraphMeasure, GraphNodeFact } from "./network-graph";

export type MeasuredValues = Readonly<Partial<Record<Exclude<GraphMeasure, "device">, number>>>;

export const DEVICE_COLORS = { input: "#bdbdbd", host: "#e69f00", accelerator: "#0072b2" } as const;
/** Viridis, for all types of colour vision. */
export const SCALE = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"] as const;

interface Measured {
  readonly device: GraphNodeFact["device"];
  readonly values: MeasuredValues;
}

/** The colours of boxes, scaled from the least to the greatest value among them. */
export function boxColors(boxes: readonly Measured[]): (box: Measured) => GraphNodeFact["colors"] {
  const scales = new Map<string, (value: number) => string>();
  for (const measure of ["cycles", "bytes", "error"] as const) {
    const all = boxes.flatMap(({ values }) => values[measure] ?? []);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    scales.set(measure, (value) => {
      const fraction = high === low ? 1 : (value - low) / (high - low);
      return SCALE[Math.round(fraction * (SCALE.length - 1))]!;
    });
  }
  return ({ device, values }) => ({
    device: DEVICE_COLORS[device],
    ...Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, scales.get(name)!(value)]),
    ),
  });
}
