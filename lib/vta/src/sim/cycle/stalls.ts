/**
 * Attributes each module's cycles to causes: every cycle counts for the first cause that applies,
 * so that the causes of a module add up to the run's cycles.
 */

import { STALL_CAUSES, type StallCause } from "../../accelerator";
import { COMPUTE_MODULE, LOAD_MODULE, STORE_MODULE, type StreamPlan } from "./stream-plan";
import type { Timing } from "./timing";

export type ModuleName = "fetch" | "load" | "compute" | "store";
export type StallCounts = Readonly<Record<StallCause, number>>;
export type ModuleStalls = Readonly<Record<ModuleName, StallCounts>>;

type Counts = { -readonly [K in StallCause]: number };

/** Descriptions of the causes. */
export const CAUSE_TEXT: Readonly<Record<StallCause, string>> = {
  busy: "busy",
  memoryBus: "waits for memory: the bus moves other data",
  memoryLatency: "waits for memory: latency",
  writeOutstanding: "waits for memory: a write is outstanding",
  tokenFromLoad: "waits for a token from load",
  tokenFromCompute: "waits for a token from compute",
  tokenFromStore: "waits for a token from store",
  notFetched: "next instruction not fetched",
  fetchBlocked: "fetch is blocked by a full queue",
  finished: "finished",
};

function counts(): Counts {
  return Object.fromEntries(STALL_CAUSES.map((cause) => [cause, 0])) as Counts;
}

/** By module: the causes of waits for `pop prev` and `pop next`. */
const TOKEN_CAUSES: readonly (readonly [StallCause, StallCause])[] = [
  ["tokenFromCompute", "tokenFromCompute"],
  ["tokenFromLoad", "tokenFromStore"],
  ["tokenFromCompute", "tokenFromCompute"],
];

export function stallsOf(plan: StreamPlan, timing: Timing): ModuleStalls {
  return {
    fetch: fetchStalls(timing),
    load: moduleStalls(plan, timing, LOAD_MODULE),
    compute: moduleStalls(plan, timing, COMPUTE_MODULE),
    store: moduleStalls(plan, timing, STORE_MODULE),
  };
}

function fetchStalls({ cycles, fetch }: Timing): StallCounts {
  const result = counts();
  let left = Math.min(cycles, fetch.end);
  result.finished = cycles - left;
  const charge = (cause: StallCause, amount: number): void => {
    const charged = Math.min(left, amount);
    result[cause] += charged;
    left -= charged;
  };
  charge("memoryBus", fetch.waitBus);
  charge("memoryLatency", fetch.waitLatency);
  charge("fetchBlocked", overlap(fetch.blocked, 0, cycles, { index: 0 }));
  charge("busy", left);
  return result;
}

/** Calls `visit` for each interval of fetch with its cause, in order. */
export function forEachFetchStall(
  { cycles, fetch }: Timing,
  visit: (cause: StallCause, begin: number, end: number) => void,
): void {
  const last = Math.min(cycles, fetch.end);
  const { waits, blocked } = fetch;
  let at = 0;
  const charge = (cause: StallCause, until: number): void => {
    const end = Math.min(until, cycles);
    if (end > at) visit(cause, at, end);
    at = Math.max(at, end);
  };
  /** Charges the time until a cycle, in which fetch dispatches or is blocked by a full queue. */
  let next = 0;
  const work = (until: number): void => {
    while (next < blocked.length && blocked[next]! < until) {
      const end = blocked[next + 1] ?? until;
      charge("busy", Math.min(blocked[next]!, until));
      charge("fetchBlocked", Math.min(end, until));
      if (end > until) return;
      next += 2;
    }
    charge("busy", until);
  };
  for (let i = 0; i < waits.length; i += 3) {
    const [begin, bus, latency] = [waits[i]!, waits[i + 1]!, waits[i + 2]!];
    work(Math.min(begin, last));
    charge("memoryBus", Math.min(begin + bus, last));
    charge("memoryLatency", Math.min(begin + bus + latency, last));
  }
  work(last);
  charge("finished", cycles);
}

function moduleStalls(plan: StreamPlan, timing: Timing, module: number): StallCounts {
  const result = counts();
  forEachStall(plan, timing, module, (cause, begin, end) => (result[cause] += end - begin));
  return result;
}

/**
 * Calls `visit` for each interval of a module (load 0, compute 1, store 2) with its cause, in
 * order. Within an instruction, waits for memory are placed at the end.
 */
export function forEachStall(
  plan: StreamPlan,
  timing: Timing,
  module: number,
  visit: (cause: StallCause, begin: number, end: number) => void,
): void {
  const { cycles, head, start, end } = timing;
  const { waitBus, waitLatency, waitWrite, waitPrevious } = timing;
  const { blocked } = timing.fetch;
  const [fromPrevious, fromNext] = TOKEN_CAUSES[module]!;
  const cursor = { index: 0 };
  /** Cycles before this are charged; those from `cycles` on do not count. */
  let at = 0;
  const charge = (cause: StallCause, amount: number): void => {
    const charged = Math.max(0, Math.min(amount, cycles - at));
    if (charged > 0) visit(cause, at, at + charged);
    at += charged;
  };
  let unfinished = false;
  for (let i = 0; i < plan.count && at < cycles; i++) {
    if (plan.module[i] !== module) continue;
    const arrived = head[i]! < 0 ? cycles : head[i]!;
    const blockedCycles = overlap(blocked, at, Math.min(arrived, cycles), cursor);
    charge("notFetched", arrived - at - blockedCycles);
    charge("fetchBlocked", blockedCycles);
    const began = start[i]! < 0 ? cycles : start[i]! - 1;
    charge(fromPrevious, Math.min(waitPrevious[i]!, Math.max(0, began - at)));
    charge(fromNext, began - at);
    if (start[i]! < 0) {
      unfinished = true;
      break;
    }
    const ended = end[i]! < 0 ? cycles : end[i]!;
    const waits = waitBus[i]! + waitLatency[i]! + waitWrite[i]!;
    charge("busy", ended - at - waits);
    charge("memoryBus", waitBus[i]!);
    charge("memoryLatency", waitLatency[i]!);
    charge("writeOutstanding", waitWrite[i]!);
  }
  charge(unfinished ? "notFetched" : "finished", cycles - at);
}

/** Cycles of `[from, to)` inside the intervals; `cursor` advances with `from`. */
function overlap(
  intervals: readonly number[],
  from: number,
  to: number,
  cursor: { index: number },
): number {
  let sum = 0;
  while (cursor.index < intervals.length && (intervals[cursor.index + 1] ?? Infinity) <= from)
    cursor.index += 2;
  for (let i = cursor.index; i < intervals.length && intervals[i]! < to; i += 2) {
    const end = intervals[i + 1] ?? to;
    sum += Math.max(0, Math.min(end, to) - Math.max(intervals[i]!, from));
  }
  return sum;
}
