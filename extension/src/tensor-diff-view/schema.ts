/** The schema of the difference view's JSON. */

import type { view } from "tvm-ts";
import * as v from "valibot";
import { heatmapEntries, heatmapSchema } from "../heatmap/schema";

const layout: v.GenericSchema<unknown, view.TensorDiffView> = v.object({
  ...heatmapEntries,
  actualName: v.exactOptional(v.string()),
  expectedName: v.exactOptional(v.string()),
  mismatches: v.number(),
  atol: v.number(),
  rtol: v.number(),
  maxAbsolute: v.number(),
  maxRelative: v.number(),
  first: v.array(
    v.object({ index: v.array(v.number()), actual: v.string(), expected: v.string() }),
  ),
});

export const tensorDiffViewSchema = heatmapSchema(layout);
