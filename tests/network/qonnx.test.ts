/**
 * The networks in the `qonnx` package: in float, compared with ONNX Runtime, and in int8 on the
accelerator. Super-resolution is measured by its picture.
 */

import { fromBinary } from "@bufbuild/protobuf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ready, relay } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, expect, test } from "vitest";
import { readTensorProto } from "../../lib/tvm-ts/src/relay/onnx";
import { TensorProtoSchema } from "../../lib/tvm-ts/src/relay/onnx/messages";
import { preparePython } from "../support/jupyter-env";
import { closeTo } from "../support/networks";
import { runPython } from "../support/onnx-python";

const here = new URL(".", import.meta.url).pathname;
let folder: string;

beforeAll(async () => {
  preparePython(join(here, "requirements.txt"), ["qonnx"]);
  folder = runPython(join(here, "qonnx-networks.py"));
  await ready();
  vta.simulator.hazardWarnings(false);
}, 600_000);

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
const tensor = (name: string): relay.HostTensor =>
  readTensorProto(fromBinary(TensorProtoSchema, file(`${name}.pb`)));

/** A network for one input of this shape instead of the file's. */
function load(name: string, value: relay.HostTensor): [vta.network.Network, string] {
  const bytes = file(`${name}.onnx`);
  const [input] = Object.keys(vta.network.fromOnnx(bytes).inputs) as [string];
  return [vta.network.fromOnnx(bytes, { shapes: { [input]: value.shape } }), input];
}

const onAccelerator = (built: vta.network.RunnableNetwork): number =>
  built.functions.filter(({ device }) => device === "accelerator").length;

/** Signal to noise in decibels of a picture whose values are from 0 to 1, which limits them. */
function psnr(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let noise = 0;
  for (let i = 0; i < want.length; i++) {
    noise += (Math.min(1, Math.max(0, got[i]!)) - want[i]!) ** 2;
  }
  return -10 * Math.log10(noise / want.length);
}

const FLOAT = {
  mnist: "digit",
  residual: "noise",
  resize: "small",
  "resize-trained-in-4-bits.float": "small",
  subpixel: "small",
  "subpixel-trained-in-4-bits.float": "small",
};

test.each(Object.entries(FLOAT))("%s computes in float what ONNX Runtime does", (name, value) => {
  const [network, input] = load(name, tensor(value));
  expect(network.problems).toEqual([]);
  const [result] = relay.evaluateFunc(network.func, { [input]: tensor(value) });
  expect(closeTo(result!, tensor(`${name}.output`), 1e-4, 1e-5)).toBeUndefined();
});

test.each(["resize-trained-in-4-bits", "subpixel-trained-in-4-bits"])(
  "%s loads and can be drawn; each quantization of the weights is listed as a problem, and running reports it",
  (name) => {
    const [network, input] = load(name, tensor("small"));
    expect(network.problems.length).toBeGreaterThanOrEqual(4);
    for (const problem of network.problems) {
      expect(problem).toMatch(
        /^node 'Quant_\d+' \(Quant\): the operator onnx.brevitas.Quant is not/,
      );
    }
    const view = vta.view.networkGraphView(network);
    expect(view.nodes.some(({ operators }) => operators.includes("Quant"))).toBe(true);
    expect(() => network.run({ [input]: tensor("small") })).toThrow(/node 'Quant_\d+' \(Quant\)/);
  },
);

test("the trained digits network recognizes its digit in int8 on the accelerator", () => {
  const [network, input] = load("mnist", tensor("digit"));
  const inputs = { [input]: tensor("digit") };
  const quantized = network.quantize({ calibrateMode: "max", dataset: [inputs] });
  const built = quantized.pack().build();
  expect(onAccelerator(built)).toBe(1);
  const [logits] = Object.values(built.run(inputs));
  expect(logits!.data).toEqual(Object.values(quantized.run(inputs))[0]!.data);
  const best = (values: ArrayLike<number>): number =>
    Array.from(values).indexOf(Math.max(...Array.from(values)));
  expect(best(logits!.data as Float32Array)).toBe(best(tensor("mnist.output").data));
});

test("the residual block on the accelerator computes the expected integers", () => {
  const [network, input] = load("residual", tensor("noise"));
  const inputs = { [input]: tensor("noise") };
  const quantized = network.quantize({ calibrateMode: "max", dataset: [inputs] });
  const built = quantized.pack().build();
  expect(onAccelerator(built)).toBe(2);
  const [result] = Object.values(built.run(inputs));
  expect(result!.data).toEqual(Object.values(quantized.run(inputs))[0]!.data);
});

test("the untrained network, whose last convolution has 27 channels, runs on the accelerator", () => {
  const [network, input] = load("subpixel", tensor("small"));
  const inputs = { [input]: tensor("small") };
  const built = network
    .quantize({ calibrateMode: "max", dataset: [inputs] })
    .pack()
    .build();
  expect(onAccelerator(built)).toBe(3);
  const [result] = Object.values(built.run(inputs));
  const [integers] = relay.evaluateFunc(built.built.func, inputs);
  expect(result!.data).toEqual(integers!.data);
  const float = tensor("subpixel.output").data;
  let [signal, noise] = [0, 0];
  float.forEach((value, i) => {
    signal += value ** 2;
    noise += (value - (result!.data as Float32Array)[i]!) ** 2;
  });
  expect(10 * Math.log10(signal / noise)).toBeGreaterThan(25);
}, 300_000);

// Where more than one layer is in float, `accuracy` names it: its largest weight is far from a power of two.
test.each([
  ["resize", [0], 3],
  ["resize-trained-in-4-bits.float", [0, 3], 2],
  ["subpixel-trained-in-4-bits.float", [0, 2], 2],
])(
  "%s in int8, but for convolutions %j, is within 0.3 dB of float, calibrated on other pictures",
  (name, skipConvLayers, convolutions) => {
    const [network, input] = load(name, tensor("small"));
    const dataset = [0, 1].map((i) => ({ [input]: tensor(`quarter${i}`) }));
    const quantized = network.quantize({ calibrateMode: "max", skipConvLayers, dataset });
    const built = quantized.pack().build();
    expect(onAccelerator(built)).toBe(convolutions);
    const [result] = Object.values(built.run({ [input]: tensor("small") }));
    // Constants that are added one after another were merged, so that some floats round differently.
    const [integers] = relay.evaluateFunc(built.built.func, { [input]: tensor("small") });
    expect(result!.data).toEqual(integers!.data);
    const truth = tensor("picture").data;
    const inFloat = psnr(tensor(`${name}.output`).data, truth);
    const inInt8 = psnr(result!.data as Float32Array, truth);
    expect(inFloat).toBeGreaterThan(28);
    expect(inFloat - inInt8).toBeLessThanOrEqual(0.3);
  },
  300_000,
);
