/** What a schedule view knows: the stages, those computed inside a loop below that loop. */

import type { view } from "tvm-ts";

export interface StageNode {
  readonly fact: view.StageFact;
  /** Outermost first. */
  readonly loops: readonly LoopNode[];
}

export interface LoopNode {
  readonly fact: view.StageLoop;
  /** The stages that are computed in each of its steps, before the loops inside it. */
  readonly stages: readonly StageNode[];
}

/** The stages that stand on their own, producers before consumers. */
export function stageTree({ stages }: view.ScheduleView): StageNode[] {
  // A stage may only be computed inside one that comes later; what a broken schedule says otherwise
  // would lead in circles.
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
