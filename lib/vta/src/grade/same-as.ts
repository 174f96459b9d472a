/** Checks whether a function computes the same as a reference. */

import { np, UsageError } from "tvm-ts";
import { extDev, type VtaDevice } from "../api";
import { Check } from "./check";
import { inputClasses } from "./inputs";
import { failure, programOf, arrayShape, withArrays, type Program } from "./program";

export interface SameAsOptions {
  /** A set of random inputs for each seed; 1, 2, 3 if left out. */
  readonly seeds?: readonly number[];
  /** The smallest and largest input; the whole type if left out. */
  readonly range?: readonly [low: number, high: number];
  /** Where the function runs; `vta.extDev(0)` if left out. */
  readonly device?: VtaDevice;
}

/** Computes the result from the inputs, as NumPy arrays of the function's shapes. */
export type Reference = (...inputs: np.ndarray[]) => np.ndarray;

/** The output's values before the call, so that elements that are not written are found. */
const UNWRITTEN_VALUE = 85;

/**
 * Whether `f` computes the same as `reference` for inputs of every class: zeros, ones, small, negative,
 * extreme and random values. The message names the first class with a difference, and its first element.
 * @param f a built function; its last argument is the result, the others are inputs
 * @throws UsageError when `reference` gives another shape than `f`
 */
export function sameAs(f: unknown, reference: Reference, options: SameAsOptions = {}): Check {
  const { seeds = [1, 2, 3], range, device = extDev() } = options;
  const program = programOf(f);
  if (program instanceof Check) return program;
  const passed: string[] = [];
  for (const { name, arrays } of inputClasses(program.params.slice(0, -1), seeds, range)) {
    const expected = reference(...arrays.map((array) => np.array(array)));
    let actual: np.ndarray;
    try {
      actual = call(program, arrays, device);
    } catch (error) {
      return failure(error);
    }
    const difference = differenceOf(actual, expected);
    if (difference !== undefined) return Check.of(0, failedCheck(name, difference, passed));
    passed.push(name);
  }
  return Check.of(1, `right for ${passed.join(", ")}`);
}

function failedCheck(name: string, difference: string, passed: readonly string[]): string {
  const right = passed.length === 0 ? "" : `; right for ${passed.join(", ")}`;
  return `wrong for ${name}: ${difference}${right}`;
}

function call(program: Program, inputs: readonly np.ndarray[], device: VtaDevice): np.ndarray {
  return withArrays(program, device, (arrays) => {
    const output = program.params.at(-1)!;
    inputs.forEach((input, i) => arrays[i]!.copyFrom(input));
    arrays.at(-1)!.copyFrom(np.full(arrayShape(output), UNWRITTEN_VALUE, output.dtype));
    program.module(...arrays);
    return np.array(arrays.at(-1)!.numpy());
  });
}

function differenceOf(actual: np.ndarray, expected: np.ndarray): string | undefined {
  if (actual.shape.join() !== expected.shape.join()) {
    throw new UsageError(
      "grade",
      `the reference gives shape [${expected.shape.join(", ")}], and the function [${actual.shape.join(", ")}]`,
    );
  }
  const [got, wanted] = [actual, expected].map((array) => numbersOf(array)) as [number[], number[]];
  const tolerance = /float/.test(String(actual.dtype)) ? 1e-5 : 0;
  const differs = (value: number, i: number): boolean =>
    !(Math.abs(value - wanted[i]!) <= tolerance * Math.max(1, Math.abs(wanted[i]!)));
  const first = got.findIndex(differs);
  if (first < 0) return undefined;
  const count = got.filter(differs).length;
  const place = indexOf(first, actual.shape);
  return (
    `${count} of ${got.length} elements differ; the first is [${place.join(", ")}], ` +
    `which is ${got[first]} and should be ${wanted[first]}`
  );
}

function numbersOf(array: np.ndarray): number[] {
  return Array.from(array.astype("float64").flatten().data as Float64Array);
}

function indexOf(at: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  for (const extent of [...shape].reverse()) {
    place.unshift(at % extent);
    at = Math.floor(at / extent);
  }
  return place;
}
