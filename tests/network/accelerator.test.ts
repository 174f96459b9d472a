/**
 * Networks that the reference cannot run on the accelerator: channels that do not fill a block, a batch that
does not fill it, padding that differs from side to side. The host computes the quantized network
 * before it is packed; the accelerator must give the same integers.
 */

import { ready, relay } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, expect, test } from "vitest";
import { onnxModel, weight, type ModelNode, type SmallModel } from "../support/onnx-model";

beforeAll(ready);

/** A stem in float, a convolution in integers and a head; `more` changes the convolution. */
function network(
  channels: number,
  filters: number,
  pads: readonly number[] = [1, 1, 1, 1],
  batch = 1,
  strides: readonly number[] = [1, 1],
): SmallModel {
  const around = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  return {
    inputs: { data: [batch, 3, 8, 8] },
    weights: {
      w1: weight([channels, 3, 3, 3], 1),
      w2: weight([filters, channels, 3, 3], 2),
      b2: weight([filters], 3),
      w3: weight([filters, filters, 1, 1], 4),
    },
    nodes: [
      { op: "Conv", inputs: ["data", "w1"], output: "stem", attrs: around },
      { op: "MaxPool", inputs: ["stem"], output: "pooled", attrs: { ...around, strides: [1, 1] } },
      {
        op: "Conv",
        inputs: ["pooled", "w2", "b2"],
        output: "conv",
        attrs: { kernel_shape: [3, 3], pads, strides },
      },
      { op: "Relu", inputs: ["conv"], output: "relu" },
      { op: "Conv", inputs: ["relu", "w3"], output: "pointwise", attrs: { kernel_shape: [1, 1] } },
      { op: "GlobalAveragePool", inputs: ["pointwise"], output: "result" },
    ],
  };
}

function expectSame(model: SmallModel, env: vta.Environment = vta.getEnv()): void {
  const quantized = vta.network.fromOnnx(onnxModel(model)).quantize();
  const built = quantized.pack({ env }).build({ env });
  const onAccelerator = built.functions.filter((one) => one.device === "accelerator");
  expect(onAccelerator.length).toBeGreaterThanOrEqual(2);
  const { shape, values } = weight(model.inputs["data"]!, 9);
  const data = relay.HostTensor.of(values as number[], shape, "float32");
  const wanted = quantized.run({ data })["result"]!;
  const { result } = built.run({ data });
  expect(new Set(wanted.reshape([-1]).toArray() as number[]).size).toBeGreaterThan(2);
  expect(result!.toArray()).toEqual(wanted.toArray());
}

test("input and output channels that do not fill a block", () => {
  expectSame(network(12, 20));
});

test("more padding on one side than on the other, with a stride", () => {
  expectSame(network(16, 16, [0, 1, 2, 1], 1, [2, 1]));
});

test("one image on an accelerator that works on two at a time", () => {
  const env = new vta.Environment({ ...vta.getEnv().config, LOG_BATCH: 1 });
  expectSame(network(16, 16), env);
});

test("a saved network runs as before, and a damaged one is refused", () => {
  const quantized = vta.network.fromOnnx(onnxModel(network(16, 16))).quantize();
  const built = quantized.pack().build();
  const { shape, values } = weight([1, 3, 8, 8], 9);
  const inputs = { data: relay.HostTensor.of(values as number[], shape, "float32") };
  const wanted = built.run(inputs)["result"]!.toArray();
  for (const one of [quantized, built]) {
    const file = vta.network.saveNetwork(one);
    const loaded = vta.network.loadNetwork(file);
    expect(loaded.run(inputs)["result"]!.toArray()).toEqual(wanted);
    expect(loaded.constructor).toBe(one.constructor);
    if (loaded instanceof vta.network.RunnableNetwork) {
      const knobs = (network: vta.network.RunnableNetwork): unknown[] =>
        network.functions.map(({ configuration }) => configuration?.knobs);
      expect(knobs(loaded)).toEqual(knobs(built));
    }
    file[file.length - 3]! ^= 1;
    expect(() => vta.network.loadNetwork(file)).toThrow("checksum does not match");
  }
  expect(() => vta.network.loadNetwork(new Uint8Array(10))).toThrow("not a saved network");
});

/** The network with other nodes behind `relu`, whose last result the last convolution reads. */
function withNodes(model: SmallModel, ...more: readonly ModelNode[]): SmallModel {
  const nodes = [...model.nodes];
  const last = nodes[4]!;
  const inputs = [more.at(-1)!.output, ...last.inputs.slice(1)];
  nodes.splice(4, 1, ...more, { ...last, inputs });
  return { ...model, nodes };
}

