/** Padding that a transfer adds while it loads: its position and its value. */

import { beforeAll, describe, expect, test } from "vitest";
import { np, ready, te, topi } from "tvm-ts";
import * as vta from "vta-ts";
import { direct, inputsOf, runOnVta } from "../support/vta-run";
import type { Workload } from "../support/vta-workloads";

const env = vta.getEnv();

beforeAll(() => ready());

/** `rows x columns` elements with `pad` around them, padded and stored in tiles. */
function paddedInTiles(
  [rows, columns]: readonly [number, number],
  pad: number,
  [tileRows, tileColumns]: readonly [number, number],
  padValue = 0,
): Workload {
  const { BATCH, BLOCK_OUT } = env;
  const x = te.placeholder([rows, columns, BATCH, BLOCK_OUT], { name: "x", dtype: env.accDtype });
  const padded = topi.nn.pad(x, [pad, pad, 0, 0], undefined, { name: "padded", padValue });
  const moved = te.compute(padded.shape, (...i) => padded(...i).add(1), "moved");
  const res = te.compute(padded.shape, (...i) => moved(...i).astype(env.outDtype), "res");
  const schedule = te.createSchedule(res);
  const output = schedule.stage(res);
  const [i, j] = res.op.axis;
  const [, columnTile, row] = output.tile(i!, j!, tileRows, tileColumns);
  output.pragma(row!, env.dmaCopy);
  for (const tensor of [padded, moved]) {
    const stage = schedule.stage(tensor).setScope(env.accScope).computeAt(output, columnTile!);
    stage.pragma(stage.op.axis[0]!, tensor === padded ? env.dmaCopy : env.alu);
  }
  return { schedule, args: [x, res] };
}

describe("a tile that is entirely in the padding is zero", () => {
  test.each<[string, readonly [number, number], number, readonly [number, number]]>([
    ["in rows and columns", [4, 4], 6, [2, 2]],
    ["in columns only", [4, 2], 2, [8, 2]],
    ["in rows only", [2, 4], 2, [2, 8]],
    ["beyond the limit of a padding field", [4, 4], 20, [4, 4]],
  ])("%s", (_, size, pad, tile) => {
    const workload = paddedInTiles(size, pad, tile);
    const inputs = inputsOf(workload);
    np.testing.assertEqual(direct(workload, inputs), runOnVta(workload, inputs).result);
  });
});

test("padding with another value than zero is refused: a transfer cannot", () => {
  const { schedule, args } = paddedInTiles([2, 2], 1, [4, 4], -128);
  expect(() => vta.lower(schedule, args)).toThrow(
    "the copy of x to padded cannot be a transfer: it is padded with -128; a load pads with zeros",
  );
});
