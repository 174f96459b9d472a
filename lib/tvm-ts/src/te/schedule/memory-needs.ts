/** The memory that each stage needs, derived from the schedule before it is lowered. */

import { bytesOf, constIntValue, IntImm, type IterVar } from "../../ir";
import { attachPaths, consumers } from "./graph";
import { inferBound } from "./infer-bound";
import type { Schedule } from "./schedule";

/** The memory need of one stage, in the scope chosen with `setScope` or `cacheRead`. */
export interface MemoryNeed {
  /** The stage's name. */
  readonly stage: string;
  readonly scope: string;
  /** Bytes of one copy, which holds the part of the result that is computed at a time. */
  readonly bytes: number;
  /** The number of virtual threads, each with a copy. */
  readonly copies: number;
  /** The innermost loop around the computation: `j.outer of res`; undefined at the root. */
  readonly at: string | undefined;
  /** The last stage that reads it. */
  readonly endsAt: string | undefined;
}

/** Tags of thread axes that are expanded to copies within one thread. */
const VIRTUAL_THREADS: ReadonlySet<string> = new Set(["vthread", "cthread"]);

/**
 * The memory needs of the stages of `schedule` with a scope other than `global`, in order. Stages
 * whose size depends on run-time values are left out.
 * @throws UsageError where the schedule's bounds cannot be inferred.
 */
export function memoryNeeds(schedule: Schedule): MemoryNeed[] {
  const normalized = schedule.normalize();
  const { domains } = inferBound(normalized);
  const paths = attachPaths(normalized);
  const readers = consumers(normalized);
  const threads = virtualThreads(normalized);
  const extentOf = (axis: IterVar): number =>
    constIntValue(domains.get(axis)?.extent ?? new IntImm(0)) ?? NaN;
  const needs: MemoryNeed[] = [];
  for (const stage of normalized.stages) {
    const { name, scope, attachment, op } = stage;
    if (scope === "" || scope === "global" || attachment.type === "inlinedAlready") continue;
    const { dtype, ndim } = op.output(0);
    const extents = op.rootIterVars.slice(0, ndim).map(extentOf);
    const bytes = extents.reduce((product, extent) => product * extent, bytesOf(dtype));
    if (Number.isNaN(bytes)) continue;
    const copies = (paths.get(stage) ?? [])
      .filter((axis) => threads.has(axis))
      .reduce((product, axis) => product * extentOf(axis), 1);
    const isAttached = attachment.type === "scope";
    const at = isAttached ? `${attachment.axis.name} of ${attachment.stage.name}` : undefined;
    needs.push({ stage: name, scope, bytes, copies, at, endsAt: readers.get(stage)?.at(-1)?.name });
  }
  return needs;
}

/** The loops that are bound to virtual threads. */
function virtualThreads({ stages }: Schedule): ReadonlySet<IterVar> {
  const axes = new Set<IterVar>();
  for (const stage of stages) {
    for (const [axis, { bindThread }] of stage.iterVarAttrs) {
      if (bindThread !== undefined && VIRTUAL_THREADS.has(bindThread.threadTag)) axes.add(axis);
    }
  }
  return axes;
}
