/** The timeline of a run. */

import {
  STAGE_NAMES,
  type FetchSpan,
  type StageName,
  type StallSpan,
  type Timeline,
} from "../../accelerator";
import { criticalPath } from "./critical-path";
import { forEachFetchStall, forEachStall } from "./stalls";
import type { StreamPlan } from "./stream-plan";
import type { Timing } from "./timing";

/** @param tokens in the semaphores at the launch; none if left out */
export function runTimeline(
  plan: StreamPlan,
  timing: Timing,
  tokens: Float64Array | undefined,
): Timeline {
  const spans = STAGE_NAMES.flatMap((stage, module) => stageSpans(plan, timing, stage, module));
  const { cycles } = timing;
  const fetch = fetchSpans(timing);
  return { cycles, starts: [0], spans, fetch, criticalPath: criticalPath(plan, timing, tokens) };
}

function fetchSpans(timing: Timing): FetchSpan[] {
  const spans: FetchSpan[] = [];
  forEachFetchStall(timing, (cause, begin, end) => {
    const last = spans.at(-1);
    if (last?.cause === cause) spans[spans.length - 1] = { ...last, end };
    else spans.push({ cause, begin, end });
  });
  return spans;
}

/** Merges successive times of the same cause into a span. */
function stageSpans(
  plan: StreamPlan,
  timing: Timing,
  stage: StageName,
  module: number,
): StallSpan[] {
  const spans: StallSpan[] = [];
  forEachStall(plan, timing, module, (cause, begin, end) => {
    const last = spans.at(-1);
    if (last?.cause === cause) spans[spans.length - 1] = { ...last, end };
    else spans.push({ stage, cause, begin, end });
  });
  return spans;
}
