/** ResNet-18 at a quarter of its width, on a small image: every function as the host computes it. */

import { ready, relay } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, describe, expect, test } from "vitest";
import { resnet, resnetImage } from "../support/resnet";

const imageOf = (size: number): relay.HostTensor =>
  relay.HostTensor.of(resnetImage(size), [1, 3, size, size], "float32");
const quantizedOf = (size: number): vta.network.Network =>
  vta.network.fromOnnx(resnet({ size, width: 16, classes: 10 })).quantize();

beforeAll(async () => {
  await ready();
  vta.simulator.hazardWarnings(false);
});

/** Cycles of each function of one name. */
function cyclesOf(built: vta.network.RunnableNetwork, size: number): Map<string, number> {
  const data = imageOf(size);
  const { runs } = vta.profile(() => built.run({ data }), { values: false });
  const onAccelerator = built.functions.filter(({ device }) => device === "accelerator");
  return new Map(onAccelerator.map(({ name }, i) => [name, runs[i]!.timing.cycles]));
}

describe("ResNet-18", () => {
  test("computes in every function what the host computes operator by operator", () => {
    const quantized = quantizedOf(96);
    const built = quantized.pack().build();
    const inputs = { data: imageOf(96) };
    const { func } = built.built;
    const plain: relay.HostTensor[] = [];
    relay.evaluate(func.body, relay.bindInputs(func, inputs), (_, value) => {
      plain.push(value as relay.HostTensor);
    });
    let compared = 0;
    const { logits } = built.run(inputs, ({ name, value }) => {
      const want = plain[compared++]!;
      expect(Buffer.compare(value.toBytes(), want.toBytes()), name).toBe(0);
    });
    expect(compared).toBe(plain.length);
    const { layers } = quantized.accuracy(inputs);
    expect(layers.filter(({ layer }) => layer.endsWith("(Add)")).length).toBe(8);
    expect(logits!.toArray()).toEqual(quantized.run(inputs)["logits"]!.toArray());
    expect(new Set(Array.from(logits!.data as Float32Array)).size).toBeGreaterThan(5);
  }, 60_000);

  test("takes tiles from a formula by default, which are faster than the first choices", () => {
    const packed = quantizedOf(32).pack();
    const first = packed.build({ knobsOf: () => ({}) });
    const guessed = packed.build();
    const sources = (built: vta.network.RunnableNetwork): string[] => [
      ...new Set(built.functions.flatMap(({ configuration }) => configuration?.from ?? [])),
    ];
    expect(sources(first)).toEqual(["given"]);
    expect(sources(guessed)).toEqual(["estimate"]);
    const [slow, fast] = [cyclesOf(first, 32), cyclesOf(guessed, 32)];
    for (const [name, cycles] of fast) expect(cycles, name).toBeLessThanOrEqual(slow.get(name)!);
    const total = (cycles: Map<string, number>): number =>
      [...cycles.values()].reduce((a, b) => a + b, 0);
    expect(total(fast)).toBeLessThan(total(slow) / 2);
  }, 120_000);
});

test("uses the record of a convolution, and with a search the fastest tiles that fit", () => {
  const shape = vta.explore.template("conv2d_packed.vta", [
    ["TENSOR", [1, 1, 24, 24, 1, 16], "int8"],
    ["TENSOR", [1, 1, 3, 3, 16, 16], "int8"],
    ...([[1, 1], [1, 1, 1, 1], [1, 1], "NCHW1n16c", "int32"] as const),
  ]);
  const knobs = { tile_b: 1, tile_h: 4, tile_w: 24, tile_ci: 1, tile_co: 1 };
  const index = shape.configs.index({ ...knobs, oc_nthread: 1, h_nthread: 2 });
  const record: vta.explore.TuningRecord = {
    target: `ext_dev -keys=vta,cpu -device=vta -model=${vta.getEnv().MODEL}`,
    task: shape.task,
    args: shape.args,
    index,
    entity: shape.configs.entity(index),
    costs: [1e-3],
    errorNo: 0,
    allCost: 1,
    timestamp: 0,
    tvmVersion: "0.10.0",
  };
  const packed = quantizedOf(96).pack();
  const only = packed.build({ records: [record] });
  const recorded = only.functions.filter(({ configuration }) => configuration?.from === "records");
  // The first stage has four convolutions of this shape, in two or three different functions.
  expect(recorded.length).toBe(4);
  for (const { configuration } of recorded) {
    expect(configuration!.knobs).toMatchObject({ tileH: 4, tileW: 24, hNthread: 2 });
  }
  const searched = packed.build({ records: [record], search: 3 });
  const [known, found] = [cyclesOf(only, 96), cyclesOf(searched, 96)];
  for (const [name, cycles] of found) expect(cycles, name).toBeLessThanOrEqual(known.get(name)!);
  expect(searched.functions.some(({ configuration }) => configuration?.from === "search")).toBe(
    true,
  );
}, 120_000);
