/** Knobs that tuning records know to be best: what schedules use when they are called without knobs. */

import { UsageError, type te } from "tvm-ts";
import type { Environment } from "../compiler";
import { recordedKnobs, type RecordHistory } from "../records";
import type { ConvKnobs } from "./schedule-knobs";
import { workloadOf } from "./workload";

let history: RecordHistory | undefined;

/** Sets what schedules without knobs look up; undefined for nothing. @returns what was set before */
export function setHistory(next: RecordHistory | undefined): RecordHistory | undefined {
  const before = history;
  history = next;
  return before;
}

/** The best known knobs of an operator; none where no record is of its workload. */
export function knownKnobs(op: te.Operation, env: Environment): ConvKnobs {
  return recordedConvKnobs(op, env)[0] ?? {};
}

/**
 * The knobs that records have for an operator, the best first.
 * @param records those that schedules without knobs look up if left out
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

/** Choices under AutoTVM's names as the schedules take them. */
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

/** The packed operator that a result is made of. @throws UsageError when there is none. */
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
    `records are of packed operators (vta.topi.conv2dPacked, densePacked, ...), and ${result.name} is ` +
      `not made of one; build its schedule without records`,
  );
}
