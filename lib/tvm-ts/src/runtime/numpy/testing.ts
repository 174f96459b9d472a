/** Compares arrays, with messages that show where they differ. */

import { UsageError } from "../../support";
import { library } from "./library";
import {
  attempt,
  coreOf,
  toArray,
  wrapArray,
  type ArrayLike,
  type NumpyArray,
} from "./numpy-array";

export interface AssertCloseOptions {
  /** Relative tolerance; 1e-7 if left out. */
  readonly rtol?: number;
  /** Absolute tolerance; 0 if left out. */
  readonly atol?: number;
}

/** The number of differing elements that a message shows. */
const SHOWN = 5;

/**
 * Throws unless both arrays have the same shape and equal elements (NaN equals NaN). The message
 * has the number of differing elements, the first of them by index, and the largest difference.
 */
export function assertEqual(actual: ArrayLike, desired: ArrayLike): void {
  compare(actual, desired, "equal", (a, b) => a === b);
}

/** Throws unless `|actual - desired| <= atol + rtol * |desired|` everywhere. */
export function assertAllclose(
  actual: ArrayLike,
  desired: ArrayLike,
  { rtol = 1e-7, atol = 0 }: AssertCloseOptions = {},
): void {
  compare(actual, desired, `within rtol=${rtol}, atol=${atol}`, (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    return x === y || Math.abs(x - y) <= atol + rtol * Math.abs(y);
  });
}

/**
 * Whether all elements are within the tolerances of `assertAllclose`; NaN never is, and shapes
 * broadcast.
 */
export function isClose(
  left: ArrayLike,
  right: ArrayLike,
  { rtol, atol }: Required<AssertCloseOptions>,
): boolean {
  const arrays = [toArray(left, "float64"), toArray(right, "float64")];
  const shape: number[] = [];
  for (let i = 1; arrays.some(({ ndim }) => i <= ndim); i++) {
    shape.unshift(Math.max(...arrays.map((array) => array.shape.at(-i) ?? 1)));
  }
  const [a, b] = arrays.map(
    (array) =>
      wrapArray(attempt(() => library.broadcast_to(coreOf(array), shape))).data as Float64Array,
  );
  return a!.every((x, i) => x === b![i] || Math.abs(x - b![i]!) <= atol + rtol * Math.abs(b![i]!));
}

type Element = number | bigint;

function compare(
  left: ArrayLike,
  right: ArrayLike,
  relation: string,
  agree: (a: Element, b: Element) => boolean,
): void {
  const actual = toArray(left);
  const desired = toArray(right);
  if (desired.ndim > 0 && !sameShape(actual, desired)) {
    throw new UsageError(
      "array-shape",
      `the arrays differ in shape: [${actual.shape.join(", ")}] and [${desired.shape.join(", ")}]`,
    );
  }
  const a = actual.data;
  const b = desired.data;
  const scalar = desired.ndim === 0;
  const places: string[] = [];
  let differing = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = scalar ? b[0]! : b[i]!;
    const same = typeof x === typeof y ? agree(x, y) : agree(Number(x), Number(y));
    if (same || (Number.isNaN(x) && Number.isNaN(y))) continue;
    differing++;
    largest = Math.max(largest, Math.abs(Number(x) - Number(y)));
    if (places.length < SHOWN) places.push(`  at ${indexText(i, actual.shape)}: ${x}, not ${y}`);
  }
  if (differing === 0) return;
  const more = differing > SHOWN ? [`  and ${differing - SHOWN} more`] : [];
  const share = `${differing} of ${a.length} elements`;
  throw new UsageError(
    "array-mismatch",
    [
      `the arrays are not ${relation}: ${share} differ, by ${largest} at most`,
      ...places,
      ...more,
    ].join("\n"),
  );
}

function sameShape(a: NumpyArray, b: NumpyArray): boolean {
  return a.ndim === b.ndim && a.shape.every((length, i) => length === b.shape[i]);
}

function indexText(position: number, shape: readonly number[]): string {
  const indices: number[] = [];
  for (let rest = position, d = shape.length - 1; d >= 0; d--) {
    indices.unshift(rest % shape[d]!);
    rest = Math.floor(rest / shape[d]!);
  }
  return `[${indices.join(", ")}]`;
}
