/** What the cycle simulator says of a run, instruction by instruction. */

/** Cycles count from the one in which the launch bit is seen. */
export interface Timing {
  /** Of the cycle counter when FINISH is done, from the launch on. */
  readonly cycles: number;
  /** By instruction: the first cycle at the head of its module's queue while the module is idle, the
   * first in which the module works on it, the first in which it no longer does; -1 where it never
   * came to that. */
  readonly head: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Of the work of a LOAD: cycles in which the bus moved data of others, or nothing came. */
  readonly waitBus: Float64Array;
  readonly waitLatency: Float64Array;
  /** Of the work of a STORE: cycles between bursts, in which a write is outstanding. */
  readonly waitWrite: Float64Array;
  /** Of the cycles before the start: those in which the token of the stage before was missing. */
  readonly waitPrevious: Float64Array;
  readonly fetch: FetchTiming;
  /** Tokens left in the semaphores, in the order of `SEMAPHORE`: the next run begins with them. */
  readonly tokens: Float64Array;
}

export interface FetchTiming {
  /** First cycle after the last instruction was dealt. */
  readonly end: number;
  readonly waitBus: number;
  readonly waitLatency: number;
  /** Three numbers a wait for memory: its first cycle, those for the bus, and those of latency after them. */
  readonly waits: readonly number[];
  /** Begins and ends of the times in which a full queue stopped it, in turn. */
  readonly blocked: readonly number[];
}

/** Semaphores by their index: filled by load for compute, and so on. */
export const SEMAPHORE = { L2G: 0, G2L: 1, G2S: 2, S2G: 3 } as const;

const { L2G, G2L, G2S, S2G } = SEMAPHORE;
export const NO_TOKEN = -1;
/** By module (load, compute, store): the semaphores of pop prev, pop next, push prev, push next. */
export const MODULE_SEMAPHORES = [
  [NO_TOKEN, G2L, NO_TOKEN, L2G],
  [L2G, S2G, G2L, G2S],
  [G2S, NO_TOKEN, S2G, NO_TOKEN],
] as const;
/** By semaphore: the module that pops it. */
export const SEMAPHORE_CONSUMER = [1, 0, 2, 1] as const;
