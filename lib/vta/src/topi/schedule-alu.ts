/** The schedule of additions and multiplications of packed integers on the ALU. */

import { te, topi, UsageError } from "tvm-ts";
import type { Environment } from "../compiler";
import type { ConvKnobs } from "./schedule-knobs";
import { tileImage } from "./schedule-conv2d";

/** The name of conversions, which loads and stores do. */
export const CAST_NAME = "T_cast";

const isCast = (op: te.Operation): boolean => op.name === CAST_NAME;

/**
 * Schedules elementwise operators on `[n, c, h, w, BATCH, BLOCK]` integers on the ALU, tile by tile. Loads
 * convert their inputs. With two virtual threads a tile is stored while the next one is computed.
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
  const { tiles, inTile } = tileImage(stage, knobs);
  for (const op of elementwise) {
    const on = s.stage(op).setScope(env.accScope);
    on.pragma(on.op.axis[0]!, env.alu).computeAt(stage, tiles);
  }
  const copies = inputs.map(([reader, tensor]) =>
    s.cacheRead(tensor, env.accScope, [reader.output(0)]),
  );
  for (const copy of copies) {
    const on = s.stage(copy);
    on.pragma(on.op.axis[0]!, env.dmaCopy).computeAt(stage, tiles);
  }
  for (const op of constants) s.stage(op).computeInline();
  stage.pragma(inTile, env.dmaCopy);
  return s;
}
