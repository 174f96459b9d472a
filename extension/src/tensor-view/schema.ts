/** What the tensor view's JSON must look like. */

import type { view } from "tvm-ts";
import * as v from "valibot";
import { packedLength, packedNumbers } from "../packed/numbers";

const extent = v.pipe(v.number(), v.integer(), v.minValue(0));
const numberOrNull = v.nullable(v.number());

const layout: v.GenericSchema<unknown, view.TensorView> = v.object({
  version: v.literal(1),
  name: v.exactOptional(v.string()),
  dtype: v.string(),
  shape: v.array(extent),
  block: v.array(v.pipe(v.number(), v.integer(), v.minValue(1))),
  values: packedNumbers("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"),
  statistics: v.object({
    min: numberOrNull,
    max: numberOrNull,
    mean: numberOrNull,
    zeros: v.number(),
    nans: v.number(),
    infinities: v.number(),
  }),
  histogram: v.object({ start: v.number(), width: v.number(), counts: v.array(v.number()) }),
  scale: v.object({
    colors: v.pipe(v.array(v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/))), v.minLength(2)),
    low: v.number(),
    high: v.number(),
  }),
});

export const tensorViewSchema = v.pipe(
  layout,
  v.check(valuesFit, "there are not as many values as the shape says"),
);

function valuesFit({ shape, block, values }: view.TensorView): boolean {
  if (shape.length !== block.length) return false;
  const count = shape.reduce((size, n, axis) => size * Math.ceil(n / block[axis]!), 1);
  return packedLength(values) === count;
}
