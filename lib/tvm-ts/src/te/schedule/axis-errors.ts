/** Finds an axis among the loops of a stage, or explains why it is not a loop. */

import { UsageError, type ErrorNote } from "../../support";
import { IterVar, type IterType } from "../../ir";
import type { Operation } from "../operation";
import type { StageState } from "./stage-state";

/** The parts of a stage and its schedule that messages need. */
export interface StageView {
  readonly name: string;
  readonly op: Operation | undefined;
  /** @internal All stages of the schedule. */
  readonly siblings: readonly { readonly name: string; readonly state: StageState }[];
}

/** A note with the line that made an axis. */
export function noteAxis(axis: IterVar): ErrorNote[] {
  if (axis.span === undefined) return [];
  return [{ text: `axis ${axis.name} was made here`, span: axis.span }];
}

/** A note with the line that declared the stage's operation. */
export function noteStage(view: StageView): ErrorNote[] {
  if (view.op?.span === undefined) return [];
  return [{ text: `${view.name} was declared here`, span: view.op.span }];
}

/**
 * The position of `axis` among the loops of a stage.
 * @throws UsageError when it was split or fused, belongs to another stage, or is not an axis.
 */
export function leafPosition(view: StageView, state: StageState, axis: IterVar): number {
  const position = state.leafIterVars.indexOf(axis);
  if (position >= 0) return position;
  if (!(axis instanceof IterVar)) {
    throw new UsageError(
      "te-axis",
      `stage ${view.name} needs one of its axes, such as its op.axis[0], not ${String(axis)}`,
    );
  }
  const successor = successors(state, axis);
  if (successor !== undefined) {
    throw new UsageError(
      "te-axis",
      `axis ${axis.name} of stage ${view.name} was ${successor.how} and is no longer a loop; ` +
        `use ${successor.axes.map((made) => made.name).join(" or ")}`,
      { notes: noteAxis(successor.axes[0]!) },
    );
  }
  throw new UsageError("te-axis", foreignAxis(view, state, axis), {
    notes: [...noteAxis(axis), ...noteStage(view)],
  });
}

/**
 * Checks that loops of the axis's type can be `what`.
 * @throws UsageError when they cannot, naming the loops of the stage that can.
 */
export function checkIterType(
  view: StageView,
  state: StageState,
  axis: IterVar,
  allowed: readonly IterType[],
  what: string,
): void {
  if (allowed.includes(axis.iterType)) return;
  const why = axis.iterType === "CommReduce" ? "a reduction axis" : `of type ${axis.iterType}`;
  const others = state.leafIterVars.filter((leaf) => allowed.includes(leaf.iterType));
  const names = others.map((leaf) => leaf.name).join(", ");
  const instead = names === "" ? "" : `; ${names} can be`;
  throw new UsageError(
    "te-axis",
    `axis ${axis.name} of stage ${view.name} is ${why} and cannot be ${what}${instead}`,
    { notes: noteAxis(axis) },
  );
}

/** The axes that a primitive made from an axis, if any. */
function successors(
  state: StageState,
  axis: IterVar,
): { readonly how: string; readonly axes: readonly IterVar[] } | undefined {
  for (const relation of state.relations) {
    if (relation.kind === "split" && relation.parent === axis) {
      return { how: "split", axes: [relation.outer, relation.inner] };
    }
    if (relation.kind === "fuse" && (relation.outer === axis || relation.inner === axis)) {
      return { how: "fused", axes: [relation.fused] };
    }
    if (relation.kind === "transform" && relation.original.includes(axis)) {
      return { how: "replaced by those of a new layout", axes: relation.transformed };
    }
  }
  return undefined;
}

function foreignAxis(view: StageView, state: StageState, axis: IterVar): string {
  if (state.allIterVars.some((known) => known.var_ === axis.var_)) {
    return (
      `axis ${axis.name} of stage ${view.name} has an extent that is read from a tensor, which was ` +
      `replaced by a copy; take the axis from schedule.stage(${view.name}).op.reduceAxis`
    );
  }
  const owner = view.siblings.find(
    (sibling) => sibling.state !== state && sibling.state.allIterVars.includes(axis),
  );
  const own = state.leafIterVars.map((leaf) => leaf.name).join(", ");
  const loops = own === "" ? "which has no loops" : `whose loops are ${own}`;
  return owner === undefined
    ? `axis ${axis.name} is not a loop of stage ${view.name}, ${loops}`
    : `axis ${axis.name} belongs to stage ${owner.name}, not to stage ${view.name}, ${loops}`;
}
