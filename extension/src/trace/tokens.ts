/**
 * Matches the instructions that push and pop each token. Queues are first-in first-out and empty at the start
 * of a run, so the n-th push belongs to the n-th pop:
 *
 *     load     push next ──▶ compute  pop prev        store    pop prev ◀── compute  push next
 */

import type { TraceData } from "./data";

export const LOAD = 0;
export const COMPUTE = 1;
export const STORE = 2;

/** A token from one stage to its neighbour. */
export interface Token {
  /** Numbers of stages. */
  readonly from: number;
  readonly to: number;
  /** Instructions; undefined if not in the trace. */
  readonly pushed: number | undefined;
  readonly popped: number | undefined;
}

/** Bits of an instruction's first word. */
const POP_PREV = 1 << 3;
const POP_NEXT = 1 << 4;
const PUSH_PREV = 1 << 5;
const PUSH_NEXT = 1 << 6;

/** The queues, and the bits with which their two stages push and pop. */
const QUEUES = [
  { from: LOAD, to: COMPUTE, push: PUSH_NEXT, pop: POP_PREV },
  { from: COMPUTE, to: LOAD, push: PUSH_PREV, pop: POP_NEXT },
  { from: COMPUTE, to: STORE, push: PUSH_NEXT, pop: POP_PREV },
  { from: STORE, to: COMPUTE, push: PUSH_PREV, pop: POP_NEXT },
] as const;

/** All tokens, queue by queue. */
export function tokensOf({ words, stages, runs }: TraceData): Token[] {
  const tokens: Token[] = [];
  let first = 0;
  for (const length of runs) {
    for (const { from, to, push, pop } of QUEUES) {
      const pushes: number[] = [];
      const pops: number[] = [];
      for (let i = first; i < first + length; i++) {
        const word = words[4 * i]!;
        if (stages[i] === from && (word & push) !== 0) pushes.push(i);
        if (stages[i] === to && (word & pop) !== 0) pops.push(i);
      }
      for (let k = 0; k < Math.max(pushes.length, pops.length); k++) {
        tokens.push({ from, to, pushed: pushes[k], popped: pops[k] });
      }
    }
    first += length;
  }
  return tokens;
}
