/** Convolution of images in the plain layout (`NCHW`) and in the accelerator's blocked layout. */

import type { ScalarType } from "../../ir";
import { HostTensor } from "../host-tensor";
import { OpPattern, type Attrs } from "../relay-op";
import { TensorType } from "../type";
import { axisFromFront, defineOp, assertOperator, tensors } from "./define-op";
import { COLUMNS, multiplyPacked, packRows } from "./packed-matmul";

export interface Conv2DAttrs {
  readonly strides: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly padding: readonly number[];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly channels: number | null;
  readonly kernel_size: readonly [number, number] | null;
  readonly data_layout: string;
  readonly kernel_layout: string;
  readonly out_layout: string;
  readonly out_dtype: string;
}

/** The settings of a call of `nn.conv2d`. */
export function conv2dAttrs(attrs: Attrs): Conv2DAttrs {
  return attrs as unknown as Conv2DAttrs;
}

/** Top, left, bottom, right from 1, 2 or 4 numbers. */
export function allPadding(padding: readonly number[]): [number, number, number, number] {
  const [a = 0, b = a, c = a, d = b] = padding;
  return [a, b, c, d];
}

/** A convolution in the plain layout; packed convolutions are converted to it. */
export interface Geometry {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly filters: number;
  readonly kernel: readonly [number, number];
  readonly output: readonly [number, number];
}

/** `NCHW1n16c` and `OIHW16o16i`: batch and channels in blocks. */
const PACKED_DATA = /^NCHW(\d+)n(\d+)c$/;
const PACKED_KERNEL = /^OIHW(\d+)o(\d+)i$/;

/** Channels per block of a layout, or undefined for `NCHW`. */
export function packedLayout(layout: string): { batch: number; block: number } | undefined {
  const match = PACKED_DATA.exec(layout);
  return match === null ? undefined : { batch: Number(match[1]), block: Number(match[2]) };
}

function geometry(data: TensorType, weight: TensorType, attrs: Conv2DAttrs): Geometry {
  const op = "nn.conv2d";
  const packed = packedLayout(attrs.data_layout) !== undefined;
  assertOperator(
    op,
    packed ? PACKED_KERNEL.test(attrs.kernel_layout) : attrs.data_layout === "NCHW",
    `data in layout ${attrs.data_layout} with a kernel in ${attrs.kernel_layout} is not supported`,
  );
  const rank = packed ? 6 : 4;
  assertOperator(
    op,
    data.shape.length === rank,
    `data has ${data.shape.length} dimensions, not ${rank}`,
  );
  assertOperator(
    op,
    weight.shape.length === rank,
    `its kernel has ${weight.shape.length} dimensions, not ${rank}`,
  );
  const [n, c, height, width, batchBlock = 1, block = 1] = data.shape as [
    number,
    number,
    number,
    number,
    number?,
    number?,
  ];
  const [o, i, kh, kw, outBlock = 1, inBlock = 1] = weight.shape as [
    number,
    number,
    number,
    number,
    number?,
    number?,
  ];
  const { groups, strides, dilation } = attrs;
  assertOperator(
    op,
    Number.isInteger(groups) &&
      groups >= 1 &&
      i * inBlock * groups === c * block &&
      o % groups === 0,
    `the kernel has ${i * inBlock} input channels in each of ${groups} groups and ${o * outBlock} output channels; data has ${c * block} channels`,
  );
  const [top, left, bottom, right] = allPadding(attrs.padding);
  const outputOf = (length: number, around: number, k: number, d: number, s: number): number =>
    Math.floor((length + around - (k - 1) * d - 1) / s) + 1;
  const output = [
    outputOf(height, top + bottom, kh, dilation[0], strides[0]),
    outputOf(width, left + right, kw, dilation[1], strides[1]),
  ] as const;
  assertOperator(
    op,
    [...strides, ...dilation, kh, kw].every((x) => Number.isInteger(x) && x >= 1),
    `strides [${strides.join(", ")}], dilation [${dilation.join(", ")}] and kernel [${kh}, ${kw}] must be 1 or more`,
  );
  assertOperator(
    op,
    output[0] >= 1 && output[1] >= 1,
    `the ${kh}x${kw} kernel is larger than the padded ${height + top + bottom}x${width + left + right} image`,
  );
  return {
    batch: n * batchBlock,
    channels: c * block,
    height,
    width,
    filters: o * outBlock,
    kernel: [kh, kw],
    output,
  };
}

export const conv2d = defineOp({
  name: "nn.conv2d",
  pattern: OpPattern.outElementwiseFusable,
  attrs: [
    { name: "strides", default: [1, 1] },
    { name: "padding", default: [0, 0] },
    { name: "dilation", default: [1, 1] },
    { name: "groups", default: 1 },
    { name: "channels", default: null },
    { name: "kernel_size", default: null },
    { name: "data_layout", default: "NCHW" },
    { name: "kernel_layout", default: "OIHW" },
    { name: "out_layout", default: "" },
    { name: "out_dtype", default: "" },
  ],
  infer(args, attrs) {
    const [data, weight] = tensors("nn.conv2d", args, 2) as [TensorType, TensorType];
    const settings = conv2dAttrs(attrs);
    const { batch, filters, output } = geometry(data, weight, settings);
    assertOperator(
      "nn.conv2d",
      data.dtype === weight.dtype,
      `data is ${data.dtype}, its kernel ${weight.dtype}`,
    );
    const dtype = (settings.out_dtype || data.dtype) as ScalarType;
    const packed = packedLayout(settings.data_layout);
    if (packed === undefined) return new TensorType([batch, filters, ...output], dtype);
    const block = Number(PACKED_KERNEL.exec(settings.kernel_layout)![1]);
    return new TensorType(
      [batch / packed.batch, filters / block, ...output, packed.batch, block],
      dtype,
    );
  },
  evaluate([data, weight], attrs, type) {
    const settings = conv2dAttrs(attrs);
    const shape = geometry(data!.type, weight!.type, settings);
    const { dtype } = type as TensorType;
    if (packedLayout(settings.data_layout) === undefined) {
      return convolve(data!, weight!, shape, settings, dtype);
    }
    const plain = convolve(unpack(data!), unpack(weight!), shape, settings, dtype);
    return pack(plain, (type as TensorType).shape);
  },
});

