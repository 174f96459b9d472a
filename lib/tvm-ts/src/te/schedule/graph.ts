/** The dataflow graph of operations and of the stages of a schedule. */

import { UsageError } from "../../support";
import type { IterVar } from "../../ir";
import type { Operation } from "../operation";
import type { Tensor } from "../tensor";
import type { Schedule } from "./schedule";
import type { Stage } from "./stage";

/** The operations that `roots` read, directly or not, and `roots`; producers before consumers. */
export function operationsInPostOrder(roots: readonly Operation[]): Operation[] {
  const order: Operation[] = [];
  const visited = new Set<Operation>();
  // Each entry is an operation with the number of its inputs that were visited.
  const stack: { readonly op: Operation; next: number }[] = [];
  const enter = (op: Operation): void => {
    if (visited.has(op)) return;
    visited.add(op);
    stack.push({ op, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const input = top.op.inputTensors[top.next++];
      if (input !== undefined) enter(input.op);
      else order.push(stack.pop()!.op);
    }
  }
  return order;
}

/** The stages that read what each stage computes, in schedule order. */
export function consumers(schedule: Schedule): ReadonlyMap<Stage, readonly Stage[]> {
  const readers = new Map<Stage, Stage[]>();
  for (const stage of schedule.stages) {
    if (stage.attachment.type === "inlinedAlready") continue;
    const producers = new Set(stage.op.inputTensors.map((tensor) => schedule.stage(tensor)));
    for (const producer of producers) {
      const list = readers.get(producer);
      if (list === undefined) readers.set(producer, [stage]);
      else list.push(stage);
    }
  }
  return readers;
}

/**
 * The loops of other stages around each stage, from the one it is attached to outward.
 * @throws UsageError when the axis it is attached to is no longer a loop.
 */
export function attachPaths(schedule: Schedule): ReadonlyMap<Stage, readonly IterVar[]> {
  const paths = new Map<Stage, readonly IterVar[]>();
  const scans = scanInits(schedule);
  const pathOf = (stage: Stage): readonly IterVar[] => {
    const existing = paths.get(stage);
    if (existing !== undefined) return existing;
    const { attachment } = stage.attachSpec;
    const scan = scans.get(stage);
    let path: readonly IterVar[] = [];
    if (scan !== undefined) {
      path = pathOf(scan); // initial rows are computed before the loop, whatever computeAt specifies
    } else if (attachment.type === "scope" || attachment.type === "scanUpdate") {
      const parent = attachment.stage;
      const inward =
        attachment.type === "scope" ? loopsUpTo(stage, attachment) : parent.leafIterVars;
      path = [...[...inward].reverse(), ...pathOf(parent)];
    }
    paths.set(stage, path);
    return path;
  };
  // Consumers first: a stage comes before the stage it is attached to, so paths do not nest deeply.
  [...schedule.stages].reverse().forEach(pathOf);
  return paths;
}

/** The scan of each stage that computes initial rows. */
export function scanInits(schedule: Schedule): ReadonlyMap<Stage, Stage> {
  const scans = new Map<Stage, Stage>();
  for (const stage of schedule.stages) {
    if (stage.op.kind !== "scan") continue;
    for (const tensor of stage.op.init) {
      const init = schedule.stage(tensor);
      const other = scans.get(init);
      scans.set(init, stage);
      if (other === undefined || other === stage) continue;
      throw new UsageError(
        "te-scan",
        `${init.name} is init of the scans ${other.name} and ${stage.name}; declare one for each`,
        { span: init.op.span },
      );
    }
  }
  return scans;
}

/** Whether a tensor is the state placeholder of a scan. */
export function isScanState({ stages }: Schedule, tensor: Tensor): boolean {
  return stages.some(({ op }) => op.kind === "scan" && op.statePlaceholder.includes(tensor));
}

/** The loops of the parent down to the one `stage` is attached to. */
function loopsUpTo(
  stage: Stage,
  attachment: Stage["attachment"] & { type: "scope" },
): readonly IterVar[] {
  const { stage: parent, axis, span } = attachment;
  const position = parent.leafIterVars.indexOf(axis);
  if (position >= 0) return parent.leafIterVars.slice(0, position + 1);
  const loops = parent.leafIterVars.map((leaf) => leaf.name).join(", ");
  throw new UsageError(
    "te-compute-at",
    `stage ${stage.name} is computed at axis ${axis.name} of ${parent.name}, which is no longer a loop ` +
      `(the loops are ${loops}); move it with computeAt after changing the loops`,
    { span, notes: [{ text: `axis ${axis.name} was made here`, span: axis.span }] },
  );
}
