/** Tables of a network's layers: their costs, and the errors of their integers. */

import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { ready, relay } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, describe, expect, test } from "vitest";
import { onnxModel, weight, type SmallModel } from "../support/onnx-model";

const DISPLAY = Symbol.for("Jupyter.display");
const shown = (value: object): Record<string, string> =>
  (value as Record<symbol, () => Record<string, string>>)[DISPLAY]!();

/** Two convolutions behind the stem; the first's weights are `factor` times as large, the second's as small. */
function network(factor = 1): vta.network.Network {
  const around = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const scaled = (shape: readonly number[], seed: number, by: number) => ({
    shape,
    values: (weight(shape, seed).values as number[]).map((value) => (value * by) / 16),
  });
  const model: SmallModel = {
    inputs: { data: [1, 3, 8, 8] },
    weights: {
      w1: scaled([16, 3, 3, 3], 1, 1),
      w2: scaled([16, 16, 3, 3], 2, factor),
      w3: scaled([16, 16, 1, 1], 4, 1 / factor),
    },
    nodes: [
      { op: "Conv", inputs: ["data", "w1"], output: "stem", attrs: around },
      { op: "MaxPool", inputs: ["stem"], output: "pooled", attrs: { ...around, strides: [1, 1] } },
      { op: "Conv", inputs: ["pooled", "w2"], output: "first", attrs: around },
      { op: "Relu", inputs: ["first"], output: "relu" },
      { op: "Conv", inputs: ["relu", "w3"], output: "second", attrs: { kernel_shape: [1, 1] } },
      { op: "Add", inputs: ["second", "pooled"], output: "sum" },
      { op: "GlobalAveragePool", inputs: ["sum"], output: "result" },
    ],
  };
  return vta.network.fromOnnx(onnxModel(model));
}

const data = relay.HostTensor.of(
  weight([1, 3, 8, 8], 9).values as number[],
  [1, 3, 8, 8],
  "float32",
);

beforeAll(async () => {
  await ready();
  vta.simulator.hazardWarnings(false);
});

describe("accuracy", () => {
  test("has a row for each layer, with errors of half a step where values are only rounded", () => {
    const { layers } = network().quantize().accuracy({ data });
    expect(layers.map(({ layer }) => layer).sort()).toEqual([
      "node 'first' (Conv)",
      "node 'pooled' (MaxPool)",
      "node 'second' (Conv)",
      "node 'sum' (Add)",
    ]);
    expect(layers.map(({ sqnr }) => sqnr)).toEqual(
      layers.map(({ sqnr }) => sqnr).sort((a, b) => a - b),
    );
    const pooled = layers.find(({ layer }) => layer.includes("pooled"))!;
    expect(pooled.step).toBe(8 / 128);
    expect(pooled.maxError).toBeLessThanOrEqual(pooled.step / 2);
    expect(pooled.histogram.reduce((a, b) => a + b, 0)).toBe(16 * 8 * 8);
  });

  test("agrees with a float and an integer network computed separately", () => {
    const float = network();
    const quantized = float.quantize();
    const layer = "node 'first' (Conv)";
    let floats: relay.HostTensor | undefined;
    float.run({ data }, (call, value) => {
      if (call.origin === "node 'relu' (Relu)") floats = value as relay.HostTensor;
    });
    let passed = false;
    let integers: relay.HostTensor | undefined;
    quantized.run({ data }, (call, value) => {
      if (call.origin === layer) passed = true;
      // Behind the convolution: relu, the shift, and the limits of 8 bits.
      if (passed && relay.isCallOf(call, "clip")) integers ??= value as relay.HostTensor;
    });
    const errors = Array.from(integers!.data, (value, i) =>
      Math.abs(value / 16 - floats!.data[i]!),
    );
    const sum = (values: Iterable<number>): number =>
      Array.from(values, (value) => value * value).reduce((x, y) => x + y, 0);
    const found = quantized.accuracy({ data }).layers.find((one) => one.layer === layer)!;
    expect(found.step).toBe(1 / 16);
    expect(found.maxError).toBeCloseTo(Math.max(...errors), 6);
    expect(found.sqnr).toBeCloseTo(10 * Math.log10(sum(floats!.data) / sum(errors)), 6);
  });

  test("shows which layer does not fit its range", () => {
    const { layers } = network(150).quantize().accuracy({ data });
    const outside = layers.filter(({ saturated }) => saturated > 0.1);
    expect(outside.map(({ layer }) => layer)).toEqual(["node 'first' (Conv)"]);
    expect(outside[0]!.sqnr).toBeLessThan(15);
  });

  test("of a network in float is refused", () => {
    expect(() => network().accuracy({ data })).toThrow("use the network that quantize() returns");
  });

  test("is shown as a table without scripts", () => {
    const accuracy = network().quantize().pack().build().accuracy({ data });
    const bundle = shown(accuracy);
    expect(inspect(accuracy)).toBe(bundle["text/plain"]);
    expect(bundle["text/plain"]).toMatch(/^4 layers in integers.*\nlayer +shape +step +SQNR, dB/);
    expect(bundle["text/html"]).toContain("first (Conv)");
    expect(bundle["text/html"]).not.toContain("<script");
    const drawn = bundle[vta.view.mimeTypes.table] as unknown as vta.view.TableView;
    expect(drawn.summary).toMatch(/^4 layers in integers/);
    expect(drawn.columns.slice(0, 4)).toEqual(["layer", "shape", "step", "SQNR, dB"]);
    // Numbers are numbers, so that they sort by size.
    expect(drawn.rows.map((row) => row.slice(2, 4).map((cell) => typeof cell))).toEqual(
      Array(4).fill(["number", "number"]),
    );
  });
});

describe("costs", () => {
  test("add up to the profile of the whole, function by function", () => {
    const built = network().quantize().pack().build();
    const costs = built.costs({ data });
    const whole = vta.profile(() => built.run({ data }), { values: false });
    expect(costs.layers.map(({ name }) => name)).toEqual(built.functions.map(({ name }) => name));
    expect(costs.cycles).toBe(whole.cycles);
    expect(costs.bytes).toBe(whole.totalBytes);
    const macs = new Map(costs.layers.map(({ layer, macs }) => [layer, macs]));
    expect(macs.get("node 'stem' (Conv)")).toBe(8 * 8 * 16 * 27);
    expect(macs.get("node 'first' (Conv)")).toBe(8 * 8 * 16 * 16 * 9);
    expect(macs.get("node 'sum' (Add)")).toBe(0);
    const [first] = costs.layers.filter(({ layer }) => layer.includes("first"));
    expect(first!.profile!.gemmSteps * 256).toBe(first!.macs);
  });

  test("are measured on the requested model", () => {
    const built = network().quantize().pack().build();
    expect(built.costs({ data }, "wide512").cycles).toBeLessThan(built.costs({ data }).cycles);
  });

  test("are shown as a table without scripts", () => {
    const path = new URL("../golden/networks/residual.onnx", import.meta.url).pathname;
    const residual = vta.network.fromOnnx(new Uint8Array(readFileSync(path)));
    const [[name, type]] = Object.entries(residual.inputs) as [[string, relay.TensorType]];
    const input = { [name]: relay.HostTensor.zeros(type.shape, "float32") };
    const costs = residual.quantize().pack().build().costs(input);
    const bundle = shown(costs);
    expect(inspect(costs)).toBe(bundle["text/plain"]);
    expect(bundle["text/plain"]).toMatch(/cycles on the accelerator, .* of the GEMM core's peak\n/);
    expect(bundle["text/plain"]).toContain("estimate");
    expect(bundle["text/html"]).not.toContain("<script");
  });
});
