/**
 * The loops of a computation: the main loops and, for a reduction, the loops before them that set the
 * results to the reduction's identity.
 *
 *     for i                       common
 *       for j.init                init: the data loops from the first reducing one inward
 *         C[i, j.init] = 0
 *       for k                     main
 *         for j
 *           C[i, j] = C[i, j] + A[i, k]*B[k, j]
 */

import { conjuncts } from "../../arith";
import { isOne, likely, usesVar, type IterVar, type PrimExpr } from "../../ir";
import { passDownBits } from "../schedule/message-passing";
import type { ComputeOp, TensorComputeOp } from "../operation";
import { readsTensor, type AxisValues, type StageContext } from "./context";
import { guards, type Frame } from "./frames";
import { makeLoopNest } from "./loop-nest";

export interface ComputeLoopNest {
  /** The frames of each loop. */
  readonly main: readonly (readonly Frame[])[];
  readonly mainValues: AxisValues;
  readonly mainConditions: readonly PrimExpr[];
  /** The number of loops outside every reduction loop. */
  readonly common: number;
  /** The same for the loops that initialize the results; empty without a reduction. */
  readonly init: readonly (readonly Frame[])[];
  /** The number of `init` loops, loops of one step included. */
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
  const checks = context.boundChecks(mainValues).map((condition) => likely(condition));
  guardExtentReads(context, main, mainValues, reducedWhere(op));
  const mainConditions = guardExtentReads(context, main, mainValues, checks);
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

/**
 * An extent may be read from a tensor only where the loops around the read are in bounds: the
 * conditions on those loops move in front of the loop with that extent.
 * @returns The conditions that stay in the innermost loop.
 */
function guardExtentReads(
  context: StageContext,
  main: Frame[][],
  values: AxisValues,
  conditions: readonly PrimExpr[],
): PrimExpr[] {
  const { leafIterVars } = context.stage;
  const position = main.findIndex((frames) =>
    frames.some((frame) => frame.kind === "for" && readsTensor(frame.extent)),
  );
  if (position < 0) return [...conditions];
  const inside = new Set(leafIterVars.slice(position).map(({ var_ }) => var_));
  const byLoops = context.rewriter(values);
  const depends = (condition: PrimExpr): boolean =>
    usesVar(byLoops(condition), (v) => inside.has(v));
  const early = conditions.filter((condition) => !depends(condition));
  main[position] = [...guards(early), ...main[position]!];
  return conditions.filter(depends);
}

/** The conditions that must all hold for an element to take part in the reduction. */
function reducedWhere(op: ComputeOp | TensorComputeOp): PrimExpr[] {
  const [first] = op.kind === "compute" ? op.body : [];
  return first?.kind === "Reduce" ? conjuncts(first.condition).filter((each) => !isOne(each)) : [];
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
