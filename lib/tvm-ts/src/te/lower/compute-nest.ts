/**
 * The loops of a computation: the main ones, and beside those that reduce, the ones that set the
 * results to the reduction's identity first.
 *
 *     for i                       common
 *       for j.init                init: the data loops from the first reducing one inward
 *         C[i, j.init] = 0
 *       for k                     main
 *         for j
 *           C[i, j] = C[i, j] + A[i, k]*B[k, j]
 */

import { likely, type IterVar, type PrimExpr } from "../../ir";
import { passDownBits } from "../schedule/message-passing";
import type { ComputeOp, TensorComputeOp } from "../operation";
import type { AxisValues, StageContext } from "./context";
import type { Frame } from "./frames";
import { makeLoopNest } from "./loop-nest";

export interface ComputeLoopNest {
  /** The frames of each loop. */
  readonly main: readonly (readonly Frame[])[];
  readonly mainValues: AxisValues;
  readonly mainConditions: readonly PrimExpr[];
  /** How many loops are outside of every reducing one. */
  readonly common: number;
  /** The same for the loops that initialize; empty without a reduction. */
  readonly init: readonly (readonly Frame[])[];
  /** How many loops those are, loops of one step included. */
  readonly initLoops: number;
  readonly initValues: AxisValues;
  readonly initConditions: readonly PrimExpr[];
}

const DATA = 1;
const REDUCE = 2;

export function computeLoopNest(
  context: StageContext,
  op: ComputeOp | TensorComputeOp,
): ComputeLoopNest {
  const { stage } = context;
  const mainValues: AxisValues = new Map();
  const main = makeLoopNest(context, mainValues);
  const mainConditions = context.boundChecks(mainValues).map((condition) => likely(condition));
  const { storePredicate } = stage.state;
  if (storePredicate !== undefined) mainConditions.push(storePredicate);
  const initValues: AxisValues = new Map();
  const loops = stage.leafIterVars;
  if (op.reduceAxis.length === 0) {
    const common = loops.length;
    const none = { init: [], initLoops: 0, initValues, initConditions: [] };
    return { main, mainValues, mainConditions, common, ...none };
  }
  const bits = axisBits(context, op);
  const firstReducing = loops.findIndex((loop) => (bits.get(loop) ?? 0) & REDUCE);
  const common = firstReducing < 0 ? loops.length : firstReducing;
  for (const loop of loops.slice(0, common)) initValues.set(loop, mainValues.get(loop)!);
  const skip = new Set([...bits].filter(([, bit]) => bit === REDUCE).map(([axis]) => axis));
  const init = makeLoopNest(context, initValues, { begin: common, forInit: true, skip });
  const initConditions = context
    .boundChecks(initValues, { ownDomainOnly: stage.state.rollingBuffer === undefined, skip })
    .map((condition) => likely(condition));
  const initLoops = loops.slice(common).filter((loop) => !skip.has(loop)).length;
  return {
    main,
    mainValues,
    mainConditions,
    common,
    init,
    initLoops,
    initValues,
    initConditions,
  };
}

/** Whether each axis comes from data axes, reduction axes, or both. */
function axisBits(
  context: StageContext,
  op: ComputeOp | TensorComputeOp,
): ReadonlyMap<IterVar, number> {
  const loops = op.kind === "compute" ? op.axis : op.axis.slice(0, op.schedulableNdim);
  const bits = new Map<IterVar, number>();
  for (const axis of op.reduceAxis) bits.set(axis, REDUCE);
  for (const axis of loops) bits.set(axis, DATA);
  passDownBits(context.stage, bits);
  return bits;
}
