/** What a network costs on the hardware, and on the simulator that counts cycles. */

import { readFileSync } from "node:fs";
import { ready, relay, type np } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { COMPUTE_NOP, FINISH, place } from "../support/vta-program";

const path = new URL("../golden/networks/residual.onnx", import.meta.url).pathname;
const tsim = new vta.Environment({ ...vta.getEnv().config, TARGET: "tsim" });

function load(env: vta.Environment): {
  built: vta.network.RunnableNetwork;
  data: relay.HostTensor;
} {
  const network = vta.network.fromOnnx(new Uint8Array(readFileSync(path)));
  const { shape } = Object.values(network.inputs)[0] as relay.TensorType;
  const data = relay.HostTensor.zeros(shape, "float32");
  data.data.forEach((_, i) => (data.data[i] = Math.sin(i)));
  return { built: network.quantize().pack({ env }).build({ env }), data };
}

beforeAll(async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await ready();
});

describe("a network whose additions load 8-bit integers", () => {
  test("is profiled, with the traffic that the simulator counts, and a hazard for what is not in the RTL", () => {
    const env = vta.getEnv();
    const { built, data } = load(env);
    vta.simulator.clearStats();
    const profile = vta.profile(() => built.run({ data }));
    const stats = vta.simulator.stats();
    // The simulator counts accumulators, like the reference's; the profile counts bytes read from DRAM.
    expect(profile.bytes.acc).toBeLessThan(stats.acc_load_nbytes);
    expect(profile.bytes.inp).toBe(stats.inp_load_nbytes);
    expect(profile.gemmSteps).toBe(stats.gemm_counter);
    expect(profile.runs.length).toBe(
      built.functions.filter(({ device }) => device === "accelerator").length,
    );
    const found = profile.hazards.filter(({ rule }) => rule === "unknown instruction");
    expect(found.length).toBeGreaterThan(0);
    for (const { text } of found) {
      expect(text).toMatch(/LOAD of accumulators from 8-bit integers.*not checked against the RTL/);
    }
    expect(String(profile)).toContain("not checked against the RTL");
  });

  test("runs under tsim, with the cycles of its profile and the same result", () => {
    const [timed, plain] = [load(tsim), load(vta.getEnv())];
    const device = vta.extDev(0, tsim);
    let result: Record<string, np.ndarray> = {};
    vta.simulator.clearStats(device);
    const profile = vta.profile(() => (result = timed.built.run({ data: timed.data })), { device });
    expect(vta.simulator.stats(device).cycle_count).toBe(profile.cycles);
    expect(Object.values(result).map((value) => value.toArray())).toEqual(
      Object.values(plain.built.run({ data: plain.data })).map((value) => value.toArray()),
    );
  });
});

test("a load of 8-bit integers takes the time of a load of as many bytes", () => {
  const env = vta.getEnv();
  const cyclesOf = (memoryType: number, xSize: number, dramBase: number): number => {
    const dram = new vta.Dram();
    const load: vta.Instruction = { ...COMPUTE_NOP, memoryType, dramBase, ySize: 1, xSize };
    const program = [load, FINISH];
    const begin = place(env, dram, program) / 4;
    const words = dram.words.slice(begin, begin + 4 * program.length);
    return vta.simulateCycles(env, words).timing.cycles;
  };
  const { ACC, ACC_8BIT } = vta.MEM_ID;
  for (const elements of [1, 3, 16]) {
    expect(cyclesOf(ACC_8BIT, 4 * elements, 4 * 512)).toBe(cyclesOf(ACC, elements, 512));
  }
  expect(cyclesOf(ACC_8BIT, 16, 0)).toBeLessThan(cyclesOf(ACC, 16, 0));
});
