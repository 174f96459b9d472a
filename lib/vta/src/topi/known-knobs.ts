/** The knobs of the best tuning records, which schedules use when they are called without knobs. */

import { UsageError, type te } from "tvm-ts";
import type { Environment } from "../compiler";
import { recordedKnobs, type RecordHistory } from "../records";
import type { ConvKnobs } from "./schedule-knobs";
import { workloadOf } from "./workload";

let history: RecordHistory | undefined;

/** Sets the records for schedules without knobs; undefined for none. @returns the previous records */
export function setHistory(next: RecordHistory | undefined): RecordHistory | undefined {
  const before = history;
  history = next;
  return before;
}

/** The knobs of the best record of an operator; none without a record of its workload. */
export function knownKnobs(op: te.Operation, env: Environment): ConvKnobs {
  return recordedConvKnobs(op, env)[0] ?? {};
}

/**
 * The knobs of all records of an operator, the best first. @param records if left out, those for schedules
 * without knobs
 */
export function recordedConvKnobs(
  op: te.Operation,
  env: Environment,
  records: RecordHistory | undefined = history,
): ConvKnobs[] {
  const workload = workloadOf(op);
  if (workload === undefined || records === undefined) return [];
  return records.ranked(workload, env.MODEL).map((one) => convKnobs(recordedKnobs(one)));
}

/** AutoTVM's choices as the schedules' knobs. */
export function convKnobs(choices: Readonly<Record<string, unknown>>): ConvKnobs {
  const names: Readonly<Record<keyof ConvKnobs, string>> = {
    tileB: "tile_b",
    tileH: "tile_h",
    tileW: "tile_w",
    tileCi: "tile_ci",
    tileCo: "tile_co",
    ocNthread: "oc_nthread",
    hNthread: "h_nthread",
  };
  return Object.fromEntries(
    Object.entries(names).flatMap(([knob, name]) => {
      const value = choices[name];
      return value === undefined ? [] : [[knob, value]];
    }),
  );
}

/** The packed operator of a result. @throws UsageError when there is none. */
export function packedOperatorOf(result: te.Operation): te.Operation {
  const visit = (op: te.Operation): te.Operation | undefined => {
    if (workloadOf(op) !== undefined) return op;
    for (const { op: input } of op.inputTensors) {
      const found = visit(input);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = visit(result);
  if (found !== undefined) return found;
  throw new UsageError(
    "vta-records",
    `records are for packed operators (vta.topi.conv2dPacked, densePacked, ...), and ${result.name} does ` +
      `not contain one; build its schedule without records`,
  );
}
