/**
 * The normal form of a schedule for lowering: inlined stages are substituted into the bodies that read
 * them, every loop over an axis of an operation starts at zero, and a stage attached to an axis that
 * was split or fused later is attached to the resulting axis.
 */

import { UsageError } from "../../support";
import { CallEffect, cast, IterVar, Let, mutator, someNode, Var, type PrimExpr } from "../../ir";
import { mapBodies, type ComputeOp } from "../operation";
import type { Tensor } from "../tensor";
import { consumers } from "./graph";
import type { Schedule } from "./schedule";
import type { Stage } from "./stage";
import type { Attachment, IterVarAttr } from "./stage-state";

/** See `Schedule.normalize`. */
export function normalizeSchedule(schedule: Schedule): Schedule {
  const copy = schedule.copy();
  inlineStages(copy);
  const rebased = rebaseLoops(copy);
  moveAttachments(copy, (axis) => rebased.get(axis));
  legalizeAttachments(copy);
  return copy;
}

// Inlining --------------------------------------------------------------------------------------

/**
 * Substitutes the bodies of inlined stages for their reads. A stage that an external operation reads
 * is computed nevertheless: such an operation reads memory, not expressions.
 */
function inlineStages(schedule: Schedule): void {
  const inlined = new Map<Stage, ComputeOp>();
  const readers = consumers(schedule);
  for (const stage of schedule.stages) {
    if (stage.attachment.type !== "inline") continue;
    const kinds = (readers.get(stage) ?? []).map((reader) => reader.op.kind);
    if (kinds.includes("extern")) {
      stage.state = { ...stage.state, attach: { type: "groupRoot" } };
      continue;
    }
    if (kinds.some((kind) => kind !== "compute")) throw unreadable(stage, readers.get(stage)!);
    checkNoLoops(stage);
    inlined.set(stage, stage.op as ComputeOp);
    stage.state = { ...stage.state, attach: { type: "inlinedAlready" } };
  }
  if (inlined.size === 0) return;
  checkAttachments(schedule);
  for (const stage of schedule.stages) {
    const { op } = stage;
    if (inlined.has(stage) || op.kind !== "compute") continue;
    if (!op.inputTensors.some((tensor) => inlined.has(schedule.stage(tensor)))) continue;
    stage.replaceOp(op.withBody(mapBodies(op.body, (body) => expand(schedule, inlined, body))));
  }
}

/** A stage cannot be attached to an inlined stage, which has no loops. */
function checkAttachments(schedule: Schedule): void {
  for (const stage of [...schedule.stages, ...schedule.groups]) {
    const { attachment } = stage;
    if (attachment.type !== "scope") continue;
    const { stage: parent, axis, span } = attachment;
    if (parent.attachment.type !== "inlinedAlready") continue;
    throw new UsageError(
      "te-inline",
      `stage ${stage.name} is computed at axis ${axis.name} of ${parent.name}, which is inlined and ` +
        `has no loops; compute it inside a stage that is not inlined, or inline it too`,
      { span, notes: [{ text: `${parent.name} was declared here`, span: parent.op.span }] },
    );
  }
}

/** An inlined stage has no loops to split or fuse. */
function checkNoLoops(stage: Stage): void {
  const { attachment } = stage;
  if (attachment.type !== "inline") return;
  for (const relation of stage.relations) {
    if (relation.kind !== "split" && relation.kind !== "fuse") continue;
    const [how, axis, made] =
      relation.kind === "split"
        ? ["split", relation.parent, relation.outer]
        : ["fused", relation.outer, relation.fused];
    throw new UsageError(
      "te-inline",
      `stage ${stage.name} is inlined and has no loops, but its axis ${axis.name} is ${how}; leave ` +
        `out one of the two`,
      { span: attachment.span, notes: [{ text: `${axis.name} was ${how} here`, span: made.span }] },
    );
  }
}

function unreadable(stage: Stage, readers: readonly Stage[]): UsageError {
  const reader = readers.find((each) => each.op.kind !== "compute")!;
  const { attachment } = stage;
  return new UsageError(
    "te-inline",
    `stage ${stage.name} cannot be inlined into ${reader.name}, which is a ${reader.op.kind} and ` +
      `reads it from memory; leave out computeInline`,
    {
      span: attachment.type === "inline" ? attachment.span : undefined,
      notes: [{ text: `${reader.name} was declared here`, span: reader.op.span }],
    },
  );
}

