/**
 * Checks from a schedule alone whether an accelerator can run it, in a fraction of the time that lowering
 * takes.
 */

import { te, UsageError } from "tvm-ts";
import type { Environment } from "../compiler";

/** A schedule's use of one of the accelerator's memories. */
export interface ScopeUse {
  readonly scope: string;
  /** The stages in it at the peak. */
  readonly stages: readonly string[];
  /** Bytes at the peak, with a copy for each virtual thread. */
  readonly needed: number;
  /** The memory's size in bytes. */
  readonly capacity: number;
}

/** Why a configuration cannot be used. */
export interface Refusal {
  /** The class of the reason: `divide`, `memory`, `threads`, `lowering`, `micro-ops` or `constraint`. */
  readonly cause: "divide" | "memory" | "threads" | "lowering" | "micro-ops" | "constraint";
  /** A sentence with the values. */
  readonly reason: string;
}

const KIB = 1024;
const kib = (bytes: number): string => `${Number((bytes / KIB).toFixed(bytes < KIB ? 2 : 1))} KiB`;

/** The use of each memory of `env` by `schedule`. @throws UsageError where bounds cannot be inferred. */
export function memoryUses(schedule: te.Schedule, env: Environment): ScopeUse[] {
  const capacities: Readonly<Record<string, number>> = {
    [env.inpScope]: env.INP_BUFF_SIZE,
    [env.wgtScope]: env.WGT_BUFF_SIZE,
    [env.accScope]: env.ACC_BUFF_SIZE,
  };
  const needs = te.memoryNeeds(schedule);
  return Object.entries(capacities).map(([scope, capacity]) => {
    const { stages, needed } = peak(needs.filter((need) => need.scope === scope));
    return { scope, stages, needed, capacity };
  });
}

/**
 * The peak of memory use. A stage's memory is free after its last reader, and a reader of the same size
 * reuses it.
 */
function peak(needs: readonly te.MemoryNeed[]): { stages: string[]; needed: number } {
  let most = { stages: [] as string[], needed: 0 };
  let live: te.MemoryNeed[] = [];
  for (const need of needs) {
    const size = need.bytes * need.copies;
    const takenOver = live.find(
      (other) => other.endsAt === need.stage && other.bytes * other.copies === size,
    );
    live = [...live.filter((other) => other !== takenOver), need];
    const needed = live.reduce((sum, { bytes, copies }) => sum + bytes * copies, 0);
    if (needed > most.needed) most = { stages: live.map(({ stage }) => stage), needed };
    live = live.filter((other) => other.endsAt !== need.stage);
  }
  return most;
}

/** The first memory that is too small for `schedule`; undefined when all are large enough. */
export function memoryRefusal(schedule: te.Schedule, env: Environment): Refusal | undefined {
  let uses: ScopeUse[];
  try {
    uses = memoryUses(schedule, env);
  } catch (error) {
    if (error instanceof UsageError) return { cause: "lowering", reason: error.message };
    throw error;
  }
  const full = uses.find(({ needed, capacity }) => needed > capacity);
  if (full === undefined) return undefined;
  const { scope, stages, needed, capacity } = full;
  return {
    cause: "memory",
    reason: `${stages.join(", ")} need ${kib(needed)} of ${scope}, which has ${kib(capacity)}`,
  };
}
