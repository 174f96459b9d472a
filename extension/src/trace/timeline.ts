/** What the stages did at every cycle, and the chain of instructions that the end waited for. */

import type { TraceData } from "./data";

/** Cycles of a stage that were spent on one cause. */
export interface Span {
  /** As the library calls it: `busy`, `memoryBus`, `tokenFromLoad` ... */
  readonly cause: string;
  readonly begin: number;
  readonly end: number;
}

/** A step of the critical path. */
export interface Step {
  readonly instruction: number;
  /** What led to it: `fetch`, `module`, `token`, `queue`. */
  readonly reason: string;
}

/** The lane after the three stages. */
export const FETCH = 3;

type TimelineData = NonNullable<TraceData["timeline"]>;

export class TimelineModel {
  readonly steps: readonly Step[];
  /** By stage, where its spans begin in the data. */
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

  /** Whether what fetch did is known, which is lane `FETCH`. */
  get hasFetch(): boolean {
    return this.firsts.length > FETCH;
  }

  get causes(): readonly string[] {
    return this.data.causes;
  }

  get cycles(): number {
    return this.data.cycles;
  }

  /** Those that some stage has, in the library's order. */
  get usedCauses(): readonly string[] {
    const used = new Set(this.data.spanCauses);
    return this.causes.filter((_, number) => used.has(number));
  }

  /** What the critical path's cycles are spent on, the most first. */
  get criticalCycles(): readonly (readonly [name: string, cycles: number])[] {
    return Object.entries(this.data.criticalCycles).sort(([, a], [, b]) => b - a);
  }

  /** What a stage does at a cycle; undefined behind the end. */
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

  /** Calls `visit` for a stage's spans that have cycles between two; `cause` is a number. */
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
