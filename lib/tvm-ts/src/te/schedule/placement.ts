/** Checks whether a stage can be attached to a loop of another stage, or inlined. */

import { UsageError } from "../../support";
import { noteStage } from "./axis-errors";
import type { Stage } from "./stage";

/** @throws UsageError for an output and for a placeholder. */
export function checkMovable(stage: Stage, what: string): void {
  const why = stage.isOutput
    ? "it is an output of the schedule, which must be computed at the root"
    : stage.state.op?.kind === "placeholder"
      ? "it is a placeholder, which is not computed; make a copy of it with cacheRead"
      : undefined;
  if (why === undefined) return;
  throw new UsageError("te-compute-at", `stage ${stage.name} cannot be ${what}: ${why}`, {
    notes: noteStage(stage),
  });
}

/** @throws UsageError for a stage whose element is not a single expression. */
export function checkInlinable(stage: Stage): void {
  checkMovable(stage, "inlined");
  const { op } = stage.state;
  const fail = (why: string): UsageError =>
    new UsageError("te-inline", `stage ${stage.name} cannot be inlined: ${why}`, {
      notes: noteStage(stage),
    });
  const instead = "compute it in a loop of its consumer with computeAt";
  if (op?.kind !== "compute") throw fail(`it is not an elementwise computation; ${instead}`);
  if (op.reduceAxis.length > 0) {
    const axes = op.reduceAxis.map((axis) => axis.name).join(", ");
    throw fail(`it is a reduction over ${axes}; ${instead}`);
  }
  if (op.body.length !== 1) throw fail(`it has ${op.body.length} outputs; ${instead}`);
  if (stage.layoutTransforms.length > 0) {
    throw fail(
      "its layout was transformed, but an inlined stage has no memory; leave out one of the two",
    );
  }
}

/** @throws UsageError when `parent` does not come after the stage. */
export function checkOrder(stage: Stage, parent: Stage): void {
  if (stage.state.op === undefined) return;
  if (parent === stage) {
    throw new UsageError(
      "te-compute-at",
      `stage ${stage.name} cannot be computed inside itself; ` +
        `a stage is computed inside one that uses its result`,
    );
  }
  const position = stage.siblings.indexOf(stage);
  if (stage.siblings.indexOf(parent, position) > position) return;
  const why = stage.siblings.includes(parent)
    ? `${parent.name} is computed before it and does not use it`
    : `${parent.name} is a stage of another schedule`;
  throw new UsageError(
    "te-compute-at",
    `stage ${stage.name} cannot be computed inside ${parent.name}: ${why}; ` +
      `a stage is computed inside one that uses its result`,
    { notes: [...noteStage(stage), ...noteStage(parent)] },
  );
}

/** @throws UsageError when the stage is in a group and `parent` is not. */
export function checkGroup(stage: Stage, parent: Stage): void {
  const { group } = stage.state;
  if (group === undefined) return;
  for (let g = parent.state.group; g !== undefined; g = g.state.group) if (g === group) return;
  throw new UsageError(
    "te-compute-at",
    `stage ${stage.name} cannot be computed inside ${parent.name}, which is not in its group; ` +
      `compute the group there`,
    { notes: [...noteStage(stage), ...noteStage(parent)] },
  );
}
