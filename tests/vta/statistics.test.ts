/** The reference's unit tests and tutorials: right results at the reference's costs. */

import { beforeAll, describe, expect, test } from "vitest";
import { nd, np, ready } from "tvm-ts";
import * as vta from "vta-ts";
import { direct, inputsOf, runOnVta, timeOnVta, type Counters } from "../support/vta-run";
import {
  alu,
  blockedGemm,
  convolutionOpt,
  matrixMultiply,
  matrixMultiplyOpt,
  paddedLoad,
  smallGemm,
  type Workload,
} from "../support/vta-workloads";

beforeAll(() => ready());

/** The name, the program, and `inp, wgt, acc, uop, out` bytes, `gemm, alu` operations. */
type Row = readonly [what: string, make: () => Workload, stats: Counters];

function check(rows: readonly Row[], range: number): void {
  test.each(rows)("%s", (_, make, stats) => {
    const workload = make();
    const inputs = inputsOf(workload, range);
    const run = runOnVta(workload, inputs);
    np.testing.assertEqual(direct(workload, inputs), run.result);
    expect(run.stats).toEqual(stats);
  });
}

describe("single instructions have the reference's cost", () => {
  check(
    [
      [
        "load, shift by 0, store",
        () => alu([6, 6], 1, [(x) => x!.shiftRight(0)]),
        [0, 0, 2304, 4, 576, 0, 36],
      ],
      ["padding before rows", () => paddedLoad([2, 0], [0, 0]), [0, 0, 960, 4, 400, 0, 25]],
      ["padding before columns", () => paddedLoad([0, 2], [0, 0]), [0, 0, 960, 4, 336, 0, 21]],
      ["padding after rows", () => paddedLoad([0, 0], [2, 0]), [0, 0, 960, 4, 400, 0, 25]],
      ["padding after columns", () => paddedLoad([0, 0], [0, 2]), [0, 0, 960, 4, 336, 0, 21]],
      ["padding all around", () => paddedLoad([1, 1], [1, 1]), [0, 0, 960, 4, 560, 0, 35]],
      [
        "shift to the left",
        () => alu([8, 8], 1, [(x) => x!.shiftLeft(2)]),
        [0, 0, 4096, 4, 1024, 0, 64],
      ],
      [
        "maximum with a constant",
        () => alu([8, 8], 1, [(x) => x!.max(3)]),
        [0, 0, 4096, 4, 1024, 0, 64],
      ],
      ["maximum", () => alu([8, 8], 2, [(x, y) => x!.max(y!)]), [0, 0, 8192, 4, 1024, 0, 64]],
      [
        "addition of a constant",
        () => alu([8, 8], 1, [(x) => x!.add(4)]),
        [0, 0, 4096, 4, 1024, 0, 64],
      ],
      ["addition", () => alu([8, 8], 2, [(x, y) => x!.add(y!)]), [0, 0, 8192, 4, 1024, 0, 64]],
      [
        "shift to the right",
        () => alu([8, 8], 1, [(x) => x!.shiftRight(1)]),
        [0, 0, 4096, 4, 1024, 0, 64],
      ],
      [
        "rectifier",
        () => alu([8, 10], 1, [(x) => x!.max(0), (x) => x!.min(127)]),
        [0, 0, 5120, 8, 1280, 0, 160],
      ],
      [
        "shift and scale",
        () => alu([2, 8], 1, [(x) => x!.add(5), (x) => x!.shiftRight(3)]),
        [0, 0, 1024, 8, 256, 0, 32],
      ],
    ],
    16,
  );
  check(
    [
      ["GEMM", () => smallGemm(1), [64, 1024, 0, 20, 256, 16, 48]],
      ["GEMM on two threads", () => smallGemm(2), [64, 2048, 0, 40, 256, 16, 48]],
    ],
    128,
  );
});

describe("the tutorials' programs have the reference's cost", () => {
  check(
    [
      ["matrix_multiply", matrixMultiply, [256, 65536, 0, 8, 256, 256, 0]],
      ["matrix_multiply_opt", matrixMultiplyOpt, [4096, 1048576, 0, 20, 1024, 4096, 192]],
      ["convolution_opt", convolutionOpt, [114688, 1179648, 0, 1144, 50176, 451584, 9408]],
    ],
    128,
  );
});

test("a timing of 20 calls makes 21: the first is a warm-up", () => {
  const workload = blockedGemm();
  const once = runOnVta(workload, inputsOf(workload));
  expect(once.stats).toEqual([16384, 16384, 0, 48, 16384, 8192, 3072]);
  const timed = timeOnVta(workload, inputsOf(workload), 20);
  expect(timed.stats).toEqual([344064, 344064, 0, 1008, 344064, 172032, 64512]);
});

test("arrays are unchanged after copying to the accelerator and back", () => {
  const values = np.random.randint(-128, 128, [100, 100]).astype("int8");
  const array = nd.array(values, vta.extDev(0));
  np.testing.assertEqual(values, array.numpy());
  array.free();
});
