/** The schema of the counters' JSON. */

import * as v from "valibot";

export const statisticsSchema = v.object({
  version: v.literal(1),
  counters: v.record(v.string(), v.number()),
  dramRead: v.number(),
  dramWritten: v.number(),
});

export type StatisticsData = v.InferOutput<typeof statisticsSchema>;
