/** Checks of a whole schedule, before its loops are made. */

import { UsageError } from "../../support";
import {
  forEachVar,
  walk,
  type Buffer,
  type IterVar,
  type PrimExpr,
  type ProducerLoad,
  type Range,
  type Var,
} from "../../ir";
import type { Operation } from "../operation";
import { passDownBits } from "../schedule/message-passing";
import type { Schedule } from "../schedule/schedule";
import type { Stage } from "../schedule/stage";
import type { Tensor } from "../tensor";

/** The schedule must compute at least one output. */
export function checkOutputs(schedule: Schedule): void {
  const [first] = schedule.outputs;
  if (first === undefined || schedule.outputs.some((op) => op.kind !== "placeholder")) return;
  throw new UsageError(
    "lower-arguments",
    `the schedule computes nothing: its output ${first.name} is a placeholder; create the schedule ` +
      `for a tensor that is computed from it`,
    { notes: [{ text: `${first.name} was declared here`, span: first.span }] },
  );
}

/** A rolling buffer must be computed inside a loop. */
export function checkRollingBuffers(schedule: Schedule): void {
  for (const { name, op, state, attachSpec } of schedule.stages) {
    if (state.rollingBuffer === undefined) continue;
    const { type } = attachSpec.attachment;
    if (type === "scope") continue;
    const where = type === "inlinedAlready" ? "it is inlined" : "it is computed at the root";
    throw new UsageError(
      "te-buffering",
      `stage ${name} is a rolling buffer, but ${where}, so no loop around it has steps that ` +
        `overlap; compute it at a loop of its consumer with computeAt`,
      {
        span: state.rollingBuffer,
        notes: [{ text: `${name} was declared here`, span: op.span }],
      },
    );
  }
}

/** A prefetched tensor must be read by the stage, and must be in memory. */
export function checkPrefetches(schedule: Schedule): void {
  for (const stage of schedule.stages) {
    for (const axis of stage.leafIterVars) {
      const attr = stage.iterVarAttrs.get(axis);
      if (attr === undefined || attr.bindThread !== undefined) continue;
      for (const { tensor, span } of attr.prefetches) {
        const why = unreachable(schedule, stage, tensor);
        if (why === undefined) continue;
        throw new UsageError(
          "te-prefetch",
          `stage ${stage.name} cannot prefetch ${tensor.name} at axis ${axis.name}: ${why}`,
          {
            span,
            notes: [{ text: `${tensor.name} was declared here`, span: tensor.op.span }],
          },
        );
      }
    }
  }
}

function unreachable(schedule: Schedule, stage: Stage, tensor: Tensor): string | undefined {
  const producer = schedule.stage(tensor);
  if (producer.attachment.type === "inlinedAlready") return "it is inlined and has no memory";
  const inputs = stage.op.inputTensors;
  if (inputs.some((input) => schedule.stage(input) === producer)) return undefined;
  const names = inputs.map((input) => input.name).join(" and ");
  return `${stage.name} does not read it; it reads ${names === "" ? "nothing" : names}`;
}

/** A tensor that gives the extent of a reduction must be computed before the reduction's loop. */
export function checkReductionExtents(schedule: Schedule): void {
  for (const stage of schedule.stages) {
    if (stage.attachment.type === "inlinedAlready") continue;
    for (const axis of stage.op.reduceAxis) {
      const tensors = tensorsIn(axis.dom!);
      for (const tensor of tensors) checkReductionExtent(schedule, stage, axis, tensor);
      if (tensors.length > 0) checkNotMixed(stage, axis);
    }
  }
}

function tensorsIn({ min, extent }: Range): Tensor[] {
  const tensors: Tensor[] = [];
  const add = ({ producer }: ProducerLoad): void => void tensors.push(producer as Tensor);
  for (const end of [min, extent]) walk(end, { ProducerLoad: add });
  return tensors;
}

/** A fused loop over data and a reduction of extent 0 would not initialize the results. */
function checkNotMixed(stage: Stage, axis: IterVar): void {
  const [data, reduced] = [1, 2];
  const bits = new Map<IterVar, number>([[axis, reduced]]);
  for (const other of stage.op.axis) bits.set(other, data);
  passDownBits(stage, bits);
  const mixed = stage.leafIterVars.find((loop) => bits.get(loop) === (data | reduced));
  if (mixed === undefined) return;
  throw new UsageError(
    "te-ragged-axis",
    `axis ${axis.name} of stage ${stage.name} has an extent that is read from a tensor, and cannot be ` +
      `fused with a data axis as in ${mixed.name}; fuse data axes only`,
    { span: mixed.span, notes: [{ text: `${stage.name} was declared here`, span: stage.op.span }] },
  );
}

function checkReductionExtent(
  schedule: Schedule,
  stage: Stage,
  axis: IterVar,
  tensor: Tensor,
): void {
  const producer = schedule.stage(tensor);
  const { attachment } = producer.attachSpec;
  if (attachment.type !== "scope" || attachment.stage !== stage) return;
  const bits = new Map([[axis, 1]]);
  passDownBits(stage, bits);
  const loops = stage.leafIterVars;
  const first = loops.findIndex((loop) => bits.has(loop));
  if (loops.indexOf(attachment.axis) < first) return;
  throw new UsageError(
    "te-ragged-axis",
    `stage ${producer.name} is computed at axis ${attachment.axis.name} of ${stage.name}, but it ` +
      `gives the extent of ${axis.name}, whose loop is around that; compute it outside of that loop`,
    {
      span: attachment.span,
      notes: [{ text: `${producer.name} was declared here`, span: producer.op.span }],
    },
  );
}

/**
 * Every variable must be a scalar argument, an extent or stride of an argument, or a thread index.
 */
export function checkVariables(
  schedule: Schedule,
  params: readonly Var[],
  buffers: readonly Buffer[],
): void {
  const defined = new Set<Var>(params);
  const define = (expr: PrimExpr): void =>
    forEachVar(expr, (variable) => void defined.add(variable));
  for (const buffer of buffers) {
    [...buffer.shape, ...buffer.strides, buffer.elemOffset].forEach(define);
  }
  for (const stage of schedule.stages) {
    for (const { bindThread } of stage.iterVarAttrs.values()) {
      if (bindThread !== undefined) defined.add(bindThread.var_);
    }
    for (const thread of stage.state.envThreads) defined.add(thread.var_);
  }
  for (const stage of schedule.stages) {
    if (stage.attachment.type !== "inlinedAlready") checkOperation(stage.op, defined);
  }
}

function checkOperation(op: Operation, defined: ReadonlySet<Var>): void {
  if (op.kind !== "compute") return;
  const own = new Set<Var>(op.rootIterVars.map((axis) => axis.var_));
  const check = (variable: Var): void => {
    if (own.has(variable) || defined.has(variable)) return;
    throw new UsageError(
      "te-undefined-variable",
      `${op.name} uses the variable ${variable.name}, which is neither one of its axes (a reduction ` +
        `axis counts only inside te.sum and other reducers) nor defined by an argument`,
      {
        span: op.span,
        notes: [{ text: `${variable.name} was made here`, span: variable.span }],
      },
    );
  };
  for (const body of op.body) {
    walk(body, {
      Let: ({ var_ }) => void own.add(var_),
      Var: check,
    });
  }
  for (const axis of op.axis) forEachVar(axis.dom!.extent, check);
}
