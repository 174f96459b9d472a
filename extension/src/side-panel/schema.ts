/** The schemas of the kernel's messages to the side panel. */

import * as v from "valibot";
import { environmentSchema } from "../environment-view/schema";
import { statisticsSchema } from "../statistics-view/schema";

export const sessionSchema = v.object({
  version: v.literal(1),
  environment: environmentSchema,
  lastCall: v.exactOptional(statisticsSchema),
  objects: v.array(
    v.object({
      name: v.string(),
      kind: v.picklist(["schedule", "function", "module", "trace"]),
      text: v.string(),
    }),
  ),
  trackers: v.optional(v.array(v.string()), []),
  variables: v.exactOptional(
    v.array(
      v.object({
        name: v.string(),
        type: v.string(),
        shape: v.exactOptional(v.string()),
        bytes: v.exactOptional(v.number()),
        value: v.string(),
      }),
    ),
  ),
});

const use = v.object({ key: v.string(), user: v.string(), since: v.number() });

const tracker = v.object({
  name: v.string(),
  address: v.string(),
  error: v.exactOptional(v.string()),
  summary: v.exactOptional(
    v.object({
      queues: v.array(
        v.object({ key: v.string(), total: v.number(), free: v.number(), pending: v.number() }),
      ),
      inUse: v.exactOptional(v.array(v.object({ ...use.entries, address: v.string() }))),
      waiting: v.exactOptional(v.array(use)),
    }),
  ),
});

export const trackersSchema = v.object({ trackers: v.array(tracker) });

export const shownSchema = v.object({
  shown: v.string(),
  bundle: v.exactOptional(v.record(v.string(), v.any())),
});

export type TrackerData = v.InferOutput<typeof tracker>;
export type SessionData = v.InferOutput<typeof sessionSchema>;
export type VariableFact = NonNullable<SessionData["variables"]>[number];
export type ObjectFact = SessionData["objects"][number];
export type MimeBundle = NonNullable<v.InferOutput<typeof shownSchema>["bundle"]>;
