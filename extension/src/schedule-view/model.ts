/** The model of a schedule view: the stages, nested below the loops in which they are computed. */

import type { view } from "tvm-ts";

export interface StageNode {
  readonly fact: view.StageFact;
  /** Outermost first. */
  readonly loops: readonly LoopNode[];
}

export interface LoopNode {
  readonly fact: view.StageLoop;
  /** The stages that are computed in each iteration, before the inner loops. */
  readonly stages: readonly StageNode[];
}

/** The stages that are not attached, producers before consumers. */
export function stageTree({ stages }: view.ScheduleView): StageNode[] {
  // A stage can only be computed inside a later one; other attachments of a damaged output would be cyclic.
  const host = (fact: view.StageFact, i: number) =>
    fact.place.where === "loop" && fact.place.at !== undefined && fact.place.at[0] > i
      ? fact.place.at
      : undefined;
  const node = (fact: view.StageFact, index: number): StageNode => ({
    fact,
    loops: fact.loops.map((loop, axis) => ({
      fact: loop,
      stages: nodes((at) => at?.[0] === index && at[1] === axis),
    })),
  });
  const nodes = (belongs: (at: ReturnType<typeof host>) => boolean): StageNode[] =>
    stages.flatMap((fact, i) => (belongs(host(fact, i)) ? [node(fact, i)] : []));
  return nodes((at) => at === undefined);
}
