/** Inlines stages that are cheap enough to be computed again at each read. */

import { walk, type PrimExpr } from "../../ir";
import type { ComputeOp, Operation } from "../operation";
import { consumers } from "./graph";
import type { Schedule } from "./schedule";

/**
 * Only stages whose readers are all computations can be inlined: scans and external functions read
 * memory.
 */
function inlineAll(schedule: Schedule, cheap: (op: ComputeOp) => boolean): void {
  const readers = consumers(schedule);
  for (const stage of schedule.stages) {
    if (stage.isScheduled || stage.isOutput) continue;
    if (readers.get(stage)?.some((reader) => reader.op.kind !== "compute")) continue;
    const op: Operation = stage.op;
    if (op.kind !== "compute" || op.reduceAxis.length > 0 || op.body.length > 1) continue;
    if (cheap(op)) stage.computeInline();
  }
}

/** Inlines the unscheduled stages, except reductions and outputs. */
export function autoInlineInjective(schedule: Schedule): void {
  inlineAll(schedule, () => true);
}

/** Inlines the unscheduled stages tagged `broadcast`, except outputs. */
export function autoInlineBroadcast(schedule: Schedule): void {
  inlineAll(schedule, (op) => op.tag === "broadcast");
}

/**
 * Inlines the unscheduled stages that read their inputs at the index of the computed element, except
 * outputs.
 */
export function autoInlineElemWise(schedule: Schedule): void {
  inlineAll(schedule, (op) => isElemWise(op, op.body[0]!));
}

function isElemWise(op: ComputeOp, body: PrimExpr): boolean {
  let elemWise = true;
  walk(body, {
    ProducerLoad: ({ indices }) => {
      elemWise &&=
        indices.length === op.axis.length &&
        indices.every((index, i) => index === op.axis[i]!.var_);
    },
  });
  return elemWise;
}
