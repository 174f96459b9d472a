/**
 * `np.ndarray`: an n-dimensional array on the host, for preparing data and comparing results. A
 * thin wrapper of the numpy-ts library with NumPy's names in camelCase, clear errors and simple
 * types.
 */

import { CONDITION, dimensionValue, UsageError, type Dimension } from "../../support";
import { library, type CoreArray, type NumpyScalar, type TypedArray } from "./library";

/** Numbers nested in arrays of arrays; all arrays of a level have the same length. */
export type Nested = number | bigint | boolean | readonly Nested[];

/** Values that the functions of `np` accept as arrays. */
export type ArrayLike = NumpyArray | TypedArray | Nested;

/** Lengths of the dimensions, or one length. */
export type Shape = Dimension | readonly Dimension[];

/** The element types of arrays; `int64` and `uint64` elements are `bigint`. */
const NUMPY_DTYPES: ReadonlySet<string> = new Set([
  ...["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"],
  ...["float16", "float32", "float64", "bool"],
]);

/** The methods that `reversed` supports. */
export type ReversibleArrayOperator =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "mod"
  | "power"
  | "leftShift"
  | "rightShift"
  | "bitwiseAnd"
  | "bitwiseOr"
  | "bitwiseXor";

const ARRAY_CONDITION =
  "compare numbers: np.max(a).item() > 5, or np.all(a > 5).item() for every element";

/** A method tagged `@operator +` is what `a + b` means in a notebook cell. */
export class NumpyArray {
  /** Create arrays with the functions of `np`. */
  private constructor(private readonly core: CoreArray) {}

  /** Lengths of the dimensions, outermost first. */
  get shape(): readonly number[] {
    return this.core.shape;
  }
  /** `"int8"`, `"float32"`, ... */
  get dtype(): string {
    return this.core.dtype;
  }
  get ndim(): number {
    return this.core.shape.length;
  }
  /** Number of elements. */
  get size(): number {
    return this.core.size;
  }
  /** The elements in row-major order: a view if the array is contiguous, else a copy. */
  get data(): TypedArray {
    const { flags, size } = this.core;
    const core = flags.C_CONTIGUOUS ? this.core : this.core.copy();
    const { data } = core;
    const start = core.storage.offset;
    return start === 0 && data.length === size ? data : data.subarray(start, start + size);
  }
  /** The array with its dimensions in reverse order. */
  get T(): NumpyArray {
    return this.transpose();
  }

  /** The same elements in another shape; one length may be -1. `a.reshape(2, 8)`, `a.reshape([2, 8])` */
  reshape(...shape: Shape[]): NumpyArray {
    const lengths = (shape.flat() as Dimension[]).map(dimensionValue);
    return this.made(() => library.reshape(coreOf(this), lengths));
  }
  /** The dimensions in another order: `a.transpose(0, 2, 1, 3)`; reversed when no order is given. */
  transpose(...axes: (number | readonly number[])[]): NumpyArray {
    const order = flat(axes);
    return this.made(() => library.transpose(this.core, order.length === 0 ? undefined : order));
  }
  /** Converts every element, as C does: floats are truncated, integers wrap. */
  astype(dtype: string): NumpyArray {
    return this.made(() => coreOf(this).astype(numpyDType(dtype)));
  }
  copy(): NumpyArray {
    return this.made(() => this.core.copy());
  }
  flatten(): NumpyArray {
    return this.copy().reshape(-1);
  }
  squeeze(axis?: number): NumpyArray {
    return this.made(() => library.squeeze(this.core, axis));
  }
  /**
   * A slice, with a string for each dimension: `a.slice("0", "1:3", "::2")`. It shares memory with
   * the array.
   */
  slice(...ranges: string[]): NumpyArray {
    return this.made(() => this.core.slice(...ranges));
  }

  /** The element at these indices; negative indices count from the end. */
  get(...indices: number[]): NumpyScalar {
    return attempt(() => this.core.get(indices));
  }
  set(indices: readonly number[], value: NumpyScalar): void {
    attempt(() => this.core.set([...indices], value));
  }
  /** The only element. */
  item(): NumpyScalar {
    if (this.size !== 1)
      throw new UsageError(
        "array-operation",
        `item() needs an array of 1 element, not ${this.size}`,
      );
    return this.data[0]!;
  }
  fill(value: NumpyScalar): this {
    this.core.fill(value);
    return this;
  }
  /** Arrays of arrays of numbers. */
  toArray(): Nested {
    return this.core.toArray() as Nested;
  }

