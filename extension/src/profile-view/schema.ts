/** The schema of a profile's JSON. */

import * as v from "valibot";
import { traceSchema } from "../trace/data";

const cycles = v.record(v.string(), v.pipe(v.number(), v.minValue(0)));

export const profileSchema = v.object({
  version: v.literal(1),
  model: v.string(),
  cycles: v.pipe(v.number(), v.minValue(0)),
  instructions: v.number(),
  bytes: v.number(),
  gemmUtilization: v.number(),
  modules: v.object({ fetch: cycles, load: cycles, compute: cycles, store: cycles }),
  causes: v.array(v.string()),
  advice: v.array(
    v.object({
      condition: v.string(),
      measured: v.number(),
      measure: v.string(),
      change: v.string(),
      gain: v.number(),
    }),
  ),
  hazards: v.array(v.string()),
  stages: v.array(
    v.object({
      stage: v.string(),
      instructions: v.number(),
      work: v.number(),
      share: v.number(),
    }),
  ),
  statements: v.array(
    v.object({
      module: v.string(),
      work: v.number(),
      share: v.number(),
      statement: v.string(),
    }),
  ),
  trace: traceSchema,
});

export type ProfileData = v.InferOutput<typeof profileSchema>;
