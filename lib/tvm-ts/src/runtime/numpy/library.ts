/**
 * The n-dimensional arrays of the numpy-ts library, as far as `np` uses them.
 *
 * Declared here because TypeScript before 5.4 cannot read the library's declarations, and a
 * CommonJS package cannot refer to them.
 */

import * as numpy from "#numpy";

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

export type NumpyScalar = number | bigint;

/** An array of the library. */
export interface CoreArray {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly dtype: string;
  readonly size: number;
  /** The array's whole buffer: a view shares its parent's. */
  readonly data: TypedArray;
  readonly flags: { readonly C_CONTIGUOUS: boolean };
  readonly storage: { readonly offset: number };
  astype(dtype: string): CoreArray;
  copy(): CoreArray;
  fill(value: NumpyScalar): void;
  get(indices: number[]): NumpyScalar;
  set(indices: number[], value: NumpyScalar): void;
  slice(...ranges: string[]): CoreArray;
  toArray(): unknown;
  toString(): string;
}

type Binary = (a: CoreArray, b: CoreArray | number) => CoreArray;
type Unary = (a: CoreArray) => CoreArray;
type Reduction = (
  a: CoreArray,
  axis?: number | number[],
  keepdims?: boolean,
) => CoreArray | NumpyScalar;

interface Library {
  ArrayStorage: {
    fromData(data: TypedArray, shape: number[], dtype: string): unknown;
    /** The elements are uninitialized. */
    empty(shape: number[], dtype: string): unknown;
  };
  NDArrayCore: { fromStorage(storage: unknown): CoreArray };
  wasmConfig: { useRelaxedSimd: "auto" | boolean };
  array(data: unknown, dtype?: string): CoreArray;
  zeros(shape: number[], dtype?: string): CoreArray;
  ones(shape: number[], dtype?: string): CoreArray;
  full(shape: number[], value: NumpyScalar | boolean, dtype?: string): CoreArray;
  arange(start: number, stop?: number, step?: number, dtype?: string): CoreArray;
  linspace(start: number, stop: number, count?: number, dtype?: string): CoreArray;
  eye(rows: number, columns?: number, k?: number, dtype?: string): CoreArray;
  add: Binary;
  subtract: Binary;
  multiply: Binary;
  divide: Binary;
  floor_divide: Binary;
  mod: Binary;
  power: Binary;
  maximum: Binary;
  minimum: Binary;
  left_shift: Binary;
  right_shift: Binary;
  bitwise_and: Binary;
  bitwise_or: Binary;
  bitwise_xor: Binary;
  equal: Binary;
  not_equal: Binary;
  less: Binary;
  less_equal: Binary;
  greater: Binary;
  greater_equal: Binary;
  negative: Unary;
  absolute: Unary;
  exp: Unary;
  log: Unary;
  sqrt: Unary;
  tanh: Unary;
  floor: Unary;
  ceil: Unary;
  round(a: CoreArray, decimals?: number): CoreArray;
  clip(a: CoreArray, low: number | null, high: number | null): CoreArray;
  where(condition: CoreArray, a: CoreArray, b: CoreArray): CoreArray;
  sum: Reduction;
  prod: Reduction;
  mean: Reduction;
  amax: Reduction;
  amin: Reduction;
  all: Reduction;
  any: Reduction;
  std(
    a: CoreArray,
    axis?: number | number[],
    ddof?: number,
    keepdims?: boolean,
  ): CoreArray | NumpyScalar;
  argmax(a: CoreArray, axis?: number): CoreArray | NumpyScalar;
  argmin(a: CoreArray, axis?: number): CoreArray | NumpyScalar;
  dot(a: CoreArray, b: CoreArray): CoreArray | NumpyScalar;
  matmul(a: CoreArray, b: CoreArray): CoreArray | NumpyScalar;
  reshape(a: CoreArray, shape: number[]): CoreArray;
  transpose(a: CoreArray, axes?: number[]): CoreArray;
  squeeze(a: CoreArray, axis?: number): CoreArray;
  expand_dims(a: CoreArray, axis: number): CoreArray;
  broadcast_to(a: CoreArray, shape: number[]): CoreArray;
  concatenate(arrays: CoreArray[], axis?: number): CoreArray;
  stack(arrays: CoreArray[], axis?: number): CoreArray;
  tile(a: CoreArray, repetitions: number | number[]): CoreArray;
  repeat(a: CoreArray, repetitions: number | number[], axis?: number): CoreArray;
  flip(a: CoreArray, axis?: number | number[]): CoreArray;
  pad(a: CoreArray, widths: unknown, mode?: "constant", value?: number): CoreArray;
  random: {
    seed(value: number): void;
    rand(...shape: number[]): CoreArray | NumpyScalar;
    randint(
      low: number,
      high: number | null,
      shape: number[],
      dtype: string,
    ): CoreArray | NumpyScalar;
    uniform(low: number, high: number, shape: number[]): CoreArray | NumpyScalar;
    normal(mean: number, deviation: number, shape: number[]): CoreArray | NumpyScalar;
    permutation(count: number): CoreArray;
  };
  serializeNpy(a: CoreArray): Uint8Array;
  parseNpy(bytes: Uint8Array): CoreArray;
  serializeNpzSync(arrays: Record<string, CoreArray>): Uint8Array;
  parseNpzSync(bytes: Uint8Array): { arrays: Map<string, CoreArray> };
}

export const library = numpy as unknown as Library;

// Fused multiply-adds are off, since they round differently on different hosts.
library.wasmConfig.useRelaxedSimd = false;
