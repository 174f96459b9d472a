/** Groups of stages, which are computed together inside a loop. */

import { UsageError } from "../../support";
import { isTensor, type Tensor } from "../tensor";
import type { Schedule } from "./schedule";
import { Stage } from "./stage";

/** See `Schedule.createGroup`. */
export function createGroup(
  schedule: Schedule,
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  includeInputs: boolean,
): Stage {
  for (const tensor of [...outputs, ...inputs]) {
    if (isTensor(tensor)) continue;
    throw new UsageError("te-group", `createGroup needs tensors, not ${String(tensor)}`);
  }
  const members = stagesBetween(schedule, outputs, inputs, includeInputs);
  const parent = members.map((stage) => stage.group).reduce(commonGroup, members[0]?.group);
  const whole = groupsInside(members, parent);

  const group = new Stage(schedule, undefined);
  group.state = { ...group.state, group: parent };
  parent?.addChildren(1);
  const adopt = (child: Stage): void => {
    if (child.group !== parent) return;
    child.state = { ...child.state, group };
    group.addChildren(1);
    parent?.addChildren(-1);
  };
  whole.forEach(adopt);
  members.forEach(adopt);
  // Stages that were attached outside the group are now computed inside it.
  for (const stage of members) {
    const { attach } = stage.state;
    if (attach.type !== "scope" || commonGroup(attach.stage.group, group) === group) continue;
    stage.computeRoot();
  }
  schedule.insertGroup(group);
  return group;
}

/** The stages on the paths from `inputs` to `outputs`, producers first. */
export function stagesBetween(
  schedule: Schedule,
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  includeInputs: boolean,
): Stage[] {
  const boundary = new Set(inputs.map((tensor) => tensor.op));
  const found: Stage[] = [];
  const reaches = new Map<Stage, boolean>();
  const visit = (tensor: Tensor): boolean => {
    const atBoundary = boundary.has(tensor.op);
    if (atBoundary && !schedule.has(tensor)) return true;
    const stage = schedule.stage(tensor);
    const cached = reaches.get(stage);
    if (cached !== undefined) return cached;
    reaches.set(stage, false);
    const inside = atBoundary ? true : stage.op.inputTensors.map(visit).some((reached) => reached);
    reaches.set(stage, inside);
    if (inside && (!atBoundary || includeInputs)) found.push(stage);
    return inside;
  };
  outputs.forEach(visit);
  return found;
}

/** The innermost group that contains both. */
function commonGroup(a: Stage | undefined, b: Stage | undefined): Stage | undefined {
  for (let outer = a; outer !== undefined; outer = outer.group) {
    for (let other = b; other !== undefined; other = other.group) if (outer === other) return outer;
  }
  return undefined;
}

/**
 * The groups whose members are all among `members`, except `parent`.
 * @throws UsageError when only a part of a group is among `members`.
 */
function groupsInside(members: readonly Stage[], parent: Stage | undefined): Stage[] {
  const counts = new Map<Stage, number>();
  const count = (group: Stage | undefined): void => {
    if (group === undefined || group === parent) return;
    const sofar = (counts.get(group) ?? 0) + 1;
    counts.set(group, sofar);
    if (sofar === group.state.numChildStages) count(group.group);
  };
  for (const stage of members) count(stage.group);
  for (const [group, sofar] of counts) {
    if (sofar === group.state.numChildStages) continue;
    throw new UsageError(
      "te-group",
      `the group takes ${sofar} of the ${group.state.numChildStages} stages of another group; ` +
        `a group must contain another as a whole, or not at all`,
    );
  }
  return [...counts.keys()];
}
