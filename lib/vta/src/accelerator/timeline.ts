/** The stages' activity at every cycle, and the critical path of instructions. */

import type { Extent } from "./accesses";
import { STAGE_NAMES, type StageName } from "./trace-entry";

/** Causes for a module's cycles, in the order in which cycles are attributed. */
export const STALL_CAUSES = [
  "busy",
  "memoryBus",
  "memoryLatency",
  "writeOutstanding",
  "tokenFromLoad",
  "tokenFromCompute",
  "tokenFromStore",
  "notFetched",
  "fetchBlocked",
  "finished",
] as const;

export type StallCause = (typeof STALL_CAUSES)[number];

/** Cycles `begin` to `end - 1` of fetch with the same cause. */
export interface FetchSpan extends Extent {
  readonly cause: StallCause;
}

/** Cycles of a stage with the same cause. */
export interface StallSpan extends FetchSpan {
  readonly stage: StageName;
}

/**
 * The last event that an instruction's start waited for: fetch (from the launch on), the previous
 * instruction of its module, a token, or space in its module's queue.
 */
export const STEP_REASONS = ["fetch", "module", "token", "queue"] as const;

export type StepReason = (typeof STEP_REASONS)[number];

/** An instruction of the critical path: its module executes it from `begin` to `end`. */
export interface CriticalStep extends Extent {
  readonly run: number;
  /** The instruction's number in the run's stream. */
  readonly index: number;
  readonly stage: StageName;
  /** The dependence on the previous step; for the first step of a run it is `fetch`. */
  readonly reason: StepReason;
}

export interface Timeline {
  readonly cycles: number;
  /** The cycle at which each run begins. */
  readonly starts: readonly number[];
  /** Ordered by stage; the spans of each stage cover `cycles` without gaps. */
  readonly spans: readonly StallSpan[];
  /**
   * The spans of fetch, which reads instructions and dispatches them to the stages; they cover
   * `cycles` too.
   */
  readonly fetch: readonly FetchSpan[];
  /** From the launch to the end; each step waits for the previous one. */
  readonly criticalPath: readonly CriticalStep[];
}

/** Concatenates the timelines of runs. */
export function joinTimelines(runs: readonly Timeline[]): Timeline {
  let cycles = 0;
  const starts: number[] = [];
  const moved = runs.map((timeline, run) => {
    const move = <T extends Extent>(extent: T): T => {
      const { begin, end } = extent;
      return { ...extent, begin: begin + start, end: end + start };
    };
    const start = cycles;
    starts.push(start);
    cycles += timeline.cycles;
    return {
      spans: timeline.spans.map(move),
      fetch: timeline.fetch.map(move),
      criticalPath: timeline.criticalPath.map((step) => ({ ...move(step), run })),
    };
  });
  return {
    cycles,
    starts,
    spans: STAGE_NAMES.flatMap((stage) =>
      moved.flatMap(({ spans }) => spans.filter((span) => span.stage === stage)),
    ),
    fetch: moved.flatMap(({ fetch }) => fetch),
    criticalPath: moved.flatMap(({ criticalPath }) => criticalPath),
  };
}

/** The part of a timeline before a cycle. */
export function timelineBefore(timeline: Timeline, cycle: number): Timeline {
  const before = <T extends Extent>(spans: readonly T[]): T[] =>
    spans
      .filter(({ begin }) => begin < cycle)
      .map((span) => ({ ...span, end: Math.min(span.end, cycle) }));
  return {
    ...timeline,
    cycles: Math.min(timeline.cycles, cycle),
    spans: before(timeline.spans),
    fetch: before(timeline.fetch),
    criticalPath: timeline.criticalPath.filter(({ end }) => end <= cycle),
  };
}

/** Cycles of the critical path by their use; they add up to the timeline's. */
export function criticalCycles({ cycles, criticalPath }: Timeline): Record<string, number> {
  const sums: Record<string, number> = {};
  let at = 0;
  const charge = (name: string, until: number): void => {
    const end = Math.min(until, cycles);
    if (end > at) sums[name] = (sums[name] ?? 0) + end - at;
    at = Math.max(at, end);
  };
  for (const { stage, reason, begin, end } of criticalPath) {
    charge(reason === "fetch" || reason === "queue" ? "fetch" : "hand-over", begin);
    charge(stage, end);
  }
  return sums;
}
