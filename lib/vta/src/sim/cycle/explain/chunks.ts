/** The structure of a stream: output tiles, each a sequence of loads, products, and stores. */

import { CLIENT, WORK, type StreamPlan } from "../stream-plan";
import { POP, PUSH, type StreamEdit } from "./stream-edit";

/** Successive instructions of the same kind: loads, GEMMs, ALU operations or stores. */
export interface Chunk {
  readonly work: number;
  /** Preceding instructions that only exchange tokens. */
  readonly syncs: number[];
  readonly indices: number[];
}

/** The stream, split after every group of stores, and the rest after the last group. */
export function outputTiles({ count, work, client }: StreamPlan): {
  tiles: Chunk[][];
  rest: number[];
} {
  const tiles: Chunk[][] = [];
  let tile: Chunk[] = [];
  let syncs: number[] = [];
  let microOps: number[] = [];
  for (let i = 0; i < count; i++) {
    const kind = work[i]!;
    if (kind === WORK.SYNC || kind === WORK.FINISH) {
      syncs.push(i);
      continue;
    }
    if (kind === WORK.LOAD && client[i] === CLIENT.UOP) {
      microOps.push(i);
      continue;
    }
    const last = tile.at(-1);
    if (last?.work === WORK.STORE && kind !== WORK.STORE) {
      tiles.push(tile);
      tile = [];
    }
    if (last !== undefined && last.work === kind && syncs.length === 0) {
      last.indices.push(...microOps, i);
    } else {
      tile.push({ work: kind, syncs, indices: [...microOps, i] });
      syncs = [];
    }
    microOps = [];
  }
  tiles.push(tile);
  return { tiles, rest: [...microOps, ...syncs].sort((a, b) => a - b) };
}

/** Loads that end with a token for compute, and the GEMM that pops it, with its micro-op loads. */
interface Step {
  readonly loads: readonly number[];
  readonly gemm: readonly number[];
  /** Whether instructions that only exchange tokens are between it and the previous step. */
  readonly isApart: boolean;
}

/**
 * The steps of a tile's reduction, with a list for each virtual thread; a list ends where the
 * pattern ends.
 */
function stepsOf(plan: StreamPlan, edit: StreamEdit, tile: readonly Chunk[]): Step[][] {
  const lists: Step[][] = [];
  let current: Step[][] = [];
  for (let k = 0; k + 1 < tile.length; k++) {
    const [load, next] = [tile[k]!, tile[k + 1]!];
    if (load.work !== WORK.LOAD || next.work !== WORK.GEMM) continue;
    const loads = splitAfter(load.indices, (i) => (edit.tokens(i) & PUSH.NEXT) !== 0);
    const gemms = splitAfter(next.indices, (i) => plan.work[i] === WORK.GEMM);
    if (loads.length !== gemms.length || next.syncs.length > 0) {
      current = [];
      continue;
    }
    if (current.length !== loads.length) {
      current = loads.map(() => []);
      lists.push(...current);
    }
    const isApart = load.syncs.length > 0;
    current.forEach((list, t) => list.push({ loads: loads[t]!, gemm: gemms[t]!, isApart }));
  }
  return lists;
}

function splitAfter(indices: readonly number[], isLast: (index: number) => boolean): number[][] {
  const parts: number[][] = [[]];
  for (const index of indices) {
    parts.at(-1)!.push(index);
    if (isLast(index)) parts.push([]);
  }
  return parts.at(-1)!.length === 0 ? parts.slice(0, -1) : parts;
}

/**
 * Whether a step exchanges a token in each direction, so that it can be merged into the previous
 * step.
 */
function canMerge(edit: StreamEdit, { loads, gemm, isApart }: Step): boolean {
  const tokenBits = (indices: readonly number[]): number =>
    indices.reduce((bits, i) => bits | edit.tokens(i), 0);
  return (
    !isApart &&
    tokenBits(loads) === (POP.NEXT | PUSH.NEXT) &&
    tokenBits(gemm) === (POP.PREV | PUSH.PREV)
  );
}

/** Merges steps whose loads are all in `dropped` into the previous GEMM. */
export function mergeEmptySteps(
  plan: StreamPlan,
  edit: StreamEdit,
  dropped: ReadonlySet<number>,
): void {
  const removed: number[] = [];
  for (const steps of outputTiles(plan).tiles.flatMap((tile) => stepsOf(plan, edit, tile))) {
    let last: Step | undefined;
    for (const step of steps) {
      const isEmpty = step.loads.every((i) => dropped.has(i));
      if (last !== undefined && isEmpty && canMerge(edit, step)) {
        removed.push(...moveProducts(edit, last, step), ...step.loads);
      } else {
        last = step;
      }
    }
  }
  edit.drop(removed);
}

/** Merges each `factor` successive steps into a step with all their loads and products. */
export function mergeSteps(plan: StreamPlan, edit: StreamEdit, factor: number): void {
  const removed: number[] = [];
  for (const steps of outputTiles(plan).tiles.flatMap((tile) => stepsOf(plan, edit, tile))) {
    for (let k = 0; k < steps.length; k += factor) {
      const [first, ...others] = steps.slice(k, k + factor);
      const merged = others.filter((step) => canMerge(edit, step));
      if (merged.length === 0 || merged.length < others.length) continue;
      for (const step of merged) removed.push(...moveProducts(edit, first!, step));
      removed.push(
        ...mergeLoads(
          plan,
          edit,
          [first!, ...merged].flatMap(({ loads }) => loads),
        ),
      );
    }
  }
  edit.drop(removed);
}

/** Moves the products of `step` to `first`. @returns the instructions that have no work left */
function moveProducts(edit: StreamEdit, first: Step, step: Step): readonly number[] {
  edit.steps[first.gemm.at(-1)!]! += edit.steps[step.gemm.at(-1)!]!;
  for (const index of [...step.loads, ...step.gemm]) edit.setTokens(index, 0);
  return step.gemm;
}

/**
 * Merges contiguous loads of a client.
 * @returns the loads that are not needed any more
 */
function mergeLoads(plan: StreamPlan, edit: StreamEdit, loads: readonly number[]): number[] {
  const removed: number[] = [];
  const kept = new Map<number, number>();
  for (const index of loads) {
    const client = plan.client[index]!;
    const last = kept.get(client);
    if (last === undefined) {
      kept.set(client, index);
      continue;
    }
    const [a, b] = [edit.transfer(last), edit.transfer(index)];
    if (b.rows === a.rows && b.dram === a.dram + a.columns) {
      edit.setTransfer(last, { ...a, columns: a.columns + b.columns });
      removed.push(index);
    } else if (b.columns === a.columns && b.dram === a.dram + a.rows * a.stride) {
      edit.setTransfer(last, { ...a, rows: a.rows + b.rows });
      removed.push(index);
    } else {
      kept.set(client, index);
    }
  }
  // The first load waits for the buffer, and the last load signals that the data are complete.
  for (const index of loads) edit.setTokens(index, edit.tokens(index) & ~PUSH.NEXT);
  const last = Math.max(...kept.values());
  edit.setTokens(last, edit.tokens(last) | PUSH.NEXT);
  return removed;
}
