/** A tensor for the tensor view: values, reduced if there are many, and their statistics. */

import { elementCount, UsageError } from "../support";
import { colorScaleFor, type ColorScale } from "./color-scale";
import { parseLayout, type PackedLayout } from "./packed-layout";
import { keepLive } from "./live-tensors";
import { packedType, packNumbers, type PackedNumbers } from "./numbers";
import { isReduced, reduceTensor, VALUE_BUDGET, type Reduced } from "./downsample";
import { histogramOf, statisticsOf, type Histogram, type Statistics } from "./statistics";

/** Anything with a shape, a type and its elements in row-major order; an `np` array is one. */
export interface TensorSource {
  readonly name?: string | undefined;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
  /** The packed layout, as in `NCHWnc`: a letter for each axis, with inner parts in lower case. */
  readonly layout?: string | undefined;
}

export interface TensorView {
  readonly version: 1;
  readonly name?: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The elements along each axis whose mean a value is. */
  readonly block: readonly number[];
  /** Row-major; the extent of axis `i` is `ceil(shape[i] / block[i])`. */
  readonly values: PackedNumbers;
  /** Of all elements, before the reduction. */
  readonly statistics: Statistics;
  readonly histogram: Histogram;
  readonly scale: ColorScale;
  /** The axes of packed data. */
  readonly layout?: PackedLayout;
  /** The id with which a front end requests more values from the kernel. */
  readonly live?: string;
}

/** A tensor in a form that all views are made from. */
export interface PreparedTensor {
  readonly name: string | undefined;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elements: Float64Array;
  readonly reduced: Reduced;
  readonly statistics: Statistics;
  readonly scale: ColorScale;
  readonly layout: PackedLayout | undefined;
}

/**
 * @throws UsageError when the number of values does not match the shape, or the layout does not
 * match.
 */
export function prepareTensor(source: TensorSource): PreparedTensor {
  const elements = toDoubles(source.data);
  if (elements.length !== elementCount(source.shape)) {
    throw new UsageError(
      "view-data",
      `a tensor of shape [${source.shape.join(", ")}] has ${elementCount(source.shape)} elements, ` +
        `but its data has ${elements.length}`,
    );
  }
  const statistics = statisticsOf(elements);
  const scale = colorScaleFor(statistics.min ?? 0, statistics.max ?? 0);
  const { name, dtype, shape } = source;
  const layout = source.layout === undefined ? undefined : parseLayout(source.layout, shape);
  const reduced = reduceTensor(elements, shape, VALUE_BUDGET, "mean");
  return { name, dtype, shape, elements, reduced, statistics, scale, layout };
}

export function tensorView(tensor: PreparedTensor): TensorView {
  const { name, dtype, shape, elements, reduced, statistics, scale, layout } = tensor;
  return {
    version: 1,
    ...(name !== undefined && { name }),
    dtype,
    shape,
    block: reduced.block,
    values: packNumbers(reduced.values, reducedType(dtype, reduced)),
    statistics,
    histogram: histogramOf(elements, statistics),
    scale,
    ...(layout !== undefined && { layout }),
    ...keepLive(elements, reduced, shape, "mean"),
  };
}

/** Means of integers need a float type. */
function reducedType(dtype: string, reduced: Reduced) {
  const own = packedType(dtype);
  return own === "f8" || !isReduced(reduced) ? own : "f4";
}

/** 64-bit integers become the nearest double. */
function toDoubles(values: ArrayLike<number> | ArrayLike<bigint>): Float64Array {
  return typeof values[0] === "bigint"
    ? Float64Array.from(values as ArrayLike<bigint>, Number)
    : new Float64Array(values as ArrayLike<number>);
}
