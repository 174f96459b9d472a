/**
 * `tvm.nd`: arrays in a device's memory, the arguments of compiled functions.
 *
 * An array is a row-major range of its device's memory. Views share the range of their array; the
 * range is freed by `free()`, or when the array and all its views are garbage-collected.
 */

import { deviceTypeOf } from "../artifact";
import { CONDITION, dimensionValue, elementCount, UsageError, type Dimension } from "../support";
import { deviceName, type Device } from "./device";
import { ELEMENTS, elementType, floatsToHalves, halvesToFloats, type ElementType } from "./element";
import { fromTyped, toArray, type ArrayLike, type NumpyArray } from "./numpy/numpy-array";
import type { TypedArray } from "./numpy/library";

/** The reference's alignment of arrays, in bytes. */
const ALIGNMENT = 64;

/** A range of a device's memory: owned, or part of an `owner`, which then frees it. */
class MemoryRange {
  freed = false;

  private constructor(
    readonly device: Device,
    readonly address: number,
    private readonly owner: unknown,
  ) {}

  static allocate(device: Device, bytes: number): MemoryRange {
    const storage = new MemoryRange(device, device.alloc(bytes, ALIGNMENT), undefined);
    collected.register(storage, { device, address: storage.address }, storage);
    return storage;
  }

  static borrow(device: Device, address: number, owner: object): MemoryRange {
    return new MemoryRange(device, address, owner);
  }

  free(): void {
    if (this.freed) return;
    this.freed = true;
    if (this.owner !== undefined) return;
    collected.unregister(this);
    this.device.free(this.address);
  }
}

const collected = new FinalizationRegistry<{ device: Device; address: number }>(
  ({ device, address }) => device.free(address),
);

/**
 * An array as other libraries describe it (DLPack): its bytes and their layout. `data` is shared,
 * not copied.
 */
export interface DlpackRecord {
  readonly data: ArrayBufferLike;
  /** From the start of `data`, in bytes. */
  readonly byteOffset: number;
  readonly shape: readonly number[];
  /** In elements; `null` for row-major. */
  readonly strides: readonly number[] | null;
  readonly dtype: { readonly code: number; readonly bits: number; readonly lanes: number };
  readonly device: { readonly type: number; readonly id: number };
}

/** Another library's array that can describe itself. */
export interface DlpackSource {
  __dlpack__(): DlpackRecord;
}

/** Data for a new array. */
export type ArrayData = NDArray | ArrayLike | DlpackSource;

const DEVICE_ARRAY_CONDITION =
  "compare its numbers: np.max(a.numpy()).item() > 5, or a !== undefined to check that there is an array";

export class NDArray implements DlpackSource {
  private constructor(
    private readonly storage: MemoryRange,
    readonly shape: readonly number[],
    readonly dtype: ElementType,
    /** Where the array starts in its storage, in bytes. */
    private readonly offset: number,
  ) {}

  /**
   * The advice for an array used as a condition.
   * @operator condition
   */
  get [CONDITION](): typeof DEVICE_ARRAY_CONDITION {
    return DEVICE_ARRAY_CONDITION;
  }

  /** An uninitialized array of `shape`. */
  static empty(shape: readonly Dimension[], dtype: string, device: Device): NDArray {
    const type = elementType(dtype);
    const lengths = checkedShape(shape);
    const bytes = elementCount(lengths) * ELEMENTS[type].bytes;
    return new NDArray(MemoryRange.allocate(device, bytes), lengths, type, 0);
  }

  /** An array with the values, shape and type of `data`. */
  static of(data: ArrayData, device: Device): NDArray {
    if (data instanceof NDArray) {
      return NDArray.empty(data.shape, data.dtype, device).copyFrom(data);
    }
    if (isDlpackSource(data)) return NDArray.fromDlpack(data, device);
    const source = toArray(data);
    return NDArray.empty(source.shape, source.dtype, device).copyFrom(source);
  }

  /** An array that is already in a device's memory, `offset` elements after `address`. */
  static at(
    device: Device,
    address: number,
    offset: number,
    shape: readonly number[],
    dtype: ElementType,
  ): NDArray {
    const storage = MemoryRange.borrow(device, address, device);
    return new NDArray(storage, checkedShape(shape), dtype, offset * ELEMENTS[dtype].bytes);
  }

