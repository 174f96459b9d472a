/**
 * The state of a trace at a moment; each instruction's start is a moment. Without cycles, instructions start
 * one after another.
 */

import type { MemoryModel } from "./memory-model";
import type { TraceModel } from "./model";
import { COMPUTE, LOAD, STORE } from "./tokens";

/** A queue of tokens between two stages. */
export interface TokenQueue {
  readonly from: number;
  readonly to: number;
}

export const TOKEN_QUEUES: readonly TokenQueue[] = [
  { from: LOAD, to: COMPUTE },
  { from: COMPUTE, to: LOAD },
  { from: COMPUTE, to: STORE },
  { from: STORE, to: COMPUTE },
];

export class Moments {
  /** Instructions in the order in which they start. */
  private readonly order: readonly number[];
  /** For each instruction its index in the order. */
  private readonly places: Int32Array;

  constructor(private readonly model: TraceModel) {
    const { begins } = model.times;
    this.order = Array.from({ length: model.size }, (_, i) => i).sort(
      (a, b) => begins[a]! - begins[b]! || a - b,
    );
    this.places = new Int32Array(model.size);
    this.order.forEach((index, place) => (this.places[index] = place));
  }

  /** The instruction that starts before or after another; undefined beyond the ends. */
  neighbour(index: number, distance: 1 | -1): number | undefined {
    return this.order[this.places[index]! + distance];
  }

  /** The next instruction to start after `index` that writes an element. */
  nextChange(index: number, memory: MemoryModel, element: number): number | undefined {
    return this.order.slice(this.places[index]! + 1).find((i) => memory.writes(i, element));
  }

  /** The instruction that wrote an element last, of those that have ended when `index` starts. */
  lastChange(index: number, memory: MemoryModel, element: number): number | undefined {
    const { begins, ends } = this.model.times;
    const now = begins[index]!;
    return this.order
      .slice(0, this.places[index])
      .reverse()
      .find((i) => ends[i]! <= now && memory.writes(i, element));
  }

  /** The instruction that a stage works on when `index` starts. */
  runningInstruction(index: number, stage: number): number | undefined {
    const { model } = this;
    const { begins, ends } = model.times;
    const now = begins[index]!;
    for (let place = this.places[index]!; place < this.order.length; place++) {
      const next = this.order[place]!;
      if (begins[next]! > now) break;
      if (model.stage(next) === stage && ends[next]! > now) return next;
    }
    // A stage runs one instruction at a time: only the latest one that started before can still run.
    for (let place = this.places[index]!; place >= 0; place--) {
      const before = this.order[place]!;
      if (model.stage(before) === stage) return ends[before]! > now ? before : undefined;
    }
    return undefined;
  }

  /** The number of tokens in each of `TOKEN_QUEUES` after `index` has started. */
  tokensAt(index: number): number[] {
    const { tokens, times } = this.model;
    const now = times.begins[index]!;
    const [first, end] = this.model.runExtent(index);
    const own = (i: number | undefined): i is number => i !== undefined && i >= first && i < end;
    return TOKEN_QUEUES.map(({ from, to }) =>
      tokens.reduce((count, { from: giver, to: taker, pushed, popped }) => {
        if (giver !== from || taker !== to) return count;
        const given = own(pushed) && times.ends[pushed]! <= now ? 1 : 0;
        const taken = own(popped) && times.begins[popped]! <= now ? 1 : 0;
        return count + given - taken;
      }, 0),
    );
  }
}
