import { beforeAll, describe, expect, test } from "vitest";
import { ready } from "tvm-ts";
import * as vta from "vta-ts";
import { direct, inputsOf, runOnVta } from "../../support/vta-run";

const { explore } = vta;
type Arguments = Parameters<typeof explore.template>[1];

/** Small operators, one of each template, whose spaces hold every kind of refusal. */
const operators: readonly (readonly [string, Arguments])[] = [
  [
    "conv2d_packed.vta",
    [
      ["TENSOR", [1, 1, 9, 9, 1, 16], "int8"],
      ["TENSOR", [2, 1, 3, 3, 16, 16], "int8"],
      [1, 1],
      [1, 1, 1, 1],
      [1, 1],
      "NCHW1n16c",
      "int32",
    ],
  ],
  [
    "conv2d_packed.vta",
    [
      ["TENSOR", [1, 2, 8, 8, 1, 16], "int8"],
      ["TENSOR", [4, 2, 1, 1, 16, 16], "int8"],
      [1, 1],
      [0, 0, 0, 0],
      [1, 1],
      "NCHW1n16c",
      "int32",
    ],
  ],
  [
    "dense_packed.vta",
    [["TENSOR", [1, 64, 1, 16], "int8"], ["TENSOR", [24, 64, 16, 16], "int8"], null, "int32"],
  ],
  [
    "group_conv2d_packed.vta",
    [
      ["TENSOR", [1, 4, 6, 6, 1, 16], "int8"],
      ["TENSOR", [4, 2, 3, 3, 16, 16], "int8"],
      [1, 1],
      [1, 1, 1, 1],
      [1, 1],
      2,
      "int32",
    ],
  ],
  [
    "conv2d_transpose_packed.vta",
    [
      ["TENSOR", [1, 2, 2, 2, 1, 16], "int8"],
      ["TENSOR", [2, 2, 4, 4, 16, 16], "int8"],
      [2, 2],
      [1, 1, 1, 1],
      "int32",
      [0, 0],
    ],
  ],
];

beforeAll(ready);

describe("the refusal agrees with a run", () => {
  test.each(operators.map(([task, args], i) => [`${i} ${task}`, task, args] as const))(
    "on all configurations of %s",
    (_, task, args) => {
      const space = explore.template(task, args);
      const env = vta.getEnv();
      let inputs: ReturnType<typeof inputsOf> | undefined;
      let expected: ReturnType<typeof direct> | undefined;
      const counts = { accepted: 0, refused: 0 };
      for (let index = 0; index < space.size; index++) {
        const verdict = explore.compileTrial(space, index);
        const isRefused = "refusal" in verdict;
        const workload = { ...space.program(index) } as unknown as Parameters<typeof direct>[0];
        inputs ??= inputsOf(workload, 8);
        expected ??= direct(workload, inputs);
        let outcome: unknown;
        try {
          const { result } = runOnVta(workload, inputs, env);
          outcome = String(result.data) === String(expected.data);
        } catch {
          outcome = "does not run";
        }
        expect([index, outcome]).toEqual([index, isRefused ? "does not run" : true]);
        counts[isRefused ? "refused" : "accepted"]++;
      }
      expect(counts.accepted).toBeGreaterThan(3);
      expect(counts.refused).toBeGreaterThan(3);
    },
    240_000,
  );
});

describe("a trial", () => {
  const dense = () => explore.template(...(operators[2]! as [string, Arguments]));

  test("counts what the simulator with values counts", () => {
    const space = dense();
    const index = 0;
    const compiled = explore.compileTrial(space, index);
    if ("refusal" in compiled) throw new Error(compiled.refusal.reason);
    const workload = space.program(index) as unknown as Parameters<typeof direct>[0];
    const inputs = inputsOf(workload, 8);
    const env = vta.getEnv();
    const withValues = explore.runTrial(compiled, env, "de10", inputs);
    const cyclesOnly = explore.runTrial(compiled, env, "de10");
    expect(withValues.measures).toEqual(cyclesOnly.measures);
    expect(withValues.result?.data).toEqual(direct(workload, inputs).data);
  });

  test("is faster on a wider bus", () => {
    const space = dense();
    const measured = ["de10", "wide256"].map((model) => explore.measureTrial(space, 0, { model }));
    const [narrow, wide] = measured.map((each) =>
      each.kind === "measured" ? each.measures["cycles"]! : NaN,
    );
    expect(wide!).toBeLessThan(narrow!);
  });

  test("reports the size that a memory needs", () => {
    const space = dense();
    const index = space.configs.index({ tile_b: 1, tile_ci: 64, tile_co: 24, oc_nthread: 1 });
    expect(space.refusal(index)).toEqual({
      cause: "memory",
      reason: "weight.local.wgt_buffer need 384 KiB of local.wgt_buffer, which has 256 KiB",
    });
  });

  test("names the knobs that make micro-ops write an element again too soon", () => {
    const space = explore.template(...(operators[0]! as [string, Arguments]));
    const values = { tile_b: 1, tile_h: 1, tile_w: 9, tile_ci: 1, tile_co: 2 };
    const index = space.configs.index({ ...values, oc_nthread: 1, h_nthread: 1 });
    const compiled = explore.compileTrial(space, index);
    expect("refusal" in compiled && compiled.refusal).toEqual({
      cause: "micro-ops",
      reason:
        "stage res: micro-op 2 of its kernel writes the accumulator element that micro-op 0 writes, and " +
        "the pipeline needs 2 others in between: loop d_i takes the next step of the sum after 2 " +
        "elements (inside it: c_o of 2); put loops over at least 3 elements of res inside d_i, with " +
        "s[res].reorder(d_i, ...), or make its tiles larger (tile_co * tile_h = 2 * 1; at least 3 is needed)",
    });
  });

  test("names the knobs that do not divide", () => {
    const space = dense();
    const index = space.configs.index({ tile_b: 1, tile_ci: 1, tile_co: 8, oc_nthread: 2 });
    expect(space.refusal(index)).toEqual({
      cause: "divide",
      reason:
        "the axis of outputs has 3 tiles of 8, which 2 virtual threads cannot share evenly " +
        "(tile_co = 8, oc_nthread = 2)",
    });
  });
});
