/** The cycle simulator's result for a run, by instruction. */

/** Cycle 0 is the cycle in which the launch bit is visible. */
export interface Timing {
  /** The cycle counter when FINISH is done. */
  readonly cycles: number;
  /**
   * By instruction: the first cycle at the head of its module's queue while the module is idle, the
   * first cycle of its work, the first cycle after its work; -1 if it was not reached.
   */
  readonly head: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Cycles of a LOAD in which the bus moved other data, or no data arrived. */
  readonly waitBus: Float64Array;
  readonly waitLatency: Float64Array;
  /** Cycles of a STORE between bursts, while a write is outstanding. */
  readonly waitWrite: Float64Array;
  /** Cycles before the start in which the token of the previous stage was missing. */
  readonly waitPrevious: Float64Array;
  readonly fetch: FetchTiming;
  /** Tokens left in the semaphores, in the order of `SEMAPHORE`: the next run begins with them. */
  readonly tokens: Float64Array;
}

export interface FetchTiming {
  /** The first cycle after the last instruction was dispatched. */
  readonly end: number;
  readonly waitBus: number;
  readonly waitLatency: number;
  /**
   * Three numbers per wait for memory: its first cycle, cycles for the bus, and cycles of latency
   * after them.
   */
  readonly waits: readonly number[];
  /** Alternating begins and ends of the intervals in which a full queue blocked fetch. */
  readonly blocked: readonly number[];
}

/** The indices of semaphores: `L2G` is from load to compute, and so on. */
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
