import { nd, ready, tir } from "tvm-ts";
import { beforeAll, describe, expect, test } from "vitest";
import * as vta from "vta-ts";
import { flawedPrograms } from "../support/flawed-programs";
import type { Workload } from "../support/vta-workloads";

const env = vta.getEnv();
/** The pass that the reference leaves out of these operators. */
const context = () => vta.buildConfig({ env, disabledPass: ["tir.CommonSubexprElimTIR"] });

function profileOf({ schedule, args }: Workload): vta.Profile {
  const device = new vta.VtaDevice(0, env);
  const f = vta.build(schedule, args, { env, context: context() });
  const arrays = args.map((tensor) =>
    nd.empty(
      tensor.shape.map((extent) => tir.constIntValue(extent)!),
      tensor.dtype,
      device,
    ),
  );
  return vta.profile(() => f(...arrays), { device, values: false });
}

/** How far a predicted gain may be from the real one. */
const TOLERANCE = 0.1;

beforeAll(ready, 60_000);

describe("explain() on a program with a flaw", () => {
  test.each(flawedPrograms)(
    "predicts the gain of fixing it: $name",
    ({ about, flawed, fixed }) => {
      const profile = profileOf(flawed());
      const gain = profile.cycles - profileOf(fixed()).cycles;
      const advice = profile.explain().find(({ condition }) => about.test(condition));
      expect(advice, `no advice about ${about}`).toBeDefined();
      expect(gain).toBeGreaterThan(0);
      expect(Math.abs(advice!.gain - gain) / gain).toBeLessThanOrEqual(TOLERANCE);
      expect(advice!.measured).toBeGreaterThanOrEqual(advice!.threshold);
    },
    120_000,
  );

  test("does not advise virtual threads where there are two", () => {
    const { fixed } = flawedPrograms.find(({ name }) => name === "C8 in one thread")!;
    const conditions = profileOf(fixed())
      .explain()
      .map(({ condition }) => condition);
    expect(conditions.join()).not.toMatch(/virtual threads/);
  });
});
