/** The functions of `np`: making arrays, arithmetic, random numbers, files. */

import { UsageError } from "../../support";
import { library, type NumpyScalar } from "./library";
import {
  attempt,
  binary,
  checkedShape,
  coreOf,
  likeArray,
  numpyDType,
  NumpyArray,
  reduce,
  toArray,
  viewOf,
  wrapArray,
  type ArrayLike,
  type BinaryFunction,
  type AxisReduction,
  type Shape,
} from "./numpy-array";
import { isClose, type AssertCloseOptions } from "./testing";

type Axis = number | readonly number[];

/**
 * An array from nested numbers, a typed array, or another array; `float64` if no type is specified.
 */
export function array(data: ArrayLike, dtype?: string): NumpyArray {
  return toArray(data, dtype).copy();
}
export function zeros(shape: Shape, dtype = "float64"): NumpyArray {
  return wrapArray(library.zeros(checkedShape(shape), numpyDType(dtype)));
}
export function ones(shape: Shape, dtype = "float64"): NumpyArray {
  return wrapArray(library.ones(checkedShape(shape), numpyDType(dtype)));
}
export function full(shape: Shape, value: NumpyScalar, dtype?: string): NumpyArray {
  const type = numpyDType(dtype ?? (typeof value === "bigint" ? "int64" : "float64"));
  return wrapArray(attempt(() => library.full(checkedShape(shape), value, type)));
}
/**
 * `arange(stop)`, `arange(start, stop)`, `arange(start, stop, step)`; `int32` if all are integers.
 */
export function arange(start: number, stop?: number, step = 1, dtype?: string): NumpyArray {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const whole = [from, to, step].every(Number.isInteger);
  const type = numpyDType(dtype ?? (whole ? "int32" : "float64"));
  return wrapArray(attempt(() => library.arange(from, to, step, type)));
}
export function linspace(start: number, stop: number, count = 50): NumpyArray {
  return wrapArray(attempt(() => library.linspace(start, stop, count)));
}
export function eye(n: number, dtype = "float64"): NumpyArray {
  return wrapArray(library.eye(checkedShape(n)[0]!, n, 0, numpyDType(dtype)));
}

const ofTwo =
  (apply: BinaryFunction) =>
  (a: ArrayLike, b: ArrayLike): NumpyArray =>
    binary(apply, b instanceof NumpyArray ? likeArray(a, b) : toArray(a), b);

export const add = ofTwo(library.add);
export const subtract = ofTwo(library.subtract);
export const multiply = ofTwo(library.multiply);
export const divide = ofTwo(library.divide);
export const floorDivide = ofTwo(library.floor_divide);
export const mod = ofTwo(library.mod);
export const power = ofTwo(library.power);
export const maximum = ofTwo(library.maximum);
export const minimum = ofTwo(library.minimum);
export const leftShift = ofTwo(library.left_shift);
/** Arithmetic for signed types. */
export const rightShift = ofTwo(library.right_shift);
export const bitwiseAnd = ofTwo(library.bitwise_and);
export const bitwiseOr = ofTwo(library.bitwise_or);
export const bitwiseXor = ofTwo(library.bitwise_xor);
export const equal = ofTwo(library.equal);
export const notEqual = ofTwo(library.not_equal);
export const less = ofTwo(library.less);
export const lessEqual = ofTwo(library.less_equal);
export const greater = ofTwo(library.greater);
export const greaterEqual = ofTwo(library.greater_equal);

const ofOne =
  (apply: typeof library.exp) =>
  (a: ArrayLike): NumpyArray =>
    wrapArray(attempt(() => apply(coreOf(toArray(a)))));

export const negative = ofOne(library.negative);
export const abs = ofOne(library.absolute);
export const exp = ofOne(library.exp);
export const log = ofOne(library.log);
export const sqrt = ofOne(library.sqrt);
export const tanh = ofOne(library.tanh);
export const floor = ofOne(library.floor);
export const ceil = ofOne(library.ceil);
/** Ties round to even. */
export const round = ofOne((a) => library.round(a));

const overAxis =
  (apply: AxisReduction) =>
  (a: ArrayLike, axis?: Axis): NumpyArray =>
    reduce(apply, toArray(a), axis);

export const sum = overAxis(library.sum);
export const prod = overAxis(library.prod);
export const mean = overAxis(library.mean);
export const std = overAxis((a, axis) => library.std(a, axis));
export const min = overAxis(library.amin);
export const max = overAxis(library.amax);
export const all = overAxis(library.all);
export const any = overAxis(library.any);

