/** A timeline as front ends draw it. */

import { view } from "tvm-ts";
import {
  criticalCycles,
  STAGE_NAMES,
  STALL_CAUSES,
  STEP_REASONS,
  type CriticalStep,
  type StallCause,
  type StepReason,
  type Timeline,
} from "../accelerator";

export interface TimelineView {
  readonly cycles: number;
  /** The causes' names, by number. */
  readonly causes: readonly StallCause[];
  /** The numbers of spans of load, compute and store; the spans of each cover `cycles`. */
  readonly spans: readonly number[];
  /** For each span its cause. */
  readonly spanCauses: view.PackedNumbers;
  /** For each span its end; it begins at the end of the stage's span before it. */
  readonly spanEnds: view.PackedNumbers;
  /** For each span of fetch its cause, and its end. */
  readonly fetchCauses: view.PackedNumbers;
  readonly fetchEnds: view.PackedNumbers;
  /** The reasons' names, by number. */
  readonly reasons: readonly StepReason[];
  /** For each step of the critical path two numbers: the instruction, and why it came next. */
  readonly criticalPath: view.PackedNumbers;
  /** Cycles of the critical path by stage, `fetch` and `hand-over`. */
  readonly criticalCycles: Readonly<Record<string, number>>;
}

const PACKED_LIMIT = 2 ** 32;

/** @param numberOf an instruction's number in the view; undefined if it is not there */
export function timelineView(
  timeline: Timeline,
  numberOf: (step: CriticalStep) => number | undefined,
): TimelineView {
  const { cycles, spans, fetch, criticalPath } = timeline;
  const packedEnds = (ends: readonly { readonly end: number }[]): view.PackedNumbers =>
    view.packNumbers(
      ends.map(({ end }) => end),
      cycles < PACKED_LIMIT ? "u4" : "f8",
    );
  const packedCauses = (causes: readonly { readonly cause: StallCause }[]): view.PackedNumbers =>
    view.packNumbers(
      causes.map(({ cause }) => STALL_CAUSES.indexOf(cause)),
      "u1",
    );
  const steps = criticalPath.flatMap((step) => {
    const number = numberOf(step);
    return number === undefined ? [] : [number, STEP_REASONS.indexOf(step.reason)];
  });
  return {
    cycles,
    causes: STALL_CAUSES,
    spans: STAGE_NAMES.map((stage) => spans.filter((span) => span.stage === stage).length),
    spanCauses: packedCauses(spans),
    spanEnds: packedEnds(spans),
    fetchCauses: packedCauses(fetch),
    fetchEnds: packedEnds(fetch),
    reasons: STEP_REASONS,
    criticalPath: view.packNumbers(steps, "u4"),
    criticalCycles: criticalCycles(timeline),
  };
}
