/** The schema of the tensor view's JSON. */

import type { view } from "tvm-ts";
import * as v from "valibot";
import { heatmapEntries, heatmapSchema } from "../heatmap/schema";

const numberOrNull = v.nullable(v.number());

const layout: v.GenericSchema<unknown, view.TensorView> = v.object({
  ...heatmapEntries,
  name: v.exactOptional(v.string()),
  statistics: v.object({
    min: numberOrNull,
    max: numberOrNull,
    mean: numberOrNull,
    zeros: v.number(),
    nans: v.number(),
    infinities: v.number(),
  }),
  histogram: v.object({ start: v.number(), width: v.number(), counts: v.array(v.number()) }),
});

export const tensorViewSchema = heatmapSchema(layout);