/** Whether `|a - b| <= atol + rtol * |b|` for every element; `rtol` is 1e-5 and `atol` 1e-8 if left out. */
export function allclose(a: ArrayLike, b: ArrayLike, options: AssertCloseOptions = {}): boolean {
  return isClose(a, b, { rtol: 1e-5, atol: 1e-8, ...options });
}
export function argmax(a: ArrayLike, axis?: number): NumpyArray {
  return toArray(a).argmax(axis);
}
export function argmin(a: ArrayLike, axis?: number): NumpyArray {
  return toArray(a).argmin(axis);
}
export function clip(a: ArrayLike, low: number, high: number): NumpyArray {
  return wrapArray(attempt(() => library.clip(coreOf(toArray(a)), low, high)));
}
export function where(condition: ArrayLike, a: ArrayLike, b: ArrayLike): NumpyArray {
  const [c, x, y] = [condition, a, b].map((value) => coreOf(toArray(value)));
  return wrapArray(attempt(() => library.where(c!, x!, y!)));
}
export function dot(a: ArrayLike, b: ArrayLike): NumpyArray {
  return toArray(a).dot(b);
}
export function matmul(a: ArrayLike, b: ArrayLike): NumpyArray {
  return wrapArray(attempt(() => library.matmul(coreOf(toArray(a)), coreOf(toArray(b)))));
}

export function reshape(a: ArrayLike, shape: Shape): NumpyArray {
  return toArray(a).reshape(shape);
}
export function transpose(a: ArrayLike, axes: readonly number[] = []): NumpyArray {
  return toArray(a).transpose(axes);
}
export function expandDims(a: ArrayLike, axis: number): NumpyArray {
  return wrapArray(attempt(() => library.expand_dims(viewOf(toArray(a)), axis)));
}
export function broadcastTo(a: ArrayLike, shape: Shape): NumpyArray {
  return wrapArray(attempt(() => library.broadcast_to(viewOf(toArray(a)), checkedShape(shape))));
}
export function concatenate(arrays: readonly ArrayLike[], axis = 0): NumpyArray {
  const parts = arrays.map((a) => coreOf(toArray(a)));
  return wrapArray(attempt(() => library.concatenate(parts, axis)));
}
export function stack(arrays: readonly ArrayLike[], axis = 0): NumpyArray {
  const parts = arrays.map((a) => coreOf(toArray(a)));
  return wrapArray(attempt(() => library.stack(parts, axis)));
}
export function tile(a: ArrayLike, repetitions: Shape): NumpyArray {
  return wrapArray(attempt(() => library.tile(coreOf(toArray(a)), checkedShape(repetitions))));
}
export function repeat(a: ArrayLike, repetitions: number, axis?: number): NumpyArray {
  return wrapArray(attempt(() => library.repeat(coreOf(toArray(a)), repetitions, axis)));
}
export function flip(a: ArrayLike, axis?: number): NumpyArray {
  return wrapArray(attempt(() => library.flip(viewOf(toArray(a)), axis)));
}
/** Pads with `value`: `pad(a, [[1, 1], [0, 2]])` adds elements before and after each dimension. */
export function pad(
  a: ArrayLike,
  widths: readonly (readonly [number, number])[],
  value = 0,
): NumpyArray {
  const padding = widths.map((width) => [...width]);
  return wrapArray(attempt(() => library.pad(coreOf(toArray(a)), padding, "constant", value)));
}

/** Random numbers: the sequences of NumPy's `np.random` for the same seed. */
export const random = {
  seed(value: number): void {
    library.random.seed(value);
  },
  /** Integers from `low` to `high - 1`. */
  randint(low: number, high: number, size: Shape = [], dtype = "int32"): NumpyArray {
    if (high <= low)
      throw new UsageError(
        "array-operation",
        `randint(${low}, ${high}): high must be greater than low`,
      );
    const type = numpyDType(dtype);
    // In NumPy too, types of 32 and 64 bits share a sequence; narrower types have another.
    return wrapArray(attempt(() => library.random.randint(low, high, checkedShape(size), type)));
  },
  /** Numbers from 0 to 1. */
  rand(...shape: number[]): NumpyArray {
    return wrapArray(library.random.rand(...checkedShape(shape)));
  },
  uniform(low = 0, high = 1, size: Shape = []): NumpyArray {
    return wrapArray(library.random.uniform(low, high, checkedShape(size)));
  },
  normal(mean = 0, deviation = 1, size: Shape = []): NumpyArray {
    return wrapArray(library.random.normal(mean, deviation, checkedShape(size)));
  },
  permutation(count: number): NumpyArray {
    return wrapArray(library.random.permutation(count));
  },
};

/** The bytes of a `.npy` file. */
export function toNpy(a: ArrayLike): Uint8Array {
  return library.serializeNpy(coreOf(toArray(a)));
}
/** @throws UsageError when the bytes are not a `.npy` file. */
export function fromNpy(bytes: Uint8Array): NumpyArray {
  return wrapArray(attempt(() => library.parseNpy(bytes)));
}
/** The bytes of a `.npz` file: a zip of `.npy` files by name. */
export function toNpz(arrays: Readonly<Record<string, ArrayLike>>): Uint8Array {
  const cores = Object.entries(arrays).map(([name, a]) => [name, coreOf(toArray(a))] as const);
  return library.serializeNpzSync(Object.fromEntries(cores));
}
/** @throws UsageError when the bytes are not a `.npz` file. */
export function fromNpz(bytes: Uint8Array): Record<string, NumpyArray> {
  const { arrays } = attempt(() => library.parseNpzSync(bytes));
  return Object.fromEntries([...arrays].map(([name, core]) => [name, wrapArray(core)]));
}
