/** What the kernel's messages to the side panel must look like. */

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
});

export const shownSchema = v.object({
  shown: v.string(),
  bundle: v.exactOptional(v.record(v.string(), v.any())),
});

export type SessionData = v.InferOutput<typeof sessionSchema>;
export type ObjectFact = SessionData["objects"][number];
export type MimeBundle = NonNullable<v.InferOutput<typeof shownSchema>["bundle"]>;
