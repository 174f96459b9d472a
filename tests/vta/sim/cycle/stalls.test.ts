import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as vta from "vta-ts";
import { recordedStreams } from "../../../support/recorded-streams";

const env = vta.getEnv();
const streams = recordedStreams("real.jsonl.gz");
const pipelines = recordedStreams("streams.jsonl.gz").filter(({ name }) =>
  /^(pipeline|tiles|side|small)_/.test(name),
);

describe("stalls", () => {
  test("charge every cycle of every module to exactly one cause", () => {
    for (const preset of vta.CYCLE_PRESETS) {
      for (const { name, words, address } of [...streams, ...pipelines]) {
        const { plan, timing } = vta.simulateCycles(env, words, { model: preset, address });
        for (const [module, counts] of Object.entries(vta.stallsOf(plan, timing))) {
          const values = Object.values(counts);
          const sum = values.reduce((total, value) => total + value, 0);
          expect(sum, `${preset} ${name} ${module}`).toBe(timing.cycles);
          expect(Math.min(...values), `${preset} ${name} ${module}`).toBeGreaterThanOrEqual(0);
        }
      }
    }
  });

  test("of a load during another load are charged to the bus moving other data", () => {
    const { words, address } = pipelines.find(({ name }) => name.startsWith("side_"))!;
    const { plan, timing } = vta.simulateCycles(env, words, { address });
    const { load, compute } = vta.stallsOf(plan, timing);
    expect(load.memoryBus + compute.memoryBus).toBeGreaterThan(0);
  });
});

describe("a stream", () => {
  test("takes the same cycles twice, and after being planned once", () => {
    for (const { words, address } of streams.slice(0, 50)) {
      const { plan, timing } = vta.simulateCycles(env, words, { address });
      expect(vta.simulateCycles(env, words, { address }).timing).toEqual(timing);
      expect(vta.timeStream(env, plan, { address })).toEqual(timing);
    }
  });

  test("never takes fewer cycles with a longer latency, or on a pipeline with a narrower bus", () => {
    const cyclesOf = (words: Uint32Array, address: number, model: vta.CycleModel): number =>
      vta.simulateCycles(env, words, { model, address }).timing.cycles;
    const de10 = vta.cycleModel("de10");
    for (const { name, words, address } of pipelines) {
      const byLatency = [0, 8, 16, 17, 40, 200].map((memoryLatency) =>
        cyclesOf(words, address, { ...de10, memoryLatency }),
      );
      expect(byLatency, name).toEqual([...byLatency].sort((a, b) => a - b));
      const byWidth = (["wide512", "wide256", "wide128", "de10"] as const).map((preset) =>
        cyclesOf(words, address, vta.cycleModel(preset)),
      );
      expect(byWidth, name).toEqual([...byWidth].sort((a, b) => a - b));
    }
  });

  test("of random words ends, or is refused with a message", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 64 }),
        (values) => {
          const length = values.length - (values.length % 4);
          const words = Uint32Array.from(values.slice(0, length));
          try {
            const { timing } = vta.simulateCycles(env, words);
            expect(timing.cycles).toBeGreaterThan(0);
          } catch (error) {
            expect(String(error)).toMatch(/does not end|at most \d+ addresses/);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
