/** Converts host arrays to the bytes of a remote device, and back. */

import { elementType, floatsToHalves, halvesToFloats, type ElementType } from "./element";
import { dlpackElements, isDlpackSource, NDArray, type ArrayData } from "./ndarray";
import { emptyArray, fromTyped, toArray, type NumpyArray } from "./numpy/numpy-array";
import type { TypedArray } from "./numpy/library";

/** The values of an array-like object. */
export function hostArray(data: ArrayData): NumpyArray {
  if (data instanceof NDArray) return data.numpy();
  if (!isDlpackSource(data)) return toArray(data);
  const record = data.__dlpack__();
  const { elements, dtype } = dlpackElements(record);
  return fromTyped(dtype === "float16" ? halvesToFloats(elements) : elements, record.shape, dtype);
}

/** An array's elements as bytes in row-major order, converted to `dtype`. */
export function arrayBytes(array: NumpyArray, dtype: ElementType): Uint8Array {
  const typed: TypedArray =
    dtype === "float16"
      ? floatsToHalves(array.astype("float32").data)
      : (array.dtype === dtype ? array : array.astype(dtype)).data;
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}

/** An array that is filled later, as bytes in row-major order. */
export interface UnfilledArray {
  readonly bytes: Uint8Array;
  /** The array, after all bytes are written. */
  finish(): NumpyArray;
}

/** An array whose final memory receives the bytes, without another copy. */
export function unfilledArray(shape: readonly number[], dtype: string): UnfilledArray {
  const type = elementType(dtype);
  if (type === "float16") {
    // Host arrays have no float16: they compute with float32.
    const halves = new Uint16Array(shape.reduce((count, length) => count * length, 1));
    return {
      bytes: new Uint8Array(halves.buffer),
      finish: () => fromTyped(halvesToFloats(halves), shape, type),
    };
  }
  const array = emptyArray(shape, type);
  const { buffer, byteOffset, byteLength } = array.data;
  return { bytes: new Uint8Array(buffer, byteOffset, byteLength), finish: () => array };
}