  /** @operator + */
  add(other: ArrayLike): NumpyArray {
    return binary(library.add, this, other);
  }
  /** @operator - */
  sub(other: ArrayLike): NumpyArray {
    return binary(library.subtract, this, other);
  }
  /** @operator * */
  mul(other: ArrayLike): NumpyArray {
    return binary(library.multiply, this, other);
  }
  /**
   * The quotient as a float.
   * @operator /
   */
  div(other: ArrayLike): NumpyArray {
    return binary(library.divide, this, other);
  }
  floorDiv(other: ArrayLike): NumpyArray {
    return binary(library.floor_divide, this, other);
  }
  /**
   * The remainder of `floorDiv`.
   * @operator %
   */
  mod(other: ArrayLike): NumpyArray {
    return binary(library.mod, this, other);
  }
  /** @operator ** */
  power(other: ArrayLike): NumpyArray {
    return binary(library.power, this, other);
  }
  /** @operator -x */
  neg(): NumpyArray {
    return this.made(() => library.negative(this.core));
  }
  /** @operator << */
  leftShift(other: ArrayLike): NumpyArray {
    return binary(library.left_shift, this, other);
  }
  /** @operator >> */
  rightShift(other: ArrayLike): NumpyArray {
    return binary(library.right_shift, this, other);
  }
  /** @operator & */
  bitwiseAnd(other: ArrayLike): NumpyArray {
    return binary(library.bitwise_and, this, other);
  }
  /** @operator | */
  bitwiseOr(other: ArrayLike): NumpyArray {
    return binary(library.bitwise_or, this, other);
  }
  /** @operator ^ */
  bitwiseXor(other: ArrayLike): NumpyArray {
    return binary(library.bitwise_xor, this, other);
  }
  /** @operator < */
  less(other: ArrayLike): NumpyArray {
    return binary(library.less, this, other);
  }
  /** @operator <= */
  lessEqual(other: ArrayLike): NumpyArray {
    return binary(library.less_equal, this, other);
  }
  /** @operator > */
  greater(other: ArrayLike): NumpyArray {
    return binary(library.greater, this, other);
  }
  /** @operator >= */
  greaterEqual(other: ArrayLike): NumpyArray {
    return binary(library.greater_equal, this, other);
  }
  /**
   * The method with its operands in reverse order: `a.reversed("sub", 1)` is `1 - a`.
   * @operator reversed
   */
  reversed(method: ReversibleArrayOperator, left: ArrayLike): NumpyArray {
    return likeArray(left, this)[method](this);
  }
  /**
   * The advice for an array used as a condition.
   * @operator condition
   */
  get [CONDITION](): typeof ARRAY_CONDITION {
    return ARRAY_CONDITION;
  }
  dot(other: ArrayLike): NumpyArray {
    return wrapArray(attempt(() => library.dot(coreOf(this), coreOf(toArray(other)))));
  }

  sum(axis?: number | readonly number[]): NumpyArray {
    return reduce(library.sum, this, axis);
  }
  min(axis?: number | readonly number[]): NumpyArray {
    return reduce(library.amin, this, axis);
  }
  max(axis?: number | readonly number[]): NumpyArray {
    return reduce(library.amax, this, axis);
  }
  mean(axis?: number | readonly number[]): NumpyArray {
    return reduce(library.mean, this, axis);
  }
  argmax(axis?: number): NumpyArray {
    return wrapArray(attempt(() => library.argmax(coreOf(this), axis)));
  }
  argmin(axis?: number): NumpyArray {
    return wrapArray(attempt(() => library.argmin(coreOf(this), axis)));
  }

  /** As NumPy prints it; long arrays are shortened. */
  toString(): string {
    if (this.ndim > 0) return coreOf(this).toString();
    const text = this.reshape([1]).toString().slice(1, -1);
    return text.endsWith(".") ? `${text}0` : text;
  }

  private made(make: () => CoreArray): NumpyArray {
    return new NumpyArray(attempt(make));
  }
}

/** The library's array of a `NumpyArray`; it may be a view. */
export function viewOf(array: NumpyArray): CoreArray {
  return array["core"];
}

/**
 * The library's array of a `NumpyArray`, contiguous and without an offset: most functions of the
 * library read other views at wrong places.
 */
export function coreOf(array: NumpyArray): CoreArray {
  const core = viewOf(array);
  return core.flags.C_CONTIGUOUS && core.storage.offset === 0 ? core : core.copy();
}

/** Wraps an array of the library, or the number that it returns for an array of one element. */
export function wrapArray(value: CoreArray | NumpyScalar): NumpyArray {
  const make = NumpyArray as unknown as new (core: CoreArray) => NumpyArray;
  if (typeof value === "object") return new make(value);
  return new make(library.array(value, typeof value === "bigint" ? "int64" : "float64"));
}

/**
 * An array of `shape` with `data`, which is copied if the library keeps the elements in its own
 * memory.
 */
export function fromTyped(data: TypedArray, shape: readonly number[], dtype: string): NumpyArray {
  const storage = library.ArrayStorage.fromData(data, [...shape], dtype);
  return wrapArray(library.NDArrayCore.fromStorage(storage));
}

