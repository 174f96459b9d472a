/** The schedule of additions and multiplications of packed integers, which the ALU does alone. */

import { te, topi, UsageError } from "tvm-ts";
import type { Environment } from "../compiler";
import { knob, tile, type ConvKnobs } from "./knobs";
import { bindThreads } from "./schedule-conv2d";

type Axis = te.Stage["leafIterVars"][number];

/** The name of conversions, which are done while values are loaded and stored. */
export const CAST_NAME = "T_cast";

const isCast = (op: te.Operation): boolean => op.name === CAST_NAME;

/**
 * Puts operators on the elements of `[n, c, h, w, BATCH, BLOCK]` integers onto the ALU, tile by tile.
 * Conversions of what is read are left to the load. With two virtual threads a tile is stored while the
 * next one is computed.
 * @throws UsageError when the result is not packed.
 */
export function scheduleAluPacked(
  output: te.Tensor,
  knobs: ConvKnobs,
  env: Environment,
): te.Schedule {
  if (output.shape.length !== 6) {
    throw new UsageError(
      "vta-operator",
      `scheduleAluPacked takes packed data; ${output.name} is ${output.shape.length}-D`,
    );
  }
  const s = te.createSchedule(output.op);
  te.autoInlineInjective(s);
  const inputs: [te.Operation, te.Tensor][] = [];
  const elementwise: te.Operation[] = [];
  const constants: te.Operation[] = [];
  const visit = (op: te.Operation): void => {
    if (op !== output.op && topi.isBroadcast(op.tag)) {
      if (op.axis.length === 0) constants.push(op);
      else if (!isCast(op)) elementwise.push(op);
    }
    for (const tensor of op.inputTensors) {
      if (tensor.op.kind === "placeholder" || (isCast(tensor.op) && op !== output.op)) {
        inputs.push([op, tensor]);
      } else visit(tensor.op);
    }
  };
  visit(output.op);

  const stage = s.stage(output);
  const [n, co, i, j, bi, ci] = stage.op.axis as [Axis, Axis, Axis, Axis, Axis, Axis];
  const [coTile, coIn] = tile(stage, co, knob(knobs, "tileCo"));
  const [iTile, iIn] = tile(stage, i, knob(knobs, "tileH"));
  const [jTile, jIn] = tile(stage, j, knob(knobs, "tileW"));
  stage.reorder(n, iTile, coTile, jTile, coIn, iIn, jIn, bi, ci);
  bindThreads(stage, coTile, n, knob(knobs, "ocNthread"));
  bindThreads(stage, iTile, n, knob(knobs, "hNthread"));
  for (const op of elementwise) {
    const on = s.stage(op).setScope(env.accScope);
    on.pragma(on.op.axis[0]!, env.alu).computeAt(stage, jTile);
  }
  const copies = inputs.map(([reader, tensor]) =>
    s.cacheRead(tensor, env.accScope, [reader.output(0)]),
  );
  for (const copy of copies) {
    const on = s.stage(copy);
    on.pragma(on.op.axis[0]!, env.dmaCopy).computeAt(stage, jTile);
  }
  for (const op of constants) s.stage(op).computeInline();
  stage.pragma(coIn, env.dmaCopy);
  return s;
}
