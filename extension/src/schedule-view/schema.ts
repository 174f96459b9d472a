/** The schema of the schedule view's JSON. */

import type { view } from "tvm-ts";
import * as v from "valibot";

const number = v.pipe(v.number(), v.integer(), v.minValue(0));

const loop = v.object({
  name: v.string(),
  extent: v.exactOptional(v.string()),
  iterType: v.picklist([
    "DataPar",
    "ThreadIndex",
    "CommReduce",
    "Ordered",
    "Opaque",
    "Unrolled",
    "Vectorized",
    "Parallelized",
    "Tensorized",
  ]),
  loopType: v.picklist(["DataPar", "Unrolled", "Vectorized", "Parallelized", "Tensorized"]),
  thread: v.exactOptional(v.string()),
  pragmas: v.array(v.string()),
  intrinsic: v.exactOptional(v.string()),
});

const relation = v.variant("kind", [
  v.object({
    kind: v.literal("split"),
    parent: v.string(),
    outer: v.string(),
    inner: v.string(),
    by: v.picklist(["factor", "nparts"]),
    amount: v.string(),
  }),
  v.object({
    kind: v.literal("fuse"),
    outer: v.string(),
    inner: v.string(),
    fused: v.string(),
  }),
  v.object({
    kind: v.literal("transform"),
    original: v.array(v.string()),
    transformed: v.array(v.string()),
  }),
]);

const place = v.variant("where", [
  v.object({ where: v.picklist(["root", "inlined"]) }),
  v.object({
    where: v.literal("loop"),
    stage: v.string(),
    axis: v.string(),
    at: v.exactOptional(v.tuple([number, number])),
  }),
  v.object({ where: v.literal("scan"), stage: v.string() }),
]);

const layout: v.GenericSchema<unknown, view.ScheduleView> = v.object({
  version: v.literal(1),
  stages: v.array(
    v.object({
      name: v.string(),
      operation: v.exactOptional(v.string()),
      isOutput: v.boolean(),
      text: v.string(),
      inputs: v.array(v.string()),
      scope: v.string(),
      memory: v.exactOptional(v.object({ needed: v.number(), capacity: v.number() })),
      place,
      loops: v.array(loop),
      relations: v.array(relation),
      madeAt: v.exactOptional(v.object({ file: v.string(), line: v.number(), column: v.number() })),
    }),
  ),
});

export const scheduleViewSchema = v.pipe(
  layout,
  v.check(placesFit, "a stage is computed in a loop that is not there"),
);

function placesFit({ stages }: view.ScheduleView): boolean {
  return stages.every(({ place }) => {
    if (place.where !== "loop" || place.at === undefined) return true;
    const [stage, loop] = place.at;
    return stages[stage]?.loops[loop] !== undefined;
  });
}
