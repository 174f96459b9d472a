/**
 * ResNet-18 and ResNet-34 as ONNX files, with the shapes of the networks that are trained on ImageNet and
 * random weights from a seed: their costs are realistic, their results are not.
 */

import { onnxModel, type ModelNode, type ModelWeight } from "./onnx-model";

/** Blocks of two convolutions at 64, 128, 256 and 512 channels. */
const STAGES = { 18: [2, 2, 2, 2], 34: [3, 4, 6, 3] } as const;

export interface ResnetOptions {
  /** Layers with weights; 18 by default. */
  readonly layers?: keyof typeof STAGES;
  /** Height and width of the image; 224 by default. */
  readonly size?: number;
  /** Channels of the first stage; 64 by default. */
  readonly width?: number;
  readonly classes?: number;
  readonly seed?: number;
}

/** The bytes of an ONNX file with the input `data` `[1, 3, size, size]` and the output `logits`. */
export function resnet({
  layers = 18,
  size = 224,
  width = 64,
  classes = 1000,
  seed = 1,
}: ResnetOptions = {}): Uint8Array {
  const builder = new Builder(seed);
  let value = builder.convolution("data", [width, 3, 7, 7], { stride: 2, relu: true });
  value = builder.add("MaxPool", [value], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });
  let channels = width;
  STAGES[layers].forEach((blocks, stage) => {
    const filters = width << stage;
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const first = builder.convolution(value, [filters, channels, 3, 3], { stride, relu: true });
      const second = builder.convolution(first, [filters, filters, 3, 3], { gain: 0.5 });
      const shortcut =
        channels === filters
          ? value
          : builder.convolution(value, [filters, channels, 1, 1], { stride });
      value = builder.add("Relu", [builder.add("Add", [second, shortcut])]);
      channels = filters;
    }
  });
  value = builder.add("Flatten", [builder.add("GlobalAveragePool", [value])], { axis: 1 });
  const scale = Math.sqrt(1 / channels);
  const inputs = [
    value,
    builder.weight([classes, channels], scale),
    builder.weight([classes], scale),
  ];
  builder.nodes.push({ op: "Gemm", inputs, output: "logits", attrs: { transB: 1 } });
  const { nodes, weights } = builder;
  return onnxModel({ inputs: { data: [1, 3, size, size] }, nodes, weights });
}

interface ConvolutionOptions {
  readonly stride?: number;
  readonly relu?: boolean;
  /** The parameters of a batch normalization. */
  readonly gain?: number;
}

class Builder {
  readonly nodes: ModelNode[] = [];
  readonly weights: Record<string, ModelWeight> = {};

  constructor(private state: number) {}

  add(op: string, inputs: readonly string[], attrs: ModelNode["attrs"] = {}): string {
    const output = `${op.toLowerCase()}${this.nodes.length}`;
    this.nodes.push({ op, inputs, output, attrs });
    return output;
  }

  /** A convolution without bias and its batch normalization. */
  convolution(
    input: string,
    shape: readonly [filters: number, channels: number, rows: number, columns: number],
    { stride = 1, relu = false, gain = 1 }: ConvolutionOptions,
  ): string {
    const [filters, channels, rows, columns] = shape;
    const pad = (rows - 1) / 2;
    const kernel = this.weight(shape, Math.sqrt(2 / (channels * rows * columns)));
    const sums = this.add("Conv", [input, kernel], {
      kernel_shape: [rows, columns],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
    const normal = this.add("BatchNormalization", [
      sums,
      this.weight([filters], 0.1 * gain, gain),
      this.weight([filters], 0.1),
      this.weight([filters], 0.1),
      this.weight([filters], 0.1, 1),
    ]);
    return relu ? this.add("Relu", [normal]) : normal;
  }

  /** Numbers around `middle`, of the standard deviation `deviation`, evenly spread. */
  weight(shape: readonly number[], deviation: number, middle = 0): string {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const reach = Math.sqrt(12) * deviation;
    for (let i = 0; i < values.length; i++) {
      this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
      values[i] = middle + reach * (this.state / 2 ** 32 - 0.5);
    }
    const name = `weight${Object.keys(this.weights).length}`;
    this.weights[name] = { shape, values };
    return name;
  }
}

/** A fixed image of numbers from -1 to 1. */
export function resnetImage(size = 224): Float32Array {
  return Float32Array.from({ length: 3 * size * size }, (_, i) => {
    const [y, x] = [Math.floor(i / size) % size, i % size];
    return Math.sin(x / 9 + Math.floor(i / size / size)) * Math.cos(y / 13);
  });
}