  /** Another library's array: a view of it if its bytes are in `device`'s memory, else a copy. */
  static fromDlpack(source: DlpackSource, device: Device): NDArray {
    const record = source.__dlpack__();
    const type = dlpackElement(record);
    const compact = rowMajor(record.shape);
    const strides = record.strides ?? compact;
    const { bytes } = ELEMENTS[type];
    const isHere = record.data === device.memory?.buffer && record.byteOffset % bytes === 0;
    if (isHere && strides.join() === compact.join()) {
      const storage = MemoryRange.borrow(device, record.byteOffset, source);
      return new NDArray(storage, checkedShape(record.shape), type, 0);
    }
    const array = NDArray.empty(record.shape, type, device);
    array.write(dlpackElements(record).elements);
    return array;
  }

  get device(): Device {
    return this.storage.device;
  }
  get ndim(): number {
    return this.shape.length;
  }
  /** Number of elements. */
  get size(): number {
    return elementCount(this.shape);
  }
  get byteLength(): number {
    return this.size * ELEMENTS[this.dtype].bytes;
  }
  get isFreed(): boolean {
    return this.storage.freed;
  }
  /**
   * The byte address of the first element in the device's memory.
   * @throws UsageError when the array was freed.
   */
  get address(): number {
    if (this.storage.freed) {
      throw new UsageError(
        "array-freed",
        `this array ([${this.shape.join(", ")}], ${this.dtype}, ${deviceName(this.device)}) was ` +
          `freed: its memory may be in use by another array`,
      );
    }
    return this.storage.address + this.offset;
  }

  /**
   * A view of the elements, not a copy; float16 as 16 bits each. Valid until `free()`.
   * @throws UsageError when the device's memory is not part of this process.
   */
  asTypedArray(): TypedArray {
    const { arrayType } = ELEMENTS[this.dtype];
    return new arrayType(this.sharedMemory().buffer, this.address, this.size);
  }

  private sharedMemory(): WebAssembly.Memory {
    const { memory } = this.device;
    if (memory !== undefined) return memory;
    throw new UsageError(
      "array-copy",
      `the memory of ${deviceName(this.device)} is not part of this process; copy the array with ` +
        `.numpy() instead`,
    );
  }

  /** A copy of the elements, in memory that is not shared. */
  private read(): TypedArray {
    const { arrayType } = ELEMENTS[this.dtype];
    const values = new arrayType(new ArrayBuffer(this.byteLength), 0, this.size);
    if (this.device.memory !== undefined) values.set(this.asTypedArray() as never);
    else this.device.copyOut(this.address, new Uint8Array(values.buffer));
    return values;
  }

