/**
 * Random networks of convolutions, poolings and concatenations. In int8 they stay near what they compute in
 * float, and on the accelerator they give the same integers as on the host.
 */

import fc from "fast-check";
import { ready, relay } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, expect, test } from "vitest";
import { onnxModel, weight, type ModelNode, type ModelWeight } from "../support/onnx-model";

beforeAll(ready);

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 200) / 20;
/** How many decibels the signal is above its quantization noise; a wrong sign or scale is below 3. */
const LEAST_SQNR = { global_scale: 6, max: 12 };
const SIZE = 8;

const step = fc.record({
  op: fc.constantFrom("conv", "conv", "conv", "grouped", "max", "average", "concat", "concat 3"),
  /** How many values back the operands are. */
  left: fc.constantFrom(0, 0, 0, 1, 2),
  right: fc.nat(3),
  channels: fc.constantFrom(16, 20, 32),
  kernel: fc.constantFrom(1, 3),
  relu: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Value {
  readonly name: string;
  readonly channels: number;
}

class RandomNetwork {
  readonly nodes: ModelNode[] = [];
  readonly weights: Record<string, ModelWeight> = {};
  private readonly values: Value[] = [];

  constructor(stem: Step, steps: readonly Step[]) {
    this.values.push(this.convolution({ name: "data", channels: 3 }, stem, 1));
    for (const each of steps) this.values.push(this.apply(each));
    const last: Step = { ...stem, channels: 16, kernel: 1, relu: false };
    this.values.push(this.convolution(this.back(0), last, 1));
  }

  get bytes(): Uint8Array {
    const inputs = { data: [1, 3, SIZE, SIZE] };
    return onnxModel({ inputs, nodes: this.nodes, weights: this.weights });
  }

  private back(steps: number): Value {
    return this.values[Math.max(0, this.values.length - 1 - steps)]!;
  }

  private apply(each: Step): Value {
    const [left, right] = [this.back(each.left), this.back(each.right)];
    switch (each.op) {
      case "conv":
        return this.convolution(left, each, 1);
      case "grouped":
        return this.convolution(left, each, 2);
      case "max":
        return this.add("MaxPool", [left], left.channels, window(3));
      case "average":
        return this.add("AveragePool", [left], left.channels, {
          ...window(3),
          count_include_pad: 1,
        });
      default: {
        const parts = each.op === "concat" ? [left, right] : [left, right, left];
        const channels = parts.reduce((sum, part) => sum + part.channels, 0);
        return this.add("Concat", parts, channels, { axis: 1 });
      }
    }
  }

  private convolution(data: Value, { channels, kernel, relu }: Step, group: number): Value {
    const shape = [channels, data.channels / group, kernel, kernel];
    const { values } = weight(shape, this.nodes.length);
    const scale = 1.8 / Math.sqrt(shape[1]! * kernel * kernel);
    const name = `w${this.nodes.length}`;
    this.weights[name] = { shape, values: (values as number[]).map((value) => value * scale) };
    const attrs = { ...window(kernel), group };
    const result = this.add("Conv", [data, { name, channels }], channels, attrs);
    return relu ? this.add("Relu", [result], channels, {}) : result;
  }

  private add(
    op: string,
    inputs: readonly Value[],
    channels: number,
    attrs: NonNullable<ModelNode["attrs"]>,
  ): Value {
    const output = `n${this.nodes.length}`;
    this.nodes.push({ op, inputs: inputs.map(({ name }) => name), output, attrs });
    return { name: output, channels };
  }
}

function window(kernel: number): NonNullable<ModelNode["attrs"]> {
  const pad = (kernel - 1) / 2;
  return { kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad] };
}

function sqnr(got: readonly number[], want: readonly number[]): number {
  let [signal, noise] = [0, 0];
  want.forEach((value, i) => {
    signal += value ** 2;
    noise += (value - got[i]!) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

test.each(["global_scale", "max"] as const)(
  "keep their values with scales from %s",
  (calibrateMode) => {
    const { values, shape } = weight([1, 3, SIZE, SIZE], 9);
    const inputs = { data: relay.HostTensor.of(values as number[], shape, "float32") };
    const dataset = calibrateMode === "max" ? { dataset: [inputs] } : {};
    fc.assert(
      fc.property(step, fc.array(step, { minLength: 1, maxLength: 6 }), (stem, steps) => {
        const network = vta.network.fromOnnx(new RandomNetwork(stem, steps).bytes);
        const [name] = network.outputs as [string];
        const flat = (results: ReturnType<typeof network.run>): number[] =>
          results[name]!.reshape([-1]).toArray() as number[];
        const quantized = network.quantize({ calibrateMode, ...dataset });
        const integers = flat(quantized.run(inputs));
        expect(sqnr(integers, flat(network.run(inputs)))).toBeGreaterThan(
          LEAST_SQNR[calibrateMode],
        );
        expect(flat(quantized.pack().build().run(inputs))).toEqual(integers);
      }),
      { numRuns: RUNS },
    );
  },
  120_000,
);
