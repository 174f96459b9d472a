/** Statements that compute a tensor element by element. */

import { UsageError } from "../../support";
import {
  flattenSeq,
  IfThenElse,
  isOne,
  SeqStmt,
  type IterVar,
  type PrimExpr,
  type Stmt,
} from "../../ir";
import type { ComputeOp } from "../operation";
import type { Stage } from "../schedule/stage";
import type { StageContext } from "./context";
import { computeLoopNest } from "./compute-nest";
import { crossThreadReduction } from "./cross-thread";
import { guards, wrapInFrames } from "./frames";
import { combined, reductionOf } from "./combine-reduction";
import { tensorizedCompute } from "./tensorize";

/** The statement that computes a stage of a `ComputeOp`. */
export function provideCompute(context: StageContext, op: ComputeOp): Stmt {
  switch (computeKind(context)) {
    case "tensorized":
      return tensorizedCompute(context, op);
    case "crossThread":
      return crossThreadReduction(context, op);
    case "plain":
      return plainCompute(context, op);
  }
}

function computeKind(context: StageContext): "plain" | "crossThread" | "tensorized" {
  const { stage } = context;
  let tensorized = false;
  let reducing: IterVar | undefined;
  for (const axis of stage.leafIterVars) {
    const attr = stage.iterVarAttrs.get(axis);
    tensorized ||= attr?.iterType === "Tensorized";
    if (axis.iterType === "CommReduce") {
      if (attr?.bindThread !== undefined) reducing = axis;
    } else if (reducing !== undefined) {
      throw threadError(
        stage,
        reducing,
        `axis ${axis.name} of stage ${stage.name} is inside the reduction axis ${reducing.name}, which is bound ` +
          `to threads; reorder the data axes outward`,
      );
    }
  }
  if (reducing !== undefined && tensorized) {
    throw threadError(
      stage,
      reducing,
      `stage ${stage.name} is tensorized and reduces over the threads of ${reducing.name}; use only ` +
        `one of the two`,
    );
  }
  if (tensorized) return "tensorized";
  return reducing === undefined ? "plain" : "crossThread";
}

/** An error at the line that bound the axis. */
function threadError(stage: Stage, axis: IterVar, sentence: string): UsageError {
  return new UsageError("te-cross-thread", sentence, {
    span: stage.iterVarAttrs.get(axis)?.span,
    notes: [{ text: `${stage.name} was declared here`, span: stage.op.span }],
  });
}

function plainCompute(context: StageContext, op: ComputeOp): Stmt {
  const { attach } = context;
  const nest = computeLoopNest(context, op);
  const rewrite = context.rewriter(nest.mainValues);
  const main = nest.main.flat();
  if (op.reduceAxis.length === 0) {
    const indices = op.axis.map((axis) => rewrite(axis.var_));
    const stores = op.outputs.map((tensor, i) =>
      context.store(tensor, rewrite(op.body[i]!), indices),
    );
    const frames = [...main, ...guards(nest.mainConditions)];
    return wrapInFrames(frames, flattenSeq(...stores), rewrite, attach);
  }
  const split = nest.main.slice(0, nest.common).flat().length;
  const update = wrapInFrames(
    [...main.slice(split), ...guards(nest.mainConditions)],
    updateStmt(context, op, rewrite),
    rewrite,
    attach,
  );
  const common = main.slice(0, split);
  if (context.keepTrivialLoops) return wrapInFrames(common, update, rewrite, attach);
  const loops = context.stage.leafIterVars.length;
  const rewriteInit = context.rewriter(nest.initValues);
  const init = wrapInFrames(
    [...nest.init.flat(), ...guards(nest.initConditions)],
    initStmt(context, op, rewriteInit),
    rewriteInit,
    attach,
  );
  // Several stores form one sequence with the next statement only without a loop or condition around
  // them.
  const initIsBare = nest.initLoops === 0 && nest.initConditions.length === 0;
  const updateIsBare = loops === nest.common && nest.mainConditions.length === 0;
  const both = new SeqStmt([...stmtsOf(init, initIsBare), ...stmtsOf(update, updateIsBare)]);
  return wrapInFrames(common, both, rewrite, attach);
}

function stmtsOf(stmt: Stmt, isBare: boolean): readonly Stmt[] {
  return isBare && stmt.kind === "SeqStmt" ? stmt.seq : [stmt];
}

/** Sets the outputs to the initial values of the reduction. */
function initStmt(
  context: StageContext,
  op: ComputeOp,
  rewrite: (expr: PrimExpr) => PrimExpr,
): Stmt {
  const { init, combiner } = reductionOf(op);
  const values = init.length > 0 ? init : combiner.identity;
  const indices = op.axis.map((axis) => rewrite(axis.var_));
  return flattenSeq(
    ...op.outputs.map((tensor, i) => context.store(tensor, rewrite(values[i]!), indices)),
  );
}

/** Combines one step of the reduction with the outputs. */
function updateStmt(
  context: StageContext,
  op: ComputeOp,
  rewrite: (expr: PrimExpr) => PrimExpr,
): Stmt {
  const { combiner, source, condition } = reductionOf(op);
  const indices = op.axis.map((axis) => rewrite(axis.var_));
  const sofar = op.outputs.map((tensor) => rewrite(tensor(...op.axis)));
  const steps = source.map(rewrite);
  const stores = combined(combiner, sofar, steps, rewrite).map((value, i) =>
    context.store(op.output(i), value, indices),
  );
  const update = flattenSeq(...stores);
  return isOne(condition) ? update : new IfThenElse(rewrite(condition), update);
}
