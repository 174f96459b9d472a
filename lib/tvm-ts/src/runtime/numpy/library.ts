/**
 * The n-dimensional arrays of the numpy-ts library, as far as the np face uses them.
 *
 * Declared here and not taken from the library's own declarations, which TypeScript before 5.4 does
 * not read and which a CommonJS package cannot refer to.
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

export type Scalar = number | bigint;

/** An array of the library. */
export interface Core {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly dtype: string;
  readonly size: number;
  /** All of the memory behind the array: a view shares its parent's. */
  readonly data: TypedArray;
  readonly flags: { readonly C_CONTIGUOUS: boolean };
  readonly storage: { readonly offset: number };
  astype(dtype: string): Core;
  copy(): Core;
  fill(value: Scalar): void;
  get(indices: number[]): Scalar;
  set(indices: number[], value: Scalar): void;
  slice(...ranges: string[]): Core;
  toArray(): unknown;
  toString(): string;
}

type Binary = (a: Core, b: Core | number) => Core;
type Unary = (a: Core) => Core;
type Reduction = (a: Core, axis?: number | number[], keepdims?: boolean) => Core | Scalar;

interface Library {
  ArrayStorage: {
    fromData(data: TypedArray, shape: number[], dtype: string): unknown;
    /** The elements are whatever the memory holds. */
    empty(shape: number[], dtype: string): unknown;
  };
  NDArrayCore: { fromStorage(storage: unknown): Core };
  wasmConfig: { useRelaxedSimd: "auto" | boolean };
  array(data: unknown, dtype?: string): Core;
  zeros(shape: number[], dtype?: string): Core;
  ones(shape: number[], dtype?: string): Core;
  full(shape: number[], value: Scalar | boolean, dtype?: string): Core;
  arange(start: number, stop?: number, step?: number, dtype?: string): Core;
  linspace(start: number, stop: number, count?: number, dtype?: string): Core;
  eye(rows: number, columns?: number, k?: number, dtype?: string): Core;
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
  round(a: Core, decimals?: number): Core;
  clip(a: Core, low: number | null, high: number | null): Core;
  where(condition: Core, a: Core, b: Core): Core;
  sum: Reduction;
  prod: Reduction;
  mean: Reduction;
  amax: Reduction;
  amin: Reduction;
  all: Reduction;
  any: Reduction;
  std(a: Core, axis?: number | number[], ddof?: number, keepdims?: boolean): Core | Scalar;
  argmax(a: Core, axis?: number): Core | Scalar;
  argmin(a: Core, axis?: number): Core | Scalar;
  dot(a: Core, b: Core): Core | Scalar;
  matmul(a: Core, b: Core): Core | Scalar;
  reshape(a: Core, shape: number[]): Core;
  transpose(a: Core, axes?: number[]): Core;
  squeeze(a: Core, axis?: number): Core;
  expand_dims(a: Core, axis: number): Core;
  broadcast_to(a: Core, shape: number[]): Core;
  concatenate(arrays: Core[], axis?: number): Core;
  stack(arrays: Core[], axis?: number): Core;
  tile(a: Core, repetitions: number | number[]): Core;
  repeat(a: Core, repetitions: number | number[], axis?: number): Core;
  flip(a: Core, axis?: number | number[]): Core;
  pad(a: Core, widths: unknown, mode?: "constant", value?: number): Core;
  random: {
    seed(value: number): void;
    rand(...shape: number[]): Core | Scalar;
    randint(low: number, high: number | null, shape: number[], dtype: string): Core | Scalar;
    uniform(low: number, high: number, shape: number[]): Core | Scalar;
    normal(mean: number, deviation: number, shape: number[]): Core | Scalar;
    permutation(count: number): Core;
  };
  serializeNpy(a: Core): Uint8Array;
  parseNpy(bytes: Uint8Array): Core;
  serializeNpzSync(arrays: Record<string, Core>): Uint8Array;
  parseNpzSync(bytes: Uint8Array): { arrays: Map<string, Core> };
}

export const library = numpy as unknown as Library;

// Fused multiply-adds round differently from host to host; results here are the same everywhere.
library.wasmConfig.useRelaxedSimd = false;
