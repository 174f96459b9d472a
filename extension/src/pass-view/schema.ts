/** The schema of the pass view's JSON. */

import type { view } from "tvm-ts";
import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const layout: v.GenericSchema<unknown, view.PassView> = v.object({
  version: v.literal(1),
  steps: v.array(
    v.object({
      name: v.string(),
      doc: v.string(),
      depth: count,
      milliseconds: v.number(),
      isSequence: v.boolean(),
      changed: v.boolean(),
      before: count,
      after: count,
    }),
  ),
  texts: v.array(v.string()),
  failure: v.exactOptional(v.object({ error: v.string(), message: v.string() })),
});

export const passViewSchema = v.pipe(
  layout,
  v.check(
    ({ steps, texts }) =>
      steps.every(({ before, after }) => before < texts.length && after < texts.length),
    "a pass names a text that is not there",
  ),
  v.check(
    ({ steps, failure }) => failure === undefined || steps.length > 0,
    "a pass failed, but there is none",
  ),
);
