/** Resizes images with nearest-neighbour interpolation. */

import { HostTensor } from "../host-tensor";
import { OpPattern } from "../relay-op";
import { TensorType } from "../type";
import { defineOp, assertOperator, tensors } from "./define-op";

const COORDINATES: Readonly<
  Record<string, (x: number, scale: number, input: number, output: number) => number>
> = {
  half_pixel: (x, scale) => (x + 0.5) / scale - 0.5,
  half_pixel_symmetric: (x, scale, input, output) => {
    const adjustment = output / (input * scale);
    const center = input / 2;
    return center * (1 - adjustment) + (x + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (x, scale, _, output) => (output > 1 ? (x + 0.5) / scale - 0.5 : 0),
  asymmetric: (x, scale) => x / scale,
  align_corners: (x, _, input, output) => (output === 1 ? 0 : (x * (input - 1)) / (output - 1)),
  tf_half_pixel_for_nn: (x, scale) => (x + 0.5) / scale,
};

const ROUNDINGS: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/**
 * Height and width become `size`. `scale` is the factor of each, which may differ from the quotient
 * of the lengths; null for that quotient.
 */
export const resize2d = defineOp({
  name: "image.resize2d",
  pattern: OpPattern.injective,
  attrs: [
    { name: "size" },
    { name: "scale", default: null, float: true },
    { name: "layout", default: "NCHW" },
    { name: "method", default: "nearest_neighbor" },
    { name: "coordinate_transformation_mode", default: "half_pixel" },
    { name: "rounding_method", default: "round_prefer_floor" },
  ],
  infer(args, attrs) {
    const [x] = tensors("image.resize2d", args, 1);
    const size = attrs["size"] as number[];
    const mode = attrs["coordinate_transformation_mode"] as string;
    const rounding = attrs["rounding_method"] as string;
    assertOperator("image.resize2d", x!.shape.length === 4, `${x} is not a batch of images`);
    assertOperator(
      "image.resize2d",
      size.length === 2 && size.every((length) => Number.isInteger(length) && length >= 1),
      `size must be a height and a width, not [${size.join(", ")}]`,
    );
    assertOperator(
      "image.resize2d",
      mode in COORDINATES,
      `the coordinate transformation '${mode}' is not supported`,
    );
    assertOperator(
      "image.resize2d",
      rounding in ROUNDINGS,
      `the rounding '${rounding}' is not supported`,
    );
    return new TensorType([...x!.shape.slice(0, 2), ...size], x!.dtype);
  },
  evaluate([x], attrs, type) {
    const { shape, dtype } = type as TensorType;
    const given = attrs["scale"] as number[] | null;
    const coordinate = COORDINATES[attrs["coordinate_transformation_mode"] as string]!;
    const rounded = ROUNDINGS[attrs["rounding_method"] as string]!;
    const [rows, columns] = [2, 3].map((d) => {
      const [input, output] = [x!.shape[d]!, shape[d]!];
      const scale = given?.[d - 2] ?? output / input;
      return Array.from({ length: output }, (_, i) =>
        Math.min(input - 1, Math.max(0, rounded(coordinate(i, scale, input, output)))),
      );
    }) as [number[], number[]];
    const [, , h, w] = x!.shape as [number, number, number, number];
    const result = HostTensor.zeros(shape, dtype);
    let into = 0;
    for (let plane = 0; plane < shape[0]! * shape[1]!; plane++) {
      for (const y of rows) {
        for (const column of columns) result.data[into++] = x!.data[(plane * h + y) * w + column]!;
      }
    }
    return result;
  },
});
