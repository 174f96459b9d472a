/** Arrays on the host as the bytes that a device elsewhere holds, and back. */

import { ELEMENTS, elementType, floatsToHalves, halvesToFloats, type ElementType } from "./element";
import { NDArray, type ArrayData } from "./ndarray";
import { fromTyped, toArray, type NumpyArray } from "./numpy/numpy-array";
import type { TypedArray } from "./numpy/library";
import { UsageError } from "../support";

/** The values of anything that an array can be made of. */
export function hostArray(data: ArrayData): NumpyArray {
  if (data instanceof NDArray) return data.numpy();
  if (typeof (data as { __dlpack__?: unknown } | null)?.__dlpack__ === "function") {
    throw new UsageError("another library's array goes to a remote device by way of np.array(...)");
  }
  return toArray(data as Exclude<ArrayData, NDArray | { __dlpack__(): unknown }>);
}

/** An array's elements as bytes in row-major order, converted to `dtype`. */
export function arrayBytes(array: NumpyArray, dtype: ElementType): Uint8Array {
  const typed: TypedArray =
    dtype === "float16"
      ? floatsToHalves(array.astype("float32").data)
      : (array.dtype === dtype ? array : array.astype(dtype)).data;
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}

/** The array with these bytes, which become its own. */
export function arrayOfBytes(
  bytes: Uint8Array,
  shape: readonly number[],
  dtype: string,
): NumpyArray {
  const type = elementType(dtype);
  const { window, bytes: width } = ELEMENTS[type];
  // Elements start at multiples of their size.
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const typed = new window(aligned.buffer, aligned.byteOffset, aligned.byteLength / width);
  return fromTyped(type === "float16" ? halvesToFloats(typed) : typed, shape, type);
}