  private write(values: TypedArray): void {
    if (this.device.memory !== undefined) {
      this.asTypedArray().set(values as never);
      return;
    }
    const { buffer, byteOffset, byteLength } = values;
    this.device.copyIn(this.address, new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** A copy of the values on the host. */
  numpy(): NumpyArray {
    const elements = this.read();
    const values = this.dtype === "float16" ? halvesToFloats(elements) : elements;
    return fromTyped(values, this.shape, this.dtype);
  }

  /**
   * Copies values in, converting them to this array's type.
   * @throws UsageError when the shapes differ.
   */
  copyFrom(source: ArrayData): this {
    if (!(source instanceof NDArray) && isDlpackSource(source)) {
      return this.copyFrom(NDArray.fromDlpack(source, this.device));
    }
    const from = source instanceof NDArray ? source : toArray(source);
    if (from.shape.join() !== this.shape.join()) {
      throw new UsageError(
        "array-copy",
        `an array of shape [${from.shape.join(", ")}] cannot be copied into one of shape ` +
          `[${this.shape.join(", ")}]`,
      );
    }
    if (from instanceof NDArray) {
      if (from.dtype !== this.dtype) return this.copyFrom(from.numpy());
      this.write(from.device.memory === undefined ? from.read() : from.asTypedArray());
    } else if (this.dtype === "float16") {
      this.write(floatsToHalves(from.astype("float32").data));
    } else {
      const same = from.dtype === this.dtype ? from : from.astype(this.dtype);
      this.write(same.data);
    }
    return this;
  }

  /** Copies the values to another array, or to a new one on another device; returns that array. */
  copyTo(target: NDArray | Device): NDArray {
    return target instanceof NDArray ? target.copyFrom(this) : NDArray.of(this, target);
  }

  /**
   * The same memory in another shape, or as another type.
   * @throws UsageError when the number of bytes differs.
   */
  view(shape: readonly number[], dtype: string = this.dtype): NDArray {
    const type = elementType(dtype);
    const lengths = checkedShape(shape);
    const bytes = elementCount(lengths) * ELEMENTS[type].bytes;
    if (bytes !== this.byteLength) {
      throw new UsageError(
        "array-shape",
        `[${lengths.join(", ")}] of ${type} takes ${bytes} bytes, but the array has ` +
          `${this.byteLength} ([${this.shape.join(", ")}] of ${this.dtype})`,
      );
    }
    return new NDArray(this.storage, lengths, type, this.offset);
  }

  /** Rows `start` to `end - 1` of the first dimension, in the same memory. */
  rows(start: number, end: number): NDArray {
    const [length = 0, ...rest] = this.shape;
    if (!(
      Number.isInteger(start) &&
      Number.isInteger(end) &&
      0 <= start &&
      start <= end &&
      end <= length
    )) {
      throw new UsageError("array-shape", `rows ${start} to ${end} of an array of ${length} rows`);
    }
    const rowBytes = elementCount(rest) * ELEMENTS[this.dtype].bytes;
    const offset = this.offset + start * rowBytes;
    return new NDArray(this.storage, [end - start, ...rest], this.dtype, offset);
  }

  /** Frees the memory. The array and its views cannot be used afterwards. */
  free(): void {
    this.storage.free();
  }

  __dlpack__(): DlpackRecord {
    const { code, bits } = ELEMENTS[this.dtype];
    return {
      data: this.sharedMemory().buffer,
      byteOffset: this.address,
      shape: this.shape,
      strides: null,
      dtype: { code, bits, lanes: 1 },
      device: { type: deviceTypeOf(this.device.kind), id: this.device.id },
    };
  }

  toString(): string {
    if (this.isFreed) return `<freed NDArray, ${deviceName(this.device)}>`;
    return `<NDArray shape=[${this.shape.join(", ")}], ${this.dtype}, ${deviceName(this.device)}>\n${this.numpy()}`;
  }
}

export function isDlpackSource(value: unknown): value is DlpackSource {
  return typeof (value as Partial<DlpackSource> | null)?.__dlpack__ === "function";
}

/** A copy of another library's elements in row-major order; float16 as 16 bits each. */
export function dlpackElements(record: DlpackRecord): {
  readonly elements: TypedArray;
  readonly dtype: ElementType;
} {
  const dtype = dlpackElement(record);
  const { bytes, arrayType } = ELEMENTS[dtype];
  const count = (record.data.byteLength - record.byteOffset) / bytes;
  const from = new arrayType(record.data, record.byteOffset, Math.floor(count));
  const size = elementCount(record.shape);
  const elements = new arrayType(new ArrayBuffer(size * bytes), 0, size);
  gather(from, elements, record.shape, record.strides ?? rowMajor(record.shape));
  return { elements, dtype };
}

function dlpackElement({ dtype }: DlpackRecord): ElementType {
  for (const [name, { code, bits }] of Object.entries(ELEMENTS)) {
    // DLPack's newer code for bool is 6, with 8 bits.
    const isBool = name === "bool" && dtype.code === 6;
    const same = isBool || (code === dtype.code && bits === dtype.bits);
    if (same && dtype.lanes === 1) return name as ElementType;
  }
  throw new UsageError(
    "array-dtype",
    `an array of DLPack type (code ${dtype.code}, ${dtype.bits} bits, ${dtype.lanes} lanes) ` +
      `is not supported`,
  );
}

function checkedShape(shape: readonly Dimension[]): readonly number[] {
  const lengths = shape.map(dimensionValue);
  for (const length of lengths) {
    if (!Number.isInteger(length) || length < 0) {
      throw new UsageError(
        "array-shape",
        `[${lengths.join(", ")}] is not a shape: ${length} is not an integer of at least 0`,
      );
    }
  }
  return Object.freeze(lengths);
}

/** Strides in elements of a row-major array. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides: number[] = [];
  for (let d = shape.length - 1, step = 1; d >= 0; step *= shape[d--]!) strides.unshift(step);
  return strides;
}

/** Copies the elements of a strided array, in row-major order. */
function gather(
  from: TypedArray,
  into: TypedArray,
  shape: readonly number[],
  strides: readonly number[],
): void {
  let next = 0;
  const visit = (dimension: number, position: number): void => {
    if (dimension === shape.length) {
      into[next++] = from[position]!;
      return;
    }
    for (let i = 0; i < shape[dimension]!; i++) {
      visit(dimension + 1, position + i * strides[dimension]!);
    }
  };
  visit(0, 0);
}
