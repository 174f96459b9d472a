/** An intrinsic in the place of the inner loops of a stage. */

import type { UsageError } from "../../support";
import {
  falseImm,
  flattenSeq,
  IfThenElse,
  likely,
  or,
  reprExpr,
  substitute,
  usesVar,
  type PrimExpr,
  type Stmt,
} from "../../ir";
import type { TensorIntrin } from "../tensor-intrin";
import type { IntrinArgBinder } from "./bind-args";
import type { ComputeLoopNest } from "./compute-nest";
import type { AxisValues, StageContext } from "./context";
import { guards, wrapInFrames, type Frame } from "./frames";

export interface IntrinsicUse {
  readonly intrin: TensorIntrin;
  readonly nest: ComputeLoopNest;
  /** The first loop that is inside the intrinsic. */
  readonly location: number;
  /** Says which regions the intrinsic's buffers are. */
  readonly inputs: readonly Frame[];
  readonly outputs: readonly Frame[];
  readonly binder: IntrinArgBinder;
  /** What to throw when the intrinsic lacks a statement. */
  readonly fail: (why: string) => UsageError;
}

/**
 * The loops outside the intrinsic with its statements in them: the body, or where a loop outside
 * reduces, `reduceInit` in loops of its own and `reduceUpdate`.
 */
export function placeIntrinsic(context: StageContext, use: IntrinsicUse): Stmt {
  const { intrin, nest, location, fail } = use;
  const values = nest.mainValues;
  const rewrite = context.rewriter(values);
  /** Loops around what is in terms of loop variables already. */
  const loops = (frames: readonly Frame[], body: Stmt): Stmt =>
    wrapInFrames(frames, body, rewrite, context.attach);
  const whole = (stmt: Stmt): Stmt =>
    around(
      context,
      [...use.binder.asserts, ...use.inputs, ...use.outputs],
      substitute(stmt, use.binder.values),
      values,
    );

  if (location <= nest.common) {
    if (intrin.body === undefined) throw fail("it does not say how the whole is computed");
    const frames = [...nest.main.slice(0, location).flat(), ...guards(nest.mainConditions)];
    return loops(frames, whole(intrin.body));
  }
  const { reduceInit, reduceUpdate, body } = intrin;
  if (reduceUpdate === undefined) {
    throw fail(
      "a loop that reduces is outside of it, but it does not say how to add a step to a result",
    );
  }
  const common = nest.main.slice(0, nest.common).flat();
  const inner = [...nest.main.slice(nest.common, location).flat(), ...guards(nest.mainConditions)];
  if (reduceInit === undefined) {
    if (body === undefined) throw fail("it does not say how a result is begun");
    return loops(common, loops(inner, whole(firstOrNext(context, use, body, reduceUpdate))));
  }
  const init = loops(
    [...nest.init.slice(0, location).flat(), ...guards(nest.initConditions)],
    around(context, use.outputs, reduceInit, nest.initValues),
  );
  return loops(common, flattenSeq(init, loops(inner, whole(reduceUpdate))));
}

/** Frames and a body in terms of the operation's axes, all put in terms of loop variables. */
function around(
  context: StageContext,
  frames: readonly Frame[],
  body: Stmt,
  values: AxisValues,
): Stmt {
  const inner = context.rewriteStmt(body, values);
  return wrapInFrames(frames, inner, context.rewriter(values), context.attach);
}

/** On the first step of the reduction the whole is computed; on others, a step is added. */
function firstOrNext(context: StageContext, use: IntrinsicUse, first: Stmt, next: Stmt): Stmt {
  const reducing = context.stage.leafIterVars
    .slice(0, use.location)
    .filter((axis) => axis.iterType === "CommReduce");
  const vars = new Set(reducing.map((axis) => axis.var_));
  for (const condition of use.nest.mainConditions) {
    if (!usesVar(condition, (variable) => vars.has(variable))) continue;
    throw use.fail(
      `the condition ${reprExpr(condition)} depends on a reduction axis, so that the first step ` +
        `may be left out`,
    );
  }
  const later = reducing.map((axis) => likely(axis.var_.gt(context.domains.get(axis)!.min)));
  return new IfThenElse(later.reduce<PrimExpr>(or, falseImm()), next, first);
}
