/** A trained residual network: how many held-out images it recognizes in float, in int8, on the accelerator. */

import { readFileSync } from "node:fs";
import { ready, relay } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, expect, test } from "vitest";

const file = (name: string): Buffer =>
  readFileSync(new URL(`../../notebooks/tutorials/network/${name}`, import.meta.url));
const { pixels, labels, correct } = JSON.parse(file("digits.json").toString("utf8")) as {
  pixels: string;
  labels: number[];
  correct: number;
};
const bytes = Buffer.from(pixels, "base64");
const PIXELS = 64;

/** Image `i` as the network was trained: pixels of 0 to 16 become -1 to 1. */
function image(i: number): relay.HostTensor {
  const values = Array.from(bytes.subarray(i * PIXELS, (i + 1) * PIXELS), (p) => p / 8 - 1);
  return relay.HostTensor.of(values, [1, 1, 8, 8], "float32");
}

function answer(logits: relay.HostTensor): number {
  const values = Array.from(logits.data);
  return values.indexOf(Math.max(...values));
}

function recognized(count: number, run: (input: relay.HostTensor) => relay.HostTensor): number {
  return labels.slice(0, count).filter((label, i) => answer(run(image(i))) === label).length;
}

beforeAll(ready);

test.each([
  ["max", labels.length],
  ["kl_divergence", 100],
] as const)(
  "int8 on the accelerator recognizes as many held-out digits as float, calibrated by %s",
  (calibrateMode, count) => {
    const network = vta.network.fromOnnx(new Uint8Array(file("digits.onnx")));
    const inFloat = recognized(
      count,
      (input) => relay.evaluateFunc(network.func, { image: input })[0]!,
    );
    if (count === labels.length) expect(inFloat).toBe(correct);
    expect(inFloat / count).toBeGreaterThan(0.97);

    const dataset = Array.from({ length: 16 }, (_, i) => ({ image: image(i) }));
    const quantized = network.quantize({ calibrateMode, dataset });
    const { built } = quantized.pack().build();
    const inInt8 = recognized(count, (input) => built.run({ image: input })[0]!);
    expect(inFloat - inInt8).toBeLessThanOrEqual(count / 100);

    for (let i = 0; i < 20; i++) {
      const [wanted] = relay.evaluateFunc(quantized.func, { image: image(i) });
      expect(built.run({ image: image(i) })[0]!.data).toEqual(wanted!.data);
    }
  },
  120_000,
);
