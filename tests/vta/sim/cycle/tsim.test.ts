import { nd, np, ready, tir } from "tvm-ts";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import * as vta from "vta-ts";
import { buildProgram, type ProgramJson } from "../../../support/golden-program";

const tsim = new vta.Environment({ ...vta.getEnv().config, TARGET: "tsim" });

function program(name: string): ProgramJson {
  const url = new URL(`../../../golden/programs/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as ProgramJson;
}

/** Builds a golden program for the accelerator of `env`, and its arrays, filled with ones. */
function load(name: string, env: vta.Environment) {
  const json = program(name);
  const names = Object.create(env, { gemm: { get: () => vta.gemm(env) } }) as object;
  const { schedule, args, tensors } = buildProgram<never>(json, { vta: names });
  const disabledPass = json.run?.disabled_pass ?? [];
  const f = vta.build(schedule, args, { env, context: vta.buildConfig({ env, disabledPass }) });
  const device = vta.extDev(0, env);
  const arrays = json.args.map((arg) => {
    const { shape, dtype } = tensors.get(arg)!;
    const extents = shape.map((dim) => tir.constIntValue(dim)!);
    return nd.array(np.ones(extents, dtype), device);
  });
  return { f, arrays, device };
}

beforeAll(ready);

describe("TARGET tsim", () => {
  test("counts the hardware's cycles beside the bytes", async () => {
    const { f, arrays, device } = load("vta_conv2d_small", tsim);
    vta.simulator.clearStats(device);
    await f(...arrays);
    const stats = vta.simulator.stats(device);
    expect(stats.cycle_count).toBe(4225);
    expect(stats.inp_load_nbytes).toBeGreaterThan(0);
    await f(...arrays);
    expect(vta.simulator.stats(device).cycle_count).toBe(2 * 4225);
    expect(vta.simulator.lastCall(device).cycle_count).toBe(4225);
    expect(String(stats)).toContain("cycle_count");
  });

  test("computes what the functional simulator computes", async () => {
    const [timed, plain] = [load("vta_conv2d_small", tsim), load("vta_conv2d_small", vta.getEnv())];
    await timed.f(...timed.arrays);
    await plain.f(...plain.arrays);
    const last = timed.arrays.length - 1;
    expect(timed.arrays[last]!.asTypedArray()).toEqual(plain.arrays[last]!.asTypedArray());
    expect(vta.simulator.stats(plain.device)).not.toHaveProperty("cycle_count");
  });

  test("counts cycles and computes nothing when execution is skipped", async () => {
    const { f, arrays, device } = load("vta_conv2d_small", tsim);
    const out = arrays.at(-1)!;
    const before = out.asTypedArray().slice();
    vta.simulator.clearStats(device);
    vta.simulator.skipExecution(true, device);
    try {
      await f(...arrays);
    } finally {
      vta.simulator.skipExecution(false, device);
    }
    expect(vta.simulator.stats(device).cycle_count).toBe(4225);
    expect(out.asTypedArray()).toEqual(before);
  });

  test("adds cycles to a trace", () => {
    const { f, arrays, device } = load("vta_conv2d_small", tsim);
    const trace = vta.trace(() => f(...arrays), { device });
    expect(trace.entries.every(({ cycles }) => cycles !== undefined)).toBe(true);
    const last = trace.entries.find(({ instruction }) => instruction.kind === "FINISH")!;
    expect(last.cycles).toEqual({ begin: 4225, end: 4226 });
  });
});

describe("a cycle model", () => {
  test.each([
    ["de11", /there is no cycle model "de11"; the models are de10, pynq/],
    [{ ...vta.cycleModel(), busBits: 96 }, /busBits of a cycle model is 96/],
    [
      { ...vta.cycleModel(), burstBeats: 24 },
      /burstBeats of a cycle model is 24; it must be a power/,
    ],
    [{ ...vta.cycleModel(), requestTags: 0 }, /requestTags of a cycle model is 0; it must be 1/],
  ])("is refused with a message: %j", (model, message) => {
    expect(() => vta.cycleModel(model as vta.CyclePreset)).toThrow(message);
  });
});