/** An array of the library that is filled later through its `data`. */
export function emptyArray(shape: readonly number[], dtype: string): NumpyArray {
  return wrapArray(library.NDArrayCore.fromStorage(library.ArrayStorage.empty([...shape], dtype)));
}

/** Converts an array-like value to an array. */
export function toArray(value: ArrayLike, dtype?: string): NumpyArray {
  if (value instanceof NumpyArray) return dtype === undefined ? value : value.astype(dtype);
  if (ArrayBuffer.isView(value)) {
    const array = fromTyped(value.slice(), [value.length], typedArrayDType(value));
    return dtype === undefined ? array : array.astype(dtype);
  }
  checkRegular(value, nestedShape(value), 0);
  const type = dtype === undefined ? undefined : numpyDType(dtype);
  return wrapArray(attempt(() => library.array(value, type)));
}

/** Runs a function of the library; its errors become usage errors. */
export function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new UsageError("array-operation", `np: ${(error as Error).message}`, { cause: error });
  }
}

export type BinaryFunction = (a: CoreArray, b: CoreArray | number) => CoreArray;

/**
 * Applies an elementwise function; a scalar with a fraction or out of range widens an integer
 * array.
 */
export function binary(apply: BinaryFunction, a: NumpyArray, other: ArrayLike): NumpyArray {
  const operand = fitsTypeOf(other, a) ? other : coreOf(toArray(other));
  return wrapArray(attempt(() => apply(coreOf(a), operand)));
}

/** An array; a number that fits gets the type of `other`. */
export function likeArray(value: ArrayLike, other: NumpyArray): NumpyArray {
  return fitsTypeOf(value, other)
    ? wrapArray(library.full([], value, other.dtype))
    : toArray(value);
}

/** Whether a value is a number that the type of `array` can hold. */
function fitsTypeOf(value: ArrayLike, array: NumpyArray): value is number {
  return typeof value === "number" && (isFloat(array.dtype) || fits(value, array.dtype));
}

function isFloat(dtype: string): boolean {
  return dtype.startsWith("float");
}

function fits(value: number, dtype: string): boolean {
  if (!Number.isInteger(value) || dtype === "bool") return false;
  const bits = Number(/\d+$/.exec(dtype)![0]);
  return dtype.startsWith("uint")
    ? value >= 0 && value < 2 ** bits
    : value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1);
}

export type AxisReduction = (a: CoreArray, axis?: number | number[]) => CoreArray | NumpyScalar;

export function reduce(
  apply: AxisReduction,
  a: NumpyArray,
  axis: number | readonly number[] | undefined,
): NumpyArray {
  const axes = axis === undefined || typeof axis === "number" ? axis : [...axis];
  const result = attempt(() => apply(coreOf(a), axes));
  if (typeof result === "object") return wrapArray(result);
  // The library's reduction of a whole array loses the type; a reduction along an axis keeps it.
  return wrapArray(apply(coreOf(a.reshape([1, a.size])), 1)).reshape([]);
}

/** @throws UsageError for a type that arrays do not support. */
export function numpyDType(dtype: string): string {
  if (NUMPY_DTYPES.has(dtype)) return dtype;
  throw new UsageError(
    "array-dtype",
    `'${dtype}' is not an element type of arrays; use ${[...NUMPY_DTYPES].join(", ")}`,
  );
}

/** @throws UsageError unless every length is a whole number, 0 or more. */
export function checkedShape(shape: Shape): number[] {
  const lengths = (Array.isArray(shape) ? shape : [shape as Dimension]).map(dimensionValue);
  for (const length of lengths) {
    if (!Number.isInteger(length) || length < 0) {
      throw new UsageError(
        "array-shape",
        `[${lengths.join(", ")}] is not a shape: ${length} is not an integer of at least 0`,
      );
    }
  }
  return lengths;
}

function flat(values: readonly (number | readonly number[])[]): number[] {
  return values.flat() as number[];
}

function typedArrayDType(data: TypedArray): string {
  const name = data.constructor.name;
  return name.replace("Big", "").replace("Clamped", "").replace("Array", "").toLowerCase();
}

function nestedShape(value: Nested): number[] {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]!) shape.push(level.length);
  return shape;
}

function checkRegular(value: Nested, shape: readonly number[], depth: number): void {
  if (depth === shape.length) {
    if (["number", "bigint", "boolean"].includes(typeof value)) return;
    throw new UsageError("array-shape", `an array holds numbers, not ${describe(value)}`);
  }
  if (!Array.isArray(value) || value.length !== shape[depth]) {
    throw new UsageError(
      "array-shape",
      `the nested arrays have different shapes: at depth ${depth} there are lengths  ` +
        `${shape[depth]} and ${Array.isArray(value) ? value.length : "none"}`,
    );
  }
  for (const element of value) checkRegular(element as Nested, shape, depth + 1);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "an array nested deeper";
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}
