/** What the kernel's messages to the side panel must look like. */

import * as v from "valibot";

const environment = v.object({
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

const statistics = v.object({
  version: v.literal(1),
  counters: v.record(v.string(), v.number()),
  dramRead: v.number(),
  dramWritten: v.number(),
});

export const sessionSchema = v.object({
  version: v.literal(1),
  environment,
  lastCall: v.exactOptional(statistics),
  objects: v.array(
    v.object({
      name: v.string(),
      kind: v.picklist(["schedule", "function", "module", "trace"]),
      text: v.string(),
    }),
  ),
});

export const shownSchema = v.object({
  shown: v.string(),
  bundle: v.exactOptional(v.record(v.string(), v.any())),
});

export type SessionData = v.InferOutput<typeof sessionSchema>;
export type ObjectFact = SessionData["objects"][number];
export type MimeBundle = NonNullable<v.InferOutput<typeof shownSchema>["bundle"]>;
