/** Passes with their position in a pipeline. */

import type { Pass } from "./pass";
import type { MemoryInfo } from "./pass-config";
import type { Pipeline } from "./pipeline";

/** A pass that runs directly after, or directly before, a pass or phase of this name. */
export type PlacedPass =
  | { readonly pass: Pass; readonly after: string }
  | { readonly pass: Pass; readonly before: string };

/** The passes and memories that a target adds to lowering. */
export interface LoweringTarget {
  /** Passes with the same position run in the order of the list. */
  readonly passes: readonly PlacedPass[];
  /** The target's on-chip memories, by storage scope. */
  readonly memories: Readonly<Record<string, MemoryInfo>>;
}

/**
 * The pipeline with passes added; passes with the same position run in the order of the list.
 * @throws UsageError for a pass or phase that the pipeline does not have.
 */
export function withPasses(pipeline: Pipeline, placed: readonly PlacedPass[]): Pipeline {
  const places = new Map<string, PlacedPass[]>();
  for (const each of placed) {
    const key = "after" in each ? `after ${each.after}` : `before ${each.before}`;
    places.set(key, [...(places.get(key) ?? []), each]);
  }
  return [...places.values()].reduce((current, group) => {
    const passes = group.map(({ pass }) => pass);
    const [first] = group as [PlacedPass];
    return "after" in first
      ? current.after(first.after, ...passes)
      : current.before(first.before, ...passes);
  }, pipeline);
}
