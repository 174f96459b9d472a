/** The schedule of a result's packed operator, with the knobs of its records. */

import { UsageError, type te } from "tvm-ts";
import type { Environment } from "../compiler";
import type { RecordHistory } from "../records";
import { packedOperatorOf, recordedConvKnobs } from "./known-knobs";
import type { ConvKnobs } from "./schedule-knobs";
import {
  scheduleConv2dPacked,
  scheduleConv2dTransposePacked,
  scheduleGroupConv2dPacked,
} from "./schedule-conv2d";
import { scheduleDensePacked } from "./schedule-dense";
import { workloadOf } from "./workload";

type Scheduler = (result: te.Tensor, knobs: ConvKnobs, env: Environment) => te.Schedule;

const SCHEDULERS: Readonly<Record<string, Scheduler>> = {
  "conv2d_packed.vta": scheduleConv2dPacked,
  "group_conv2d_packed.vta": scheduleGroupConv2dPacked,
  "conv2d_transpose_packed.vta": scheduleConv2dTransposePacked,
  "dense_packed.vta": scheduleDensePacked,
};

/** @throws UsageError when the result has no packed operator, or its workload has no record. */
export function scheduleFromRecords(
  result: te.Tensor,
  records: RecordHistory,
  env: Environment,
): te.Schedule {
  const op = packedOperatorOf(result.op);
  const { task, args } = workloadOf(op)!;
  const [knobs] = recordedConvKnobs(op, env, records);
  if (knobs !== undefined) return SCHEDULERS[task]!(result, knobs, env);
  throw new UsageError(
    "vta-records",
    `the records have no trial of ${task} with ${JSON.stringify(args)}; tune it first ` +
      `(vta.explore.template), or build it without records`,
  );
}
