/** The schema of a study's JSON. */

import * as v from "valibot";

const trial = v.object({
  index: v.pipe(v.number(), v.integer(), v.minValue(0)),
  values: v.array(v.string()),
  measures: v.array(v.nullable(v.number())),
});

export const studySchema = v.pipe(
  v.object({
    version: v.literal(1),
    summary: v.string(),
    refusals: v.optional(v.array(v.string()), []),
    objective: v.string(),
    knobs: v.array(v.string()),
    measures: v.array(v.string()),
    trials: v.array(trial),
    total: v.exactOptional(v.number()),
    front: v.array(v.number()),
    importance: v.record(v.string(), v.number()),
    table: v.boolean(),
    live: v.exactOptional(v.string()),
  }),
  v.check(
    ({ trials, knobs, measures }) =>
      trials.every(
        (each) => each.values.length === knobs.length && each.measures.length === measures.length,
      ),
    "a trial has not as many values as there are knobs and measures",
  ),
);

export const trialReplySchema = v.union([
  v.object({ request: v.number(), error: v.string() }),
  v.object({
    request: v.number(),
    schedule: v.record(v.string(), v.any()),
    profile: v.record(v.string(), v.any()),
  }),
]);

export type StudyData = v.InferOutput<typeof studySchema>;
export type StudyTrial = StudyData["trials"][number];
export type TrialReply = v.InferOutput<typeof trialReplySchema>;
