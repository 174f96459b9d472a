/**
 * The difference of two tensors: the number of differing elements, the first of them, and the
 * largest differences.
 */

import { elementCount, UsageError } from "../support";
import { colorScaleFor, type ColorScale } from "./color-scale";
import { parseLayout, type PackedLayout } from "./packed-layout";
import { keepLive } from "./live-tensors";
import { packedType, packNumbers, type PackedNumbers } from "./numbers";
import { reduceTensor, VALUE_BUDGET, type Reduced } from "./downsample";
import type { TensorSource } from "./tensor-view";

/** A differing element; values as text, exact for 64-bit integers. */
export interface Mismatch {
  readonly index: readonly number[];
  readonly actual: string;
  readonly expected: string;
}

/** The result of comparing two tensors. */
interface Findings {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Elements for which `|actual - expected| > atol + rtol * |expected|`. */
  readonly mismatches: number;
  readonly atol: number;
  readonly rtol: number;
  /** Of finite differences. */
  readonly maxAbsolute: number;
  /** Of finite differences, relative to `|expected|` where that is not zero. */
  readonly maxRelative: number;
  /** In row-major order, at most ten. */
  readonly first: readonly Mismatch[];
  readonly scale: ColorScale;
}

/** The difference in a form that all views are made from. */
export interface TensorDifference extends Findings {
  readonly actualName: string | undefined;
  readonly expectedName: string | undefined;
  readonly layout: PackedLayout | undefined;
  /** All differences, in row-major order. */
  readonly elements: Float64Array;
  readonly reduced: Reduced;
}

export interface TensorDiffView extends Findings {
  readonly version: 1;
  readonly actualName?: string;
  readonly expectedName?: string;
  /** As in `TensorView`, but a value is the difference farthest from zero in its block. */
  readonly block: readonly number[];
  readonly values: PackedNumbers;
  readonly layout?: PackedLayout;
  readonly live?: string;
}

export interface Tolerance {
  readonly atol?: number;
  readonly rtol?: number;
}

const FIRST = 10;

/**
 * @param actual its layout applies to both
 * @throws UsageError when the shapes differ, or the layout does not match.
 */
export function compareTensors(
  actual: TensorSource,
  expected: TensorSource,
  { atol = 0, rtol = 0 }: Tolerance = {},
): TensorDifference {
  const { shape } = actual;
  if (shape.length !== expected.shape.length || shape.some((n, i) => n !== expected.shape[i])) {
    throw new UsageError(
      "view-data",
      `tensors of shapes [${shape.join(", ")}] and [${expected.shape.join(", ")}] cannot be compared`,
    );
  }
  const layout = actual.layout === undefined ? undefined : parseLayout(actual.layout, shape);
  const count = elementCount(shape);
  const differences = new Float64Array(count);
  const first: Mismatch[] = [];
  let mismatches = 0;
  let maxAbsolute = 0;
  let maxRelative = 0;
  for (let i = 0; i < count; i++) {
    const a = actual.data[i]!;
    const b = expected.data[i]!;
    const difference = subtract(a, b);
    if (difference === 0) continue;
    differences[i] = difference;
    const size = Math.abs(difference);
    const scale = Math.abs(Number(b));
    if (size > maxAbsolute && size < Infinity) maxAbsolute = size;
    if (size / scale > maxRelative && size / scale < Infinity) maxRelative = size / scale;
    if (size <= atol + rtol * scale) continue; // false for NaN
    mismatches++;
    if (first.length < FIRST) {
      first.push({ index: indexOf(i, shape), actual: String(a), expected: String(b) });
    }
  }
  return {
    actualName: actual.name,
    expectedName: expected.name,
    dtype: actual.dtype,
    shape,
    mismatches,
    atol,
    rtol,
    maxAbsolute,
    maxRelative,
    first,
    scale: colorScaleFor(-maxAbsolute, maxAbsolute),
    layout,
    elements: differences,
    reduced: reduceTensor(differences, shape, VALUE_BUDGET, "extreme"),
  };
}

export function tensorDiffView(difference: TensorDifference): TensorDiffView {
  const { actualName, expectedName, layout, elements, reduced, ...findings } = difference;
  const type = packedType(findings.dtype) === "f8" ? "f8" : "f4";
  return {
    version: 1,
    ...(actualName !== undefined && { actualName }),
    ...(expectedName !== undefined && { expectedName }),
    ...findings,
    block: reduced.block,
    values: packNumbers(reduced.values, type),
    ...(layout !== undefined && { layout }),
    ...keepLive(elements, reduced, findings.shape, "extreme"),
  };
}

/**
 * The difference; zero for equal values, including NaN and infinities; exact for 64-bit integers.
 */
function subtract(a: number | bigint, b: number | bigint): number {
  if (typeof a === "bigint" && typeof b === "bigint") return Number(a - b);
  return Object.is(a, b) || a === b ? 0 : Number(a) - Number(b);
}

/** The index of the `flat`-th element in row-major order. */
function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = flat;
  for (let axis = 0; axis < shape.length; axis++) {
    const stride = elementCount(shape.slice(axis + 1));
    index.push(Math.floor(rest / stride));
    rest %= stride;
  }
  return index;
}
