/** The schema of an environment's JSON. */

import * as v from "valibot";

export const environmentSchema = v.object({
  version: v.literal(1),
  model: v.string(),
  config: v.record(v.string(), v.union([v.string(), v.number()])),
  gemm: v.object({ batch: v.number(), blockIn: v.number(), blockOut: v.number() }),
  memories: v.array(
    v.object({
      name: v.string(),
      scope: v.exactOptional(v.string()),
      bytes: v.number(),
      depth: v.number(),
      elementBytes: v.number(),
      dtype: v.string(),
      shape: v.array(v.number()),
    }),
  ),
  mock: v.boolean(),
});

export type EnvironmentData = v.InferOutput<typeof environmentSchema>;
