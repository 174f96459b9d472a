/** Replaces the inner loops of a stage by an intrinsic. */

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
  /** Frames that bind the intrinsic's buffers to regions. */
  readonly inputs: readonly Frame[];
  readonly outputs: readonly Frame[];
  readonly binder: IntrinArgBinder;
  /** Makes the error for an intrinsic that lacks a statement. */
  readonly fail: (why: string) => UsageError;
}

/**
 * The loops outside the intrinsic with its statements in them. These are the body or, inside a
 * reduction loop, `reduceUpdate`, with `reduceInit` in separate loops before it.
 */
export function placeIntrinsic(context: StageContext, use: IntrinsicUse): Stmt {
  const { intrin, nest, location, fail } = use;
  const values = nest.mainValues;
  const rewrite = context.rewriter(values);
  /** Wraps a statement that already uses loop variables. */
  const loops = (frames: readonly Frame[], body: Stmt): Stmt =>
    wrapInFrames(frames, body, rewrite, context.attach);
  const whole = (stmt: Stmt): Stmt =>
    wrapRewritten(
      context,
      [...use.binder.asserts, ...use.inputs, ...use.outputs],
      substitute(stmt, use.binder.values),
      values,
    );

  if (location <= nest.common) {
    if (intrin.body === undefined) throw fail("it has no body, which computes the whole region");
    const frames = [...nest.main.slice(0, location).flat(), ...guards(nest.mainConditions)];
    return loops(frames, whole(intrin.body));
  }
  const { reduceInit, reduceUpdate, body } = intrin;
  if (reduceUpdate === undefined) {
    throw fail(
      "a reduction loop is outside of it, but it has no reduceUpdate, which adds a step to the result",
    );
  }
  const common = nest.main.slice(0, nest.common).flat();
  const inner = [...nest.main.slice(nest.common, location).flat(), ...guards(nest.mainConditions)];
  if (reduceInit === undefined) {
    if (body === undefined)
      throw fail("it has neither reduceInit nor a body, one of which must initialize the result");
    return loops(common, loops(inner, whole(firstOrNext(context, use, body, reduceUpdate))));
  }
  const init = loops(
    [...nest.init.slice(0, location).flat(), ...guards(nest.initConditions)],
    wrapRewritten(context, use.outputs, reduceInit, nest.initValues),
  );
  return loops(common, flattenSeq(init, loops(inner, whole(reduceUpdate))));
}

/** Rewrites frames and a body from the operation's axes to loop variables. */
function wrapRewritten(
  context: StageContext,
  frames: readonly Frame[],
  body: Stmt,
  values: AxisValues,
): Stmt {
  const inner = context.rewriteStmt(body, values);
  return wrapInFrames(frames, inner, context.rewriter(values), context.attach);
}

/**
 * `first`, which computes the whole region, in the first step of the reduction; `next`, which adds a
 * step, in the others.
 */
function firstOrNext(context: StageContext, use: IntrinsicUse, first: Stmt, next: Stmt): Stmt {
  const reducing = context.stage.leafIterVars
    .slice(0, use.location)
    .filter((axis) => axis.iterType === "CommReduce");
  const vars = new Set(reducing.map((axis) => axis.var_));
  for (const condition of use.nest.mainConditions) {
    if (!usesVar(condition, (variable) => vars.has(variable))) continue;
    throw use.fail(
      `the condition ${reprExpr(condition)} depends on a reduction axis, so the first step ` +
        `may be skipped`,
    );
  }
  const later = reducing.map((axis) => likely(axis.var_.gt(context.domains.get(axis)!.min)));
  return new IfThenElse(later.reduce<PrimExpr>(or, falseImm()), next, first);
}
