/** The schema of the parts of a view's JSON for heatmaps. */

import type { view } from "tvm-ts";
import * as v from "valibot";
import { packedLength, packedNumbers } from "../packed/numbers";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The values of an output: of a whole tensor, possibly in blocks. */
export type HeatmapData = Pick<
  view.TensorView,
  "dtype" | "shape" | "block" | "values" | "scale" | "layout" | "live"
>;

export const heatmapEntries = {
  version: v.literal(1),
  dtype: v.string(),
  shape: v.array(count),
  block: v.array(v.pipe(count, v.minValue(1))),
  values: packedNumbers("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"),
  scale: v.object({
    colors: v.pipe(v.array(v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/))), v.minLength(2)),
    low: v.number(),
    high: v.number(),
  }),
  layout: v.exactOptional(v.array(v.object({ name: v.string(), parts: v.array(count) }))),
  live: v.exactOptional(v.string()),
};

/** A schema of `heatmapEntries` and more, with checks across entries. */
export function heatmapSchema<T extends HeatmapData>(layout: v.GenericSchema<unknown, T>) {
  return v.pipe(
    layout,
    v.check<T, string>(valuesFit, "there are not as many values as the shape says"),
    v.check<T, string>(layoutFits, "the layout has other axes than the shape"),
  );
}

function valuesFit({ shape, block, values }: HeatmapData): boolean {
  if (shape.length !== block.length) return false;
  return packedLength(values) === shape.reduce((n, e, i) => n * Math.ceil(e / block[i]!), 1);
}

function layoutFits({ shape, layout }: HeatmapData): boolean {
  if (layout === undefined) return true;
  const parts = layout.flatMap((axis) => axis.parts);
  return parts.length === shape.length && shape.every((_, axis) => parts.includes(axis));
}
