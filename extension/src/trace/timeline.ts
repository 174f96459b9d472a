/** The stages' activity at every cycle, and the critical path. */

import type { TraceData } from "./data";

/** Cycles of a stage that were spent on one cause. */
export interface Span {
  /** The library's name: `busy`, `memoryBus`, `tokenFromLoad` ... */
  readonly cause: string;
  readonly begin: number;
  readonly end: number;
}

/** A step of the critical path. */
export interface Step {
  readonly instruction: number;
  /** Why it is next: `fetch`, `module`, `token`, `queue`. */
  readonly reason: string;
}

/** The number of fetch's lane, after the three stages. */
export const FETCH = 3;

type TimelineData = NonNullable<TraceData["timeline"]>;

export class TimelineModel {
  readonly steps: readonly Step[];
  /** For each stage the start of its spans in the data. */
  private readonly firsts: readonly number[];

  constructor(private readonly data: TimelineData) {
    const { spans, criticalPath, reasons } = data;
    let first = 0;
    this.firsts = spans.map((count) => (first += count) - count);
    this.steps = Array.from({ length: criticalPath.length / 2 }, (_, i) => ({
      instruction: criticalPath[2 * i]!,
      reason: reasons[criticalPath[2 * i + 1]!]!,
    }));
  }

  /** Whether there is a lane `FETCH`. */
  get hasFetch(): boolean {
    return this.firsts.length > FETCH;
  }

  get causes(): readonly string[] {
    return this.data.causes;
  }

  get cycles(): number {
    return this.data.cycles;
  }

  /** The causes that occur, in the library's order. */
  get usedCauses(): readonly string[] {
    const used = new Set(this.data.spanCauses);
    return this.causes.filter((_, number) => used.has(number));
  }

  /** The critical path's cycles by activity, the largest first. */
  get criticalCycles(): readonly (readonly [name: string, cycles: number])[] {
    return Object.entries(this.data.criticalCycles).sort(([, a], [, b]) => b - a);
  }

  /** A stage's activity at a cycle; undefined after the end. */
  spanAt(stage: number, cycle: number): Span | undefined {
    const { spanEnds, spanCauses, causes, spans } = this.data;
    const i = this.placeOf(stage, cycle);
    if (cycle < 0 || i >= this.firsts[stage]! + spans[stage]!) return undefined;
    return {
      cause: causes[spanCauses[i]!]!,
      begin: i === this.firsts[stage] ? 0 : spanEnds[i - 1]!,
      end: spanEnds[i]!,
    };
  }

  /** Calls `visit` for a stage's spans that overlap a range of cycles; `cause` is a number. */
  forEachSpan(
    stage: number,
    from: number,
    to: number,
    visit: (cause: number, begin: number, end: number) => void,
  ): void {
    const { spanEnds, spanCauses, spans } = this.data;
    const first = this.firsts[stage]!;
    for (let i = this.placeOf(stage, from); i < first + spans[stage]!; i++) {
      const begin = i === first ? 0 : spanEnds[i - 1]!;
      if (begin >= to) return;
      visit(spanCauses[i]!, begin, spanEnds[i]!);
    }
  }

  /** The number of the first span that ends after a cycle. */
  private placeOf(stage: number, cycle: number): number {
    const { spanEnds, spans } = this.data;
    let low = this.firsts[stage]!;
    let high = low + spans[stage]!;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spanEnds[middle]! <= cycle) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
