/** Knobs that tuning records know to be best: what schedules use when they are called without knobs. */

import { UsageError, type te } from "tvm-ts";
import type { Environment } from "../compiler";
import { recordedKnobs, type RecordHistory } from "../records";
import type { ConvKnobs } from "./knobs";
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
  return history === undefined ? {} : (bestKnobs(history, op, env) ?? {});
}

/** The knobs that a history has for an operator. */
export function bestKnobs(
  records: RecordHistory,
  op: te.Operation,
  env: Environment,
): ConvKnobs | undefined {
  const workload = workloadOf(op);
  const record = workload && records.best(workload, env.MODEL);
  if (record === undefined) return undefined;
  const knobs = recordedKnobs(record);
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
      const value = knobs[name];
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
    `records are of packed operators (vta.topi.conv2dPacked, densePacked, ...), and ${result.name} is ` +
      `not made of one; build its schedule without records`,
  );
}
