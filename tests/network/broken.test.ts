/** Files that are broken, or need unsupported features: each is refused with a message, or loads. */

import { readFileSync } from "node:fs";
import { np, UsageError } from "tvm-ts";
import * as vta from "vta-ts";
import { expect, test } from "vitest";
import { onnxModel, weight, type SmallModel } from "../support/onnx-model";

const relu = (input: string, output: string): SmallModel["nodes"][number] => ({
  op: "Relu",
  inputs: [input],
  output,
});

const load = (model: SmallModel): vta.network.Network => vta.network.fromOnnx(onnxModel(model));

const image = { data: [1, 3, 8, 8] };

test("an unknown operator is named; the network loads, can be drawn, and reports why it does not run", () => {
  const network = load({
    inputs: image,
    nodes: [{ op: "Frobnicate", inputs: ["data"], output: "what" }, relu("what", "result")],
  });
  expect(network.problems).toEqual([
    expect.stringContaining("node 'what' (Frobnicate): the operator Frobnicate is not supported"),
  ]);
  expect(String(network)).toContain("onnx.Frobnicate(%data)");
  const data = np.zeros(image.data, "float32");
  expect(() => network.run({ data })).toThrow("the operator Frobnicate is not supported");
  expect(() => network.run({ data: np.zeros([3]) })).toThrow("reshape it");
});

test.each<readonly [string, SmallModel, string]>([
  [
    "a weight that is missing",
    { inputs: image, nodes: [{ op: "Conv", inputs: ["data", "w"], output: "conv" }] },
    "node 'conv' (Conv): its input 'w' is neither an input of the network, nor a weight, nor computed before",
  ],
  [
    "shapes that do not fit",
    {
      inputs: image,
      weights: { w: weight([4, 5, 3, 3]) },
      nodes: [{ op: "Conv", inputs: ["data", "w"], output: "conv" }],
    },
    "node 'conv' (Conv): nn.conv2d: the kernel has 5 input channels in each of 1 groups and 4 output channels; data has 3 channels",
  ],
  [
    "a dilated convolution",
    {
      inputs: image,
      weights: { w: weight([4, 3, 3, 3]) },
      nodes: [{ op: "Conv", inputs: ["data", "w"], output: "conv", attrs: { dilations: [2, 2] } }],
    },
    "node 'conv' (Conv): dilation [2, 2] is not supported",
  ],
  [
    "a 64-bit integer that is too large",
    {
      inputs: image,
      weights: { shape: { shape: [1], values: [2n ** 60n] } },
      nodes: [{ op: "Reshape", inputs: ["data", "shape"], output: "flat" }],
    },
    "weight 'shape': the 64-bit integer 1152921504606846976 is out of range",
  ],
  [
    "a result that no memory holds",
    {
      inputs: image,
      weights: { shape: { shape: [2], values: [2n ** 20n, 2n ** 20n] } },
      nodes: [{ op: "ConstantOfShape", inputs: ["shape"], output: "huge" }],
    },
    "node 'huge' (ConstantOfShape): its result Tensor[(1048576, 1048576), float32] has more than",
  ],
])("%s is refused with the node's name", (_, model, message) => {
  expect(() => load(model)).toThrow(message);
});

test("bytes that are not an ONNX file", () => {
  expect(() => vta.network.fromOnnx(new Uint8Array([1, 2, 3]))).toThrow("are not an ONNX file");
  expect(() => vta.network.fromOnnx(new Uint8Array(0))).toThrow("has no graph");
});

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 500);

test(`${RUNS} mutated files are refused with a message, or load`, () => {
  const path = new URL("../golden/networks/residual.onnx", import.meta.url).pathname;
  const original = new Uint8Array(readFileSync(path));
  let state = 12345;
  const random = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  let refused = 0;
  for (let run = 0; run < RUNS; run++) {
    let bytes = original.slice();
    const changes = 1 + random(4);
    for (let k = 0; k < changes; k++) {
      const at = random(4) === 0 ? random(bytes.length) : random(2000);
      const kind = random(4);
      if (kind === 0) bytes[at] = random(256);
      else if (kind === 1) bytes[at]! ^= 1 << random(8);
      else if (kind === 2) bytes = bytes.slice(0, Math.max(1, at));
      else bytes = Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at + 1 + random(3)));
      if (bytes.length === 0) bytes = new Uint8Array(1);
    }
    try {
      String(vta.network.fromOnnx(bytes));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(RUNS / 10);
}, 120_000);
