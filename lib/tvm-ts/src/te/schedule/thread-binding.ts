/** Checks which loops can be bound to which threads. */

import { UsageError } from "../../support";
import { isThreadTag, IterVar } from "../../ir";
import { checkIterType, leafPosition, noteAxis, type StageView } from "./axis-errors";
import type { StageState } from "./stage-state";

/**
 * @throws UsageError when `thread` is not a thread axis, or is bound to another loop of the stage.
 */
export function checkBinding(
  view: StageView,
  state: StageState,
  axis: IterVar,
  thread: IterVar,
): void {
  leafPosition(view, state, axis);
  checkIterType(view, state, axis, ["DataPar", "CommReduce"], "bound to a thread");
  if (!(thread instanceof IterVar) || thread.iterType !== "ThreadIndex") {
    throw new UsageError(
      "te-bind",
      `axis ${axis.name} of stage ${view.name} can only be bound to a thread axis; ` +
        `make one with te.threadAxis("threadIdx.x")`,
    );
  }
  if (thread.threadTag !== "pipeline" && !isThreadTag(thread.threadTag)) {
    throw new UsageError(
      "te-bind",
      `axis ${axis.name} of stage ${view.name} cannot be bound to "${thread.threadTag}"; threads ` +
        `are blockIdx.x to z, threadIdx.x to z, vthread, cthread and pipeline`,
      { notes: noteAxis(thread) },
    );
  }
  for (const [other, attr] of state.iterVarAttrs) {
    if (other === axis || attr.bindThread !== thread) continue;
    if (!state.leafIterVars.includes(other)) continue;
    throw new UsageError(
      "te-bind",
      `axes ${other.name} and ${axis.name} of stage ${view.name} cannot both be bound to ` +
        `${thread.threadTag}; make a thread axis for each, or fuse them`,
      { notes: [{ text: `${other.name} was bound here`, span: attr.span }] },
    );
  }
}

/**
 * @throws UsageError when the stage is not a scan, already has threads around it, or a thread axis has
 * no range.
 */
export function checkEnvThreads(
  view: StageView,
  state: StageState,
  threads: readonly IterVar[],
): void {
  if (state.op?.kind !== "scan") {
    throw new UsageError(
      "te-bind",
      `envThreads applies to scans, but ${view.name} is not a scan; bind its axes`,
    );
  }
  if (state.envThreads.length > 0) {
    throw new UsageError(
      "te-bind",
      `the threads around ${view.name} were already set; call envThreads once`,
    );
  }
  for (const { iterType, dom, threadTag } of threads) {
    if (iterType === "ThreadIndex" && dom !== undefined && isThreadTag(threadTag)) continue;
    throw new UsageError(
      "te-bind",
      `threads around a scan must be thread axes with a tag and a range: ` +
        `te.threadAxis([0, n], "blockIdx.x")`,
    );
  }
}