/** Outputs that are computed at a time. */
const CHUNK = 512;

function convolve(
  data: HostTensor,
  weight: HostTensor,
  shape: Geometry,
  attrs: Conv2DAttrs,
  dtype: ScalarType,
): HostTensor {
  const { batch, channels, height, width, filters, kernel, output } = shape;
  const [kh, kw] = kernel;
  const { groups, strides, dilation } = attrs;
  const [top, left] = allPadding(attrs.padding);
  const result = HostTensor.zeros([batch, filters, ...output], dtype);
  const area = output[0] * output[1];
  const perGroup = channels / groups;
  const filtersPerGroup = filters / groups;
  const depth = perGroup * kh * kw;
  const columns = new Float64Array(Math.ceil(Math.min(CHUNK, area) / COLUMNS) * COLUMNS * depth);
  const products = new Float64Array(filtersPerGroup * Math.min(CHUNK, area));
  for (let g = 0; g < groups; g++) {
    const rows = packRows(weight.data, g * filtersPerGroup * depth, filtersPerGroup, depth);
    for (let n = 0; n < batch; n++) {
      for (let start = 0; start < area; start += CHUNK) {
        const count = Math.min(CHUNK, area - start);
        gatherColumns(start, count, (n * channels + g * perGroup) * height * width);
        multiplyPacked(rows, filtersPerGroup, columns, count, depth, products);
        for (let f = 0; f < filtersPerGroup; f++) {
          const into = (n * filters + g * filtersPerGroup + f) * area + start;
          for (let p = 0; p < count; p++) result.data[into + p] = products[f * count + p]!;
        }
      }
    }
  }
  return result;

  /** The inputs of each of `count` outputs, as columns for `multiplyPacked`. */
  function gatherColumns(start: number, count: number, image: number): void {
    columns.fill(0);
    const from = data.data;
    for (let p = 0; p < count; p++) {
      const y0 = Math.floor((start + p) / output[1]) * strides[0] - top;
      const x0 = ((start + p) % output[1]) * strides[1] - left;
      const into = Math.floor(p / COLUMNS) * depth * COLUMNS + (p % COLUMNS);
      for (let c = 0; c < perGroup; c++) {
        for (let i = 0; i < kh; i++) {
          const y = y0 + i * dilation[0];
          if (y < 0 || y >= height) continue;
          const row = image + (c * height + y) * width;
          for (let j = 0; j < kw; j++) {
            const x = x0 + j * dilation[1];
            if (x < 0 || x >= width) continue;
            columns[into + ((c * kh + i) * kw + j) * COLUMNS] = from[row + x]!;
          }
        }
      }
    }
  }
}

/** `[a, b, h, w, A, B]` as `[a * A, b * B, h, w]`. */
function unpack(x: HostTensor): HostTensor {
  const [a, b, h, w, inner, block] = x.shape as [number, number, number, number, number, number];
  const result = HostTensor.zeros([a * inner, b * block, h, w], x.dtype);
  let from = 0;
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let p = 0; p < h * w; p++)
        for (let ii = 0; ii < inner; ii++)
          for (let jj = 0; jj < block; jj++) {
            const row = (i * inner + ii) * b * block + j * block + jj;
            result.data[row * h * w + p] = x.data[from++]!;
          }
  return result;
}

/** The inverse of `unpack`. */
function pack(x: HostTensor, shape: readonly number[]): HostTensor {
  const [a, b, h, w, inner, block] = shape as [number, number, number, number, number, number];
  const result = HostTensor.zeros(shape, x.dtype);
  let into = 0;
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let p = 0; p < h * w; p++)
        for (let ii = 0; ii < inner; ii++)
          for (let jj = 0; jj < block; jj++) {
            const row = (i * inner + ii) * b * block + j * block + jj;
            result.data[into++] = x.data[row * h * w + p]!;
          }
  return result;
}

/** Adds a number for each channel. */
export const biasAdd = defineOp({
  name: "nn.bias_add",
  pattern: OpPattern.broadcast,
  attrs: [{ name: "axis", default: 1 }],
  infer(args, attrs) {
    const [data, bias] = tensors("nn.bias_add", args, 2) as [TensorType, TensorType];
    const axis = axisFromFront("nn.bias_add", attrs["axis"] as number, data.shape.length);
    assertOperator(
      "nn.bias_add",
      bias.shape.length === 1 && bias.shape[0] === data.shape[axis] && bias.dtype === data.dtype,
      `a bias of ${bias} does not fit axis ${axis} of ${data}`,
    );
    return data;
  },
  evaluate([data, bias], attrs) {
    const axis = axisFromFront("nn.bias_add", attrs["axis"] as number, data!.shape.length);
    const inner = data!.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const channels = data!.shape[axis]!;
    const result = HostTensor.zeros(data!.shape, data!.dtype);
    for (let i = 0; i < data!.size; i++) {
      result.data[i] = data!.data[i]! + bias!.data[Math.floor(i / inner) % channels]!;
    }
    return result;
  },
});
