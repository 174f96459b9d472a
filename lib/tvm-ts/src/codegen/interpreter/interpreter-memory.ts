/** The memory of an interpreted program. */

import { dtypeInfo, lanesOf, type DataType, type ScalarType } from "../../ir";
import { UsageError } from "../../support";
import { roundTo, type ScalarValue } from "./scalar";

type Elements =
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

type ElementsOf = new (buffer: ArrayBufferLike, offset: number, length: number) => Elements;

/** Types without a typed array (half floats) are stored in wider ones. */
function layout(type: ScalarType): { readonly array: ElementsOf; readonly bytes: number } {
  const { code, bits } = dtypeInfo(type);
  const signed = code === "int";
  if (code === "float" || code === "bfloat") {
    return bits === 64 ? { array: Float64Array, bytes: 8 } : { array: Float32Array, bytes: 4 };
  }
  if (bits <= 8) return { array: signed ? Int8Array : Uint8Array, bytes: 1 };
  if (bits === 16) return { array: signed ? Int16Array : Uint16Array, bytes: 2 };
  if (bits === 32) return { array: signed ? Int32Array : Uint32Array, bytes: 4 };
  return { array: signed ? BigInt64Array : BigUint64Array, bytes: 8 };
}

/** Bytes that can be accessed as elements of any type. */
export class InterpreterMemory {
  private readonly views = new Map<ScalarType, Elements>();

  private constructor(
    private readonly buffer: ArrayBufferLike,
    private readonly offset: number,
    private readonly bytes: number,
    /** For messages. */
    readonly name: string,
  ) {}

  /** Memory for `count` elements, each byte of which holds `unwritten`. */
  static allocate(dtype: DataType, count: number, name: string, unwritten = 0): InterpreterMemory {
    const { bytes } = layout(dtypeInfo(dtype).element);
    const size = bytes * lanesOf(dtype) * count;
    const buffer = new Uint8Array(Math.ceil(size / 8) * 8).fill(unwritten).buffer;
    return new InterpreterMemory(buffer, 0, size, name);
  }

  /** The memory of an array. */
  static of(data: ArrayBufferView, name: string): InterpreterMemory {
    return new InterpreterMemory(data.buffer, data.byteOffset, data.byteLength, name);
  }

  elements(type: ScalarType): Elements {
    let view = this.views.get(type);
    if (view === undefined) {
      const { array, bytes } = layout(type);
      view = new array(this.buffer, this.offset, Math.floor(this.bytes / bytes));
      this.views.set(type, view);
    }
    return view;
  }
}

/** An address: a memory and an element in it. */
export class Pointer {
  constructor(
    readonly memory: InterpreterMemory,
    readonly element: ScalarType,
    /** In elements. */
    readonly offset: number,
  ) {}

  /** The element `index` after the one pointed to. */
  read(index = 0): ScalarValue {
    return readElement(this.memory, this.element, this.offset + index);
  }

  write(value: ScalarValue, index = 0): void {
    writeElement(this.memory, this.element, this.offset + index, value);
  }
}

/** @throws UsageError for an out-of-bounds index. */
export function readElement(
  memory: InterpreterMemory,
  type: ScalarType,
  index: number,
): ScalarValue {
  const elements = memory.elements(type);
  const value = elements[index];
  if (value === undefined) throw outside(memory, index, elements.length);
  return value;
}

/** @throws UsageError for an out-of-bounds index. */
export function writeElement(
  memory: InterpreterMemory,
  type: ScalarType,
  index: number,
  value: ScalarValue,
): void {
  const elements = memory.elements(type) as {
    [index: number]: ScalarValue;
    readonly length: number;
  };
  if (index < 0 || index >= elements.length) throw outside(memory, index, elements.length);
  const { code, bits } = dtypeInfo(type);
  const isHalf = bits === 16 && (code === "float" || code === "bfloat");
  elements[index] = isHalf ? roundTo(type)(Number(value)) : value;
}

function outside(memory: InterpreterMemory, index: number, length: number): UsageError {
  return new UsageError(
    "run-out-of-bounds",
    `index ${index} of ${memory.name} is out of bounds; it has elements 0 to ${length - 1}`,
  );
}
