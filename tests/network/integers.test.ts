/**
 * Every 8-bit value that the accelerator computes, compared with an interpreter in Python that uses the ONNX file
and the rules of quantization, but not the compiler.
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
  preparePython(join(here, "requirements.txt"), ["qonnx"]);
  qonnx = runPython(join(here, "qonnx-networks.py"));
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

/** The name of the convolution or addition that a function was made from. */
function nodeOf(func: relay.Func): string {
  const calls = relay.allExprs(func.body).filter((expr) => expr.kind === "call");
  const named = calls.filter(({ origin }) => origin !== undefined);
  const main = named.find((call) => relay.isCallOf(call, "nn.conv2d")) ?? named[0];
  return /^node '(.*)' /.exec(main!.origin!)![1]!;
}

const file = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(path, import.meta.url)));

interface Case {
  readonly bytes: () => Uint8Array;
  /** Values that only the interpreter has: they are quantized on the host. */
  readonly onHost?: number;
  /** Lengths of the input, if they differ from the file's. */
  readonly shape?: readonly number[];
}

let qonnx: string;

const NETWORKS = {
  "the trained network": { bytes: () => file("../../notebooks/tutorials/network/digits.onnx") },
  "a residual block": { bytes: () => file("../golden/networks/residual.onnx") },
  "ResNet-18, a quarter as wide": { bytes: () => resnet({ size: 64, width: 16, classes: 10 }) },
  "ResNet-18 at 224 x 224": { bytes: () => resnet({}) },
  // The first convolution and the resizing.
  ESPCN: { bytes: () => file(join(qonnx, "resize.onnx")), onHost: 2, shape: [1, 3, 32, 32] },
} satisfies Record<string, Case>;

/** Runs the interpreter on the first of some images. */
function interpret(
  bytes: Uint8Array,
  shape: readonly number[],
  images: readonly (readonly number[])[],
  scale: number | "max",
): Interpreted {
  const given = mkdtempSync(join(tmpdir(), "tvm-vta-integers-"));
  const [model, pictures] = [join(given, "model.onnx"), join(given, "images.json")];
  writeFileSync(model, bytes);
  writeFileSync(pictures, JSON.stringify({ shape, images }));
  const folder = runPython(join(here, "integers.py"), [model, pictures, String(scale)]);
  return JSON.parse(readFileSync(join(folder, "values.json"), "utf8")) as Interpreted;
}

const differences = (got: readonly number[], want: readonly number[]): number =>
  want.reduce(
    (count, value, i) => count + Number(value !== got[i]),
    Math.abs(got.length - want.length),
  );

test.each<readonly [keyof typeof NETWORKS, number | "max", vta.TargetName]>([
  ["the trained network", SCALE, "sim"],
  ["the trained network", SCALE, "tsim"],
  ["the trained network", "max", "sim"],
  ["a residual block", SCALE, "sim"],
  ["a residual block", SCALE, "tsim"],
  ["a residual block", "max", "sim"],
  ["ResNet-18, a quarter as wide", SCALE, "sim"],
  ["ResNet-18, a quarter as wide", SCALE, "tsim"],
  ["ResNet-18, a quarter as wide", "max", "sim"],
  ["ResNet-18 at 224 x 224", "max", "sim"],
  ["ESPCN", "max", "sim"],
  ["ESPCN", "max", "tsim"],
])(
  "%s, with the scale %s, on %s",
  (which, scale, target) => {
    const env = new vta.Environment({ ...vta.getEnv().config, TARGET: target });
    const { bytes: load, onHost = 1, shape }: Case = NETWORKS[which];
    const bytes = load();
    const [name, fileType] = Object.entries(vta.network.fromOnnx(bytes).inputs)[0]!;
    const lengths = shape ?? (fileType as relay.TensorType).shape;
    const network = vta.network.fromOnnx(bytes, { shapes: { [name]: lengths } });
    const { size } = network.inputs[name] as relay.TensorType;
    const images = [1.7, 2.3].map((step) =>
      Array.from({ length: size }, (_, i) => Math.fround(Math.sin(i * step) * 1.3)),
    );
    const [inputs, ...others] = images.map((image) => ({
      [name]: relay.HostTensor.of(image, lengths, "float32"),
    })) as [Record<string, relay.HostTensor>, Record<string, relay.HostTensor>];
    const interpreted = interpret(bytes, lengths, images, scale);

    const quantized = network.quantize(
      scale === "max"
        ? { calibrateMode: "max", dataset: [inputs, ...others] }
        : { globalScale: scale },
    );
    const records = vta.explore.recordsOf("resnet18");
    const built = quantized.pack({ env }).build({ env, records });
    const compared: string[] = [];
    const [output] = Object.values(
      built.run(inputs, ({ device, func, value }) => {
        if (device === "host") return;
        const node = nodeOf(func);
        expect(
          interpreted.values[node]!.some((integer) => integer !== 0),
          node,
        ).toBe(true);
        const wanted = interpreted.values[node]!;
        // Channels that do not fill a block come last.
        expect(differences(unpacked(value).slice(0, wanted.length), wanted), node).toBe(0);
        compared.push(node);
      }),
    );
    expect(compared.length).toBe(Object.keys(interpreted.values).length - onHost);
    const [wanted] = interpreted.outputs;
    Array.from(output!.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo(wanted![i]!, 4);
    });
  },
  300_000,
);
