/** The schema of the IR view's JSON. */

import type { view } from "tvm-ts";
import * as v from "valibot";

const place = v.object({ file: v.string(), line: v.number(), column: v.number() });

const variable = v.object({
  kind: v.literal("variable"),
  name: v.string(),
  dtype: v.string(),
  element: v.exactOptional(v.string()),
  scope: v.exactOptional(v.string()),
  value: v.exactOptional(v.string()),
  madeAt: v.exactOptional(place),
});

const buffer = v.object({
  kind: v.literal("buffer"),
  name: v.string(),
  dtype: v.string(),
  shape: v.array(v.string()),
  strides: v.array(v.string()),
  scope: v.string(),
  bytes: v.exactOptional(v.number()),
  madeAt: v.exactOptional(place),
});

const call = v.object({
  kind: v.literal("call"),
  op: v.string(),
  dtype: v.string(),
  callee: v.exactOptional(v.string()),
  arguments: v.number(),
  named: v.exactOptional(v.array(v.object({ name: v.string(), value: v.string() }))),
});

const loop = v.object({
  kind: v.literal("loop"),
  variable: v.number(),
  min: v.string(),
  extent: v.string(),
  forKind: v.picklist(["serial", "parallel", "vectorized", "unrolled", "thread_binding"]),
  threadTag: v.exactOptional(v.string()),
  origins: v.array(
    v.object({
      name: v.string(),
      how: v.picklist(["outer", "inner", "fused", "cache", "init", "rfactor"]),
      from: v.array(v.string()),
      by: v.exactOptional(v.picklist(["factor", "nparts"])),
      amount: v.exactOptional(v.string()),
    }),
  ),
});

const allocation = v.object({
  kind: v.literal("allocation"),
  variable: v.number(),
  dtype: v.string(),
  extents: v.array(v.string()),
  scope: v.string(),
  bytes: v.exactOptional(v.number()),
});

const layout: v.GenericSchema<unknown, view.IrView> = v.object({
  version: v.literal(1),
  text: v.string(),
  facts: v.array(v.variant("kind", [variable, buffer, call, loop, allocation])),
  places: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

export const irViewSchema = v.pipe(
  layout,
  v.check(placesFit, "places are outside the text or name no fact"),
);

/** Places come in threes, in order, without overlap, inside the text, each with a fact. */
function placesFit({ text, facts, places }: view.IrView): boolean {
  let end = 0;
  for (let i = 0; i < places.length; i += 3) {
    if (places[i]! < end || places[i + 1]! <= places[i]! || !(places[i + 2]! < facts.length)) {
      return false;
    }
    end = places[i + 1]!;
  }
  const owned = facts.every((f) => !("variable" in f) || facts[f.variable]?.kind === "variable");
  return end <= text.length && owned;
}
