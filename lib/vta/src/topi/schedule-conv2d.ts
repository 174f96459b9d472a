/**
 * The schedules of the packed convolutions: tiles of the output are computed in the accumulator while inputs
 * and weights of the next one are loaded, and stored after their epilogue.
 */

import { te } from "tvm-ts";
import { getEnv, type Environment } from "../compiler";
import { CONV2D_TAG, GROUP_CONV2D_TAG } from "./conv2d";
import { CONV2D_TRANSPOSE_TAG } from "./conv2d-transpose";
import { attachEpilogue, readPackedOperator, scheduleEpilogue } from "./epilogue";
import { knob, splitIntoTiles, type ConvKnobs } from "./schedule-knobs";
import { knownKnobs } from "./known-knobs";

/**
 * Schedules the result of `conv2dPacked`, with elementwise operators after it. @param knobs if left out,
 * those of the best record (`vta.explore.applyBest`), without a record 1 each
 * @throws UsageError for any other `output`.
 */
export function scheduleConv2dPacked(
  output: te.Tensor,
  knobs?: ConvKnobs,
  env: Environment = getEnv(),
): te.Schedule {
  return convolution("scheduleConv2dPacked", CONV2D_TAG, output, knobs, env, byIntrinsic);
}

/** As `scheduleConv2dPacked`, for the result of `groupConv2dPacked`. */
export function scheduleGroupConv2dPacked(
  output: te.Tensor,
  knobs?: ConvKnobs,
  env: Environment = getEnv(),
): te.Schedule {
  return convolution(
    "scheduleGroupConv2dPacked",
    GROUP_CONV2D_TAG,
    output,
    knobs,
    env,
    byIntrinsic,
  );
}

/** As `scheduleConv2dPacked`, for the result of `conv2dTransposePacked`. */
export function scheduleConv2dTransposePacked(
  output: te.Tensor,
  knobs?: ConvKnobs,
  env: Environment = getEnv(),
): te.Schedule {
  const name = "scheduleConv2dTransposePacked";
  return convolution(name, CONV2D_TRANSPOSE_TAG, output, knobs, env, byUnrolledProducts);
}

/** Orders a convolution's loops and marks its product; returns the loop over input channels. */
type OrderLoops = (conv: te.Stage, env: Environment) => Axis;
type Axis = te.Stage["leafIterVars"][number];

function convolution(
  name: string,
  tag: string,
  result: te.Tensor,
  given: ConvKnobs | undefined,
  env: Environment,
  orderLoops: OrderLoops,
): te.Schedule {
  const operator = readPackedOperator(name, result, tag);
  const knobs = given ?? knownKnobs(operator.main.op, env);
  const s = te.createSchedule(result.op);
  const [data, kernel] = operator.main.op.inputTensors as [te.Tensor, te.Tensor];
  // The load itself pads.
  const isPadded = data.op.tag.includes("pad");
  const inputs = isPadded ? data : s.cacheRead(data, env.inpScope, [operator.main]);
  if (isPadded) s.stage(data).setScope(env.inpScope);
  const weights = s.cacheRead(kernel, env.wgtScope, [operator.main]);
  const conv = s.stage(operator.main).setScope(env.accScope);
  const epilogue = scheduleEpilogue(s, operator, env);

  const output = s.stage(result);
  const { tiles, inTile } = tileImage(output, knobs);
  conv.computeAt(output, tiles);
  attachEpilogue(epilogue, output, tiles, env);

  const channels = orderLoops(conv, env);
  const [channelTile] = splitIntoTiles(conv, channels, knob(knobs, "tileCi"));
  for (const copy of [s.stage(inputs), s.stage(weights)]) {
    copy.computeAt(conv, channelTile).pragma(copy.op.axis[0]!, env.dmaCopy);
  }
  output.pragma(inTile, env.dmaCopy);
  return s;
}

/**
 * Splits packed images `[n, c, h, w, BATCH, BLOCK]` into tiles of channels, rows and columns, which are
 * distributed over virtual threads.
 * @returns the innermost loop over tiles, and the outermost inside a tile
 */
export function tileImage(
  output: te.Stage,
  knobs: ConvKnobs,
): { readonly tiles: Axis; readonly inTile: Axis } {
  const [n, co, i, j, bi, ci] = output.op.axis as [Axis, Axis, Axis, Axis, Axis, Axis];
  const [coTile, coIn] = splitIntoTiles(output, co, knob(knobs, "tileCo"));
  const [iTile, iIn] = splitIntoTiles(output, i, knob(knobs, "tileH"));
  const [jTile, jIn] = splitIntoTiles(output, j, knob(knobs, "tileW"));
  output.reorder(n, iTile, coTile, jTile, coIn, iIn, jIn, bi, ci);
  bindThreads(output, coTile, n, knob(knobs, "ocNthread"));
  bindThreads(output, iTile, n, knob(knobs, "hNthread"));
  return { tiles: jTile, inTile: coIn };
}

/** Binds virtual threads to iterations of `axis`, outside all other loops. */
export function bindThreads(stage: te.Stage, axis: Axis, outermost: Axis, threads: number): void {
  if (threads === 1) return;
  const [, thread] = stage.split(axis, { factor: threads });
  stage.reorder(thread, outermost);
  stage.bind(thread, te.threadAxis("cthread"));
}

const byIntrinsic: OrderLoops = (conv, env) => {
  const [n, co, i, j, bi, ci] = conv.op.axis as [Axis, Axis, Axis, Axis, Axis, Axis];
  const [ko, di, dj, ki] = conv.op.reduceAxis as [Axis, Axis, Axis, Axis];
  conv.reorder(n, ko, j, dj, di, co, i, bi, ci, ki);
  conv.tensorize(bi, env.gemm);
  return ko;
};

/** Unrolled rows and columns, so that adjacent micro-ops write different elements. */
const UNROLLED_ROWS = 4;
const UNROLLED_COLUMNS = 2;

const byUnrolledProducts: OrderLoops = (conv) => {
  const [n, co, i, j, bi, ci] = conv.op.axis as [Axis, Axis, Axis, Axis, Axis, Axis];
  const [ko, di, dj, ki] = conv.op.reduceAxis as [Axis, Axis, Axis, Axis];
  const [iOut, iIn] = conv.split(i, { factor: UNROLLED_ROWS });
  const [jOut, jIn] = conv.split(j, { factor: UNROLLED_COLUMNS });
  conv.reorder(n, ko, jOut, co, iOut, jIn, dj, di, iIn, bi, ci, ki);
  for (const axis of [dj, di, iIn, jIn]) conv.unroll(axis);
  conv.pragma(bi, "conv2d_transpose_gemm");
  return ko;
};
