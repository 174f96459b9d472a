/**
 * Tensors on the host: the constants of a network, and the results of its operators.
 *
 * 64-bit integers are stored as doubles, so they are exact up to 2^53; larger integers are refused.
 */

import type { ScalarType } from "../ir";
import { halfToNumber, numberToHalf } from "../runtime";
import { UsageError } from "../support";
import { sizeOf, TensorType } from "./type";

export type HostData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

type HostArray = new (lengthOrValues: number | ArrayLike<number>) => HostData;

const ARRAYS: Readonly<Partial<Record<ScalarType, HostArray>>> = {
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: Float64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: Float64Array,
  bool: Uint8Array,
};

/** The most elements of a typed array in a JavaScript engine. */
export const MAX_ELEMENTS = 2 ** 31;

/** A row-major array. Its elements must not change after it is shared. */
export class HostTensor {
  readonly type: TensorType;

  constructor(
    readonly data: HostData,
    shape: readonly number[],
    dtype: ScalarType,
  ) {
    this.type = new TensorType(shape, dtype);
  }

  get shape(): readonly number[] {
    return this.type.shape;
  }
  get dtype(): ScalarType {
    return this.type.dtype;
  }
  get size(): number {
    return this.data.length;
  }

  /** @throws UsageError for a type or size that host arrays do not support. */
  static zeros(shape: readonly number[], dtype: ScalarType): HostTensor {
    return new HostTensor(hostData(dtype, checkedSize(shape)), shape, dtype);
  }

  /** The numbers, converted to `dtype` as an assignment converts them. */
  static of(values: ArrayLike<number>, shape: readonly number[], dtype: ScalarType): HostTensor {
    if (values.length !== sizeOf(shape)) {
      throw new UsageError(
        "network-tensor",
        `an array of [${shape.join(", ")}] does not have ${values.length} values`,
      );
    }
    return new HostTensor(hostData(dtype, values), shape, dtype);
  }

  static scalar(value: number, dtype: ScalarType): HostTensor {
    return HostTensor.of([value], [], dtype);
  }

  reshape(shape: readonly number[]): HostTensor {
    return new HostTensor(this.data, shape, this.dtype);
  }

  /** The elements in their usual encoding: little-endian, 64-bit integers with all bits. */
  toBytes(): Uint8Array {
    const { data, dtype } = this;
    if (dtype === "int64") return bytesOf(BigInt64Array.from(data as Float64Array, BigInt));
    if (dtype === "uint64") return bytesOf(BigUint64Array.from(data as Float64Array, BigInt));
    if (dtype === "float16") return bytesOf(Uint16Array.from(data as Float32Array, numberToHalf));
    return bytesOf(data);
  }

  /**
   * The inverse of `toBytes`.
   * @throws UsageError when the number of bytes is wrong, or an integer exceeds 2^53.
   */
  static fromBytes(bytes: Uint8Array, shape: readonly number[], dtype: ScalarType): HostTensor {
    const width = bytesPerElement(dtype);
    if (bytes.length !== checkedSize(shape) * width) {
      throw new UsageError(
        "network-tensor",
        `${bytes.length} bytes are not an array of [${shape.join(", ")}] of ${dtype}, which takes ` +
          `${sizeOf(shape) * width}`,
      );
    }
    const { buffer } = new Uint8Array(bytes); // An aligned copy.
    if (dtype === "int64") return HostTensor.of(numbers(new BigInt64Array(buffer)), shape, dtype);
    if (dtype === "uint64") return HostTensor.of(numbers(new BigUint64Array(buffer)), shape, dtype);
    if (dtype === "float16") {
      return HostTensor.of(Float32Array.from(new Uint16Array(buffer), halfToNumber), shape, dtype);
    }
    const array = hostData(dtype, 0).constructor as new (buffer: ArrayBuffer) => HostData;
    return new HostTensor(new array(buffer), shape, dtype);
  }
}

/** Bytes of an element in the usual encoding. */
export function bytesPerElement(dtype: ScalarType): number {
  if (dtype === "bool") return 1;
  if (dtype === "float16") return 2;
  if (dtype === "int64" || dtype === "uint64") return 8;
  return hostData(dtype, 0).BYTES_PER_ELEMENT;
}

/** @throws UsageError when an integer is not exact as a double. */
export function numbers(values: Iterable<bigint>): number[] {
  return Array.from(values, exactNumber);
}

/** @throws UsageError when the integer is past what doubles hold exactly. */
export function exactNumber(value: bigint): number {
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) {
    throw new UsageError(
      "network-tensor",
      `the 64-bit integer ${value} is out of range; use integers from -2^53 to 2^53`,
    );
  }
  return Number(value);
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function hostData(dtype: ScalarType, lengthOrValues: number | ArrayLike<number>): HostData {
  const array = ARRAYS[dtype];
  if (array === undefined)
    throw new UsageError("network-tensor", `a network cannot have values of type ${dtype}`);
  const data = allocated(array, lengthOrValues);
  if (dtype === "float16" && typeof lengthOrValues !== "number") {
    for (let i = 0; i < data.length; i++) data[i] = halfToNumber(numberToHalf(data[i]!));
  }
  return data;
}

function allocated(array: HostArray, lengthOrValues: number | ArrayLike<number>): HostData {
  try {
    return new array(lengthOrValues);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const size = typeof lengthOrValues === "number" ? lengthOrValues : lengthOrValues.length;
    throw new UsageError(
      "network-tensor",
      `there is not enough memory for an array of ${size} elements`,
    );
  }
}

function checkedSize(shape: readonly number[]): number {
  const size = sizeOf(shape);
  if (size > MAX_ELEMENTS) {
    throw new UsageError(
      "network-tensor",
      `an array of [${shape.join(", ")}] has ${size} elements; the limit is ${MAX_ELEMENTS}`,
    );
  }
  return size;
}
