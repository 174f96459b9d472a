/** Rules about waits between modules: virtual threads, and fetch. */

import { CLIENT, STORE_MODULE, WORK, type StreamPlan } from "../stream-plan";
import { SEMAPHORE } from "../timing";
import { outputTiles, type Chunk } from "./chunks";
import type { Evidence, Finding } from "./evidence";

export function virtualThreads(e: Evidence): Finding | undefined {
  const { load, compute } = e.stalls;
  const waits = Math.min(load.tokenFromCompute, compute.tokenFromLoad);
  const [first] = e.indices(WORK.LOAD, CLIENT.INP, CLIENT.WGT);
  if (first === undefined || threadsOf(e.plan) > 1) return undefined;
  // Two threads have twice the buffers: tiles can be loaded and stored while another is computed.
  const tokens = [0, 0, 0, 0];
  tokens[SEMAPHORE.G2L] = 1;
  tokens[SEMAPHORE.S2G] = 1;
  return {
    condition: "too few virtual threads: load and compute wait for each other",
    measured: waits / e.cycles,
    threshold: 0.02,
    measure: "of the cycles, load waits for compute and compute for load",
    change:
      'bind an outer loop to two virtual threads: s[...].bind(axis, te.threadAxis("cthread"))',
    index: first,
    cycles: () => e.retime((edit) => (edit.order = interleaved(e.plan)), tokens),
  };
}

/** Each virtual thread starts with a token that allows it to overwrite its results. */
function threadsOf({ count, module, work }: StreamPlan): number {
  let threads = 0;
  for (let i = 0; i < count && work[i] === WORK.SYNC; i++) {
    if (module[i] === STORE_MODULE) threads++;
  }
  return threads;
}

/**
 * The order of instructions for two virtual threads: alternates the steps of two output tiles.
 * Tiles of different shapes keep their order.
 */
function interleaved(plan: StreamPlan): number[] {
  const { tiles, rest } = outputTiles(plan);
  const order: number[] = [];
  for (let i = 0; i < tiles.length; i++) {
    const [first, second] = [tiles[i]!, tiles[i + 1]];
    if (second === undefined || shapeOf(first) !== shapeOf(second)) {
      for (const { syncs, indices } of first) order.push(...syncs, ...indices);
      continue;
    }
    first.forEach((chunk, k) => {
      const other = second[k]!;
      order.push(...chunk.syncs, ...other.syncs, ...chunk.indices, ...other.indices);
    });
    i++;
  }
  order.push(...rest);
  return order;
}

const shapeOf = (tile: readonly Chunk[]): string => tile.map(({ work }) => work).join("");

export function fetchBound(e: Evidence): Finding | undefined {
  const { load, compute, store } = e.stalls;
  const waits = Math.min(load.notFetched, compute.notFetched, store.notFetched);
  const first = e.indices(WORK.STORE)[0] ?? 0;
  return {
    condition: "streams of tiny instructions: the modules wait for fetch",
    measured: compute.notFetched / e.cycles,
    threshold: 0.1,
    measure: "of the cycles, the next instruction is not fetched",
    change: "move more with an instruction: larger tiles, or transfers that are folded into one",
    index: first,
    cycles: () => e.cycles - waits,
  };
}
