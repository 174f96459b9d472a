/** The loops of a stage, as frames. */

import { UsageError } from "../../support";
import {
  add,
  cast,
  constIntValue,
  IntImm,
  isOne,
  isZero,
  reprExpr,
  StorageRank,
  storageScope,
  threadScope,
  toExpr,
  type ForKind,
  type IterVar,
  type PrimExpr,
} from "../../ir";
import { passUpIndex } from "../schedule/message-passing";
import { NO_ATTR, type IterVarAttr, type LoopType } from "../schedule/stage-state";
import type { AxisValues, StageContext } from "./context";
import type { Frame } from "./frames";

const FOR_KINDS: Readonly<Record<LoopType, ForKind>> = {
  DataPar: "serial",
  Unrolled: "unrolled",
  Vectorized: "vectorized",
  Parallelized: "parallel",
  Tensorized: "serial",
};

export interface LoopNestOptions {
  /** The position of the first loop to make; the axes before it already have values. */
  readonly begin?: number;
  /** Makes the loops that initialize, `i.init`, instead of the main loops. */
  readonly forInit?: boolean;
  /** Loops to leave out. */
  readonly skip?: ReadonlySet<IterVar>;
}

/**
 * The frames of each loop (an empty list for an axis that makes none). Adds the value of every axis of
 * the stage to `values`.
 */
export function makeLoopNest(
  context: StageContext,
  values: AxisValues,
  options: LoopNestOptions = {},
): Frame[][] {
  const { begin = 0, forInit = false, skip } = options;
  const { stage } = context;
  const nest = stage.leafIterVars.map((axis, i): Frame[] => {
    if (i < begin) return [];
    if (axis.iterType === "Opaque" || skip?.has(axis)) {
      values.set(axis, axis.var_);
      return [];
    }
    const attr = stage.iterVarAttrs.get(axis) ?? NO_ATTR;
    const thread = attr.bindThread ?? (axis.threadTag === "" ? undefined : axis);
    const frames =
      thread === undefined
        ? plainLoop(context, axis, attr, values, forInit)
        : threadLoop(context, axis, thread, values);
    if (!forInit) frames.push({ kind: "attach", axis });
    return frames;
  });
  passUpIndex(stage, context.domains, values);
  return nest;
}

function plainLoop(
  context: StageContext,
  axis: IterVar,
  attr: IterVarAttr,
  values: AxisValues,
  forInit: boolean,
): Frame[] {
  const { min, extent } = context.domains.get(axis)!;
  const frames: Frame[] = attr.pragmas.map(({ key, value, span }) => ({
    kind: "attr",
    node: axis,
    key: `pragma_${key}`,
    value: value ?? new IntImm(1),
    span,
  }));
  if (isOne(extent) && !context.keepTrivialLoops) {
    values.set(axis, min);
    checkNoPrefetch(context, axis, attr);
    return frames;
  }
  const loopVar = forInit
    ? axis.var_.replacement({
        name: `${axis.name}.init`,
        origin: { how: "init", from: axis.var_ },
      })
    : axis.var_;
  const forKind = FOR_KINDS[attr.iterType];
  if (isZero(min)) {
    frames.push({ kind: "for", loopVar, extent, forKind, span: attr.span });
    values.set(axis, loopVar);
  } else {
    // Only loops over a transformed layout may begin at another value than 0; others were rebased.
    const counter = axis.var_.replacement({ name: `${axis.name}.idx` });
    const value = add(min, counter);
    frames.push({ kind: "for", loopVar: counter, extent, forKind, span: attr.span });
    frames.push({ kind: "let", variable: loopVar, value });
    values.set(axis, value);
  }
  for (const { tensor, offset, span } of attr.prefetches) {
    const node = context.bufferOf(tensor);
    frames.push({ kind: "attr", node, key: "prefetch_scope", value: offset, span });
  }
  return frames;
}

function checkNoPrefetch(context: StageContext, axis: IterVar, attr: IterVarAttr): void {
  if (attr.prefetches.length === 0) return;
  throw new UsageError(
    "te-prefetch",
    `axis ${axis.name} of stage ${context.stage.name} has only one step, so there is no later step to ` +
      `prefetch for; prefetch at a loop of more steps`,
    { span: attr.span },
  );
}

function threadLoop(
  context: StageContext,
  axis: IterVar,
  thread: IterVar,
  values: AxisValues,
): Frame[] {
  const { stage } = context;
  const { min, extent } = context.domains.get(axis)!;
  const span = stage.iterVarAttrs.get(axis)?.span;
  if (!isZero(min)) {
    throw new UsageError(
      "te-bind",
      `axis ${axis.name} of stage ${stage.name} begins at ${reprExpr(min)} and cannot be bound to ` +
        `${thread.threadTag}, which begins at 0; split it and bind a part`,
      { span },
    );
  }
  const index = cast(axis.var_.dtype, thread.var_);
  if (thread.threadTag === "vthread" || thread.threadTag === "cthread") {
    const count = constIntValue(extent);
    if (count === undefined || count < 1) {
      throw new UsageError(
        "te-bind",
        `axis ${axis.name} of stage ${stage.name} is bound to ${thread.threadTag} and must have a ` +
          `constant extent, but its extent is ${reprExpr(extent)}; split it with nparts and bind the outer part`,
        { span },
      );
    }
    values.set(axis, index);
    return [{ kind: "attr", node: thread, key: "virtual_thread", value: extent, span }];
  }
  if (thread.threadTag === "pipeline") {
    if (!isOne(extent)) {
      throw new UsageError(
        "te-bind",
        `axis ${axis.name} of stage ${stage.name} marks a pipeline and must have extent 1`,
        { span },
      );
    }
    values.set(axis, min);
    return [{ kind: "attr", node: thread, key: "pipeline_exec_scope", value: extent }];
  }
  values.set(axis, threadIndex(context, thread, index, extent));
  if (context.launched.has(thread)) return [];
  return [{ kind: "attr", node: thread, key: "thread_extent", value: extent }];
}

/**
 * The value of an axis bound to a thread; zero if each thread has a copy of the memory, since then
 * every thread computes the whole.
 */
function threadIndex(
  context: StageContext,
  thread: IterVar,
  index: PrimExpr,
  extent: PrimExpr,
): PrimExpr {
  const start = toExpr(0);
  if (isOne(extent) && !context.keepTrivialLoops) return cast(index.dtype, start);
  const { scope } = context.stage;
  if (scope === "") return index;
  const { rank, dim } = threadScope(thread.threadTag);
  const memory = storageScope(scope).rank;
  const shared = (memory as number) <= rank;
  const withinWarp = memory === StorageRank.Warp && rank === 1 && dim === 0;
  return shared || withinWarp ? index : cast(index.dtype, start);
}