/** `body` with the reads of inlined stages replaced, recursively. */
function expand(
  schedule: Schedule,
  inlined: ReadonlyMap<Stage, ComputeOp>,
  body: PrimExpr,
): PrimExpr {
  const within = (values: ReadonlyMap<Var, PrimExpr>): ((expr: PrimExpr) => PrimExpr) => {
    const recur = mutator({
      Var: (variable) => values.get(variable),
      ProducerLoad(load, recur) {
        const read = recur.children(load);
        const producer = inlined.get(schedule.stage(load.producer as Tensor));
        return producer === undefined ? read : bodyAt(producer, read.indices);
      },
    });
    return (expr) => recur(expr);
  };

  const bodyAt = (op: ComputeOp, indices: readonly PrimExpr[]): PrimExpr => {
    const values = new Map<Var, PrimExpr>();
    if (!indices.some(hasSideEffect)) {
      op.axis.forEach(({ var_ }, i) => values.set(var_, cast(var_.dtype, indices[i]!)));
      return within(values)(op.body[0]!);
    }
    // An index with a side effect must be evaluated once, however often the body uses it.
    const names = op.axis.map(({ var_ }) => new Var(var_.name, var_.dtype));
    op.axis.forEach(({ var_ }, i) => values.set(var_, names[i]!));
    return names.reduce<PrimExpr>(
      (inner, name, i) => new Let(name, cast(name.dtype, indices[i]!), inner),
      within(values)(op.body[0]!),
    );
  };

  return within(new Map())(body);
}

function hasSideEffect(expr: PrimExpr): boolean {
  return someNode(expr, (node) => node.kind === "Call" && node.op.effect > CallEffect.ReadState);
}

// Loops from zero -------------------------------------------------------------------------------

/**
 * Replaces loops over operations' axes by loops that start at zero, except those bound to threads.
 */
function rebaseLoops(schedule: Schedule): ReadonlyMap<IterVar, IterVar> {
  const all = new Map<IterVar, IterVar>();
  for (const stage of schedule.stages) {
    if (stage.attachment.type === "inlinedAlready") continue;
    const { leafIterVars, iterVarAttrs } = stage;
    const own = new Set(stage.op.rootIterVars);
    const attrs = new Map<IterVar, IterVarAttr>(iterVarAttrs);
    const relations = [...stage.relations];
    const leaves = leafIterVars.map((axis) => {
      const attr = iterVarAttrs.get(axis);
      if (!own.has(axis) || attr?.bindThread !== undefined) return axis;
      const variable = axis.var_.replacement();
      const rebased = new IterVar(undefined, variable, axis.iterType, "", axis.span);
      relations.push({ kind: "rebase", parent: axis, rebased });
      if (attr !== undefined) attrs.set(rebased, attr);
      all.set(axis, rebased);
      return rebased;
    });
    stage.state = { ...stage.state, leafIterVars: leaves, relations, iterVarAttrs: attrs };
  }
  return all;
}

// Attachments -----------------------------------------------------------------------------------

function moveAttachments(
  schedule: Schedule,
  moved: (axis: IterVar, attach: Attachment & { type: "scope" }) => IterVar | undefined,
): void {
  for (const stage of [...schedule.stages, ...schedule.groups]) {
    const { attach } = stage.state;
    if (attach.type !== "scope") continue;
    const axis = moved(attach.axis, attach);
    if (axis !== undefined) stage.state = { ...stage.state, attach: { ...attach, axis } };
  }
}

/**
 * If an axis was split after a stage was attached to it, the stage moves to the inner loop; if it was
 * the inner axis of a fuse, to the fused loop.
 */
function legalizeAttachments(schedule: Schedule): void {
  moveAttachments(schedule, (axis, { stage }) => {
    if (stage.leafIterVars.includes(axis)) return undefined;
    let current = axis;
    for (const relation of stage.relations) {
      if (relation.kind === "fuse" && relation.inner === current) current = relation.fused;
      else if (relation.kind === "split" && relation.parent === current) current = relation.inner;
      else if (relation.kind === "rebase" && relation.parent === current)
        current = relation.rebased;
    }
    return current;
  });
}
