/**
 * Every 8-bit value that the accelerator computes, against an interpreter in Python that knows the ONNX file
 * and the rules of quantization, and nothing of the compiler.
 */

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ready, relay } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, expect, test } from "vitest";
import { preparePython } from "../support/jupyter-env";
import { runPython } from "../support/onnx-python";
import { resnet } from "../support/resnet";

interface Interpreted {
  /** 8-bit integers by the node's name, images and channels first. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly outputs: readonly (readonly number[])[];
}

const here = new URL(".", import.meta.url).pathname;
const SCALE = 8;

beforeAll(async () => {
  preparePython(join(here, "requirements.txt"));
  await ready();
  vta.simulator.hazardWarnings(false);
}, 600_000);

/** `[n, c, h, w, N, C]` as `[n * N, c * C, h, w]`. */
function unpacked({ data, shape }: relay.HostTensor): number[] {
  const [n, c, h, w, inner, block] = shape as [number, number, number, number, number, number];
  const result = new Array<number>(data.length);
  data.forEach((value, i) => {
    const channel = i % block;
    const image = Math.floor(i / block) % inner;
    const place = Math.floor(i / block / inner);
    const point = place % (h * w);
    const outer = Math.floor(place / (h * w));
    const row = (Math.floor(outer / c) * inner + image) * c * block + (outer % c) * block + channel;
    result[row * h * w + point] = value;
  });
  expect(n * inner).toBe(1);
  return result;
}

/** The name of the convolution or addition that a function is made of. */
function nodeOf(func: relay.Func): string {
  const calls = relay.allExprs(func.body).filter((expr) => expr.kind === "call");
  const named = calls.filter(({ origin }) => origin !== undefined);
  const main = named.find((call) => relay.isCallOf(call, "nn.conv2d")) ?? named[0];
  return /^node '(.*)' /.exec(main!.origin!)![1]!;
}

const file = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(path, import.meta.url)));
const NETWORKS: Readonly<Record<string, () => Uint8Array>> = {
  "the trained network": () => file("../../notebooks/tutorials/network/digits.onnx"),
  "a residual block": () => file("../golden/networks/residual.onnx"),
  "ResNet-18, a quarter as wide": () => resnet({ size: 64, width: 16, classes: 10 }),
};
const cases = Object.keys(NETWORKS).flatMap((name) =>
  (["sim", "tsim"] as const).map((target) => [name, target] as const),
);

test.each(cases)(
  "%s on %s",
  (which, target) => {
    const env = new vta.Environment({ ...vta.getEnv().config, TARGET: target });
    const bytes = NETWORKS[which]!();
    const network = vta.network.fromOnnx(bytes);
    const [[name, type]] = Object.entries(network.inputs) as [[string, relay.TensorType]];
    const image = Array.from({ length: type.size }, (_, i) => Math.fround(Math.sin(i * 1.7) * 1.3));
    const given = mkdtempSync(join(tmpdir(), "tvm-vta-integers-"));
    const [model, picture] = [join(given, "model.onnx"), join(given, "image.json")];
    writeFileSync(model, bytes);
    writeFileSync(picture, JSON.stringify(image));
    const folder = runPython(join(here, "integers.py"), [model, picture, String(SCALE)]);
    const interpreted = JSON.parse(
      readFileSync(join(folder, "values.json"), "utf8"),
    ) as Interpreted;

    const built = network.quantize({ globalScale: SCALE }).pack({ env }).build({ env });
    const inputs = { [name]: relay.HostTensor.of(image, type.shape, "float32") };
    const compared: string[] = [];
    const [output] = Object.values(
      built.run(inputs, ({ device, func, value }) => {
        if (device === "host") return;
        const node = nodeOf(func);
        expect(unpacked(value), node).toEqual(interpreted.values[node]);
        compared.push(node);
      }),
    );
    // All that the interpreter has, but what is quantized on the host.
    expect(compared.length).toBe(Object.keys(interpreted.values).length - 1);
    const [wanted] = interpreted.outputs;
    Array.from(output!.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo(wanted![i]!, 4);
    });
  },
  60_000,
);