test("an operator that cannot work on blocks is computed on the host, what is around it on the accelerator", () => {
  const node = { op: "AveragePool", inputs: ["relu"], output: "mean" };
  expectSame(withNodes(network(16, 16), { ...node, attrs: { kernel_shape: [2, 2] } }));
});

test.each([
  ["blocks that are full", 16, 16],
  ["blocks that are not", 12, 20],
])("channels are joined: %s", (_, channels, filters) => {
  const joined = { op: "Concat", inputs: ["pooled", "relu"], output: "joined", attrs: { axis: 1 } };
  const model = withNodes(network(channels, filters), joined);
  const w3 = weight([filters, channels + filters, 1, 1], 4);
  expectSame({ ...model, weights: { ...model.weights, w3 } });
});

test("a concatenation has room for the largest of its values", () => {
  const large = { op: "Mul", inputs: ["pooled", "factor"], output: "large" };
  const joined = { op: "Concat", inputs: ["relu", "large"], output: "joined", attrs: { axis: 1 } };
  const twice = { ...joined, inputs: ["relu", "large", "pooled"] };
  for (const concatenation of [joined, twice]) {
    const model = withNodes(network(16, 16), large, concatenation);
    const w3 = weight([16, 16 * concatenation.inputs.length, 1, 1], 4);
    const weights = { ...model.weights, factor: { shape: [1], values: [1024] }, w3 };
    const float = vta.network.fromOnnx(onnxModel({ ...model, weights }));
    const { shape, values } = weight([1, 3, 8, 8], 9);
    const data = relay.HostTensor.of(values as number[], shape, "float32");
    const quantized = float.quantize({ calibrateMode: "max", dataset: [{ data }] });
    const [wanted, got] = [float, quantized].map(
      (one) => one.run({ data })["result"]!.reshape([-1]).toArray() as number[],
    ) as [number[], number[]];
    const signal = wanted.reduce((sum, value) => sum + value ** 2, 0);
    const noise = wanted.reduce((sum, value, i) => sum + (value - got[i]!) ** 2, 0);
    expect(noise).toBeLessThan(signal / 50);
  }
});

test("what is pooled and scaled again keeps its values", () => {
  const attrs = { kernel_shape: [2, 2] };
  const model = withNodes(
    network(16, 16),
    { op: "MaxPool", inputs: ["relu"], output: "maximum", attrs },
    { op: "Add", inputs: ["maximum", "b4"], output: "shifted" },
  );
  expectSame({ ...model, weights: { ...model.weights, b4: weight([16, 1, 1], 5) } });
});

test("a network whose integer convolutions all have groups says that they stay on the host", () => {
  const model = network(16, 16);
  const grouped = model.nodes.map((node) =>
    node.op === "Conv" && node.output !== "stem"
      ? { ...node, attrs: { ...node.attrs, group: 2 } }
      : node,
  );
  const weights = {
    ...model.weights,
    w2: weight([16, 8, 3, 3], 2),
    w3: weight([16, 8, 1, 1], 4),
  };
  const quantized = vta.network
    .fromOnnx(onnxModel({ ...model, nodes: grouped, weights }))
    .quantize();
  expect(() => quantized.pack()).toThrow("packed already or have groups");
});

test("the part can start and stop at nodes of the file, and packing again packs the next part", () => {
  const quantized = vta.network.fromOnnx(onnxModel(network(16, 16))).quantize();
  const data = relay.HostTensor.of(
    weight([1, 3, 8, 8], 9).values as number[],
    [1, 3, 8, 8],
    "float32",
  );
  const wanted = quantized.run({ data })["result"]!.toArray();
  const counted = (packed: vta.network.Network): number => {
    const built = packed.build();
    expect(built.run({ data })["result"]!.toArray()).toEqual(wanted);
    return built.functions.filter(({ device }) => device === "accelerator").length;
  };
  const first = quantized.pack({ start: "pooled", stop: "pointwise" });
  expect(counted(first)).toBe(1);
  expect(counted(first.pack())).toBe(2);
  expect(() => quantized.pack().pack()).toThrow("packed already");
  expect(() => quantized.pack({ start: "nowhere" })).toThrow("the network has no nowhere");
  expect(() => quantized.pack({ stop: "stem" })).toThrow("stem comes before the start");
});
