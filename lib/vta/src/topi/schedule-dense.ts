/** The schedule of the packed fully connected layer; see `schedule-conv2d.ts`. */

import { te } from "tvm-ts";
import { getEnv, type Environment } from "../compiler";
import { DENSE_TAG } from "./dense";
import { attachEpilogue, readPackedOperator, scheduleEpilogue } from "./epilogue";
import { knob, splitIntoTiles, type DenseKnobs } from "./schedule-knobs";
import { knownKnobs } from "./known-knobs";
import { bindThreads } from "./schedule-conv2d";

type Axis = te.Stage["leafIterVars"][number];

/**
 * Schedules the result of `densePacked`, with elementwise operators after it. @throws UsageError for any
 * other `output`.
 */
export function scheduleDensePacked(
  result: te.Tensor,
  given?: DenseKnobs,
  env: Environment = getEnv(),
): te.Schedule {
  const operator = readPackedOperator("scheduleDensePacked", result, DENSE_TAG);
  const knobs = given ?? knownKnobs(operator.main.op, env);
  const s = te.createSchedule(result.op);
  const [data, weight] = operator.main.op.inputTensors as [te.Tensor, te.Tensor];
  const inputs = s.cacheRead(data, env.inpScope, [operator.main]);
  const weights = s.cacheRead(weight, env.wgtScope, [operator.main]);
  const dense = s.stage(operator.main).setScope(env.accScope);
  const epilogue = scheduleEpilogue(s, operator, env);

  const output = s.stage(result);
  const [b, c] = output.op.axis as [Axis, Axis];
  const [bTile, bIn] = splitIntoTiles(output, b, knob(knobs, "tileB"));
  const [cTile, cIn] = splitIntoTiles(output, c, knob(knobs, "tileCo"));
  output.reorder(bTile, cTile, bIn, cIn);
  dense.computeAt(output, cTile);
  attachEpilogue(epilogue, output, cTile, env);
  bindThreads(output, cTile, bTile, knob(knobs, "ocNthread"));

  const [n, co, bi, ci] = dense.op.axis as [Axis, Axis, Axis, Axis];
  const [ko, ki] = dense.op.reduceAxis as [Axis, Axis];
  dense.reorder(n, ko, co, bi, ci, ki);
  const [channelTile] = splitIntoTiles(dense, ko, knob(knobs, "tileCi"));
  for (const copy of [s.stage(inputs), s.stage(weights)]) {
    copy.computeAt(dense, channelTile).pragma(copy.op.axis[0]!, env.dmaCopy);
  }
  dense.tensorize(bi, env.gemm);
  output.pragma(cIn, env.dmaCopy);
  return s;
}
