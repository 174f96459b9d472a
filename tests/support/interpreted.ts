/** Runs functions in the interpreter, the oracle for their results. */

import { interpret, type Extern, type Pointer } from "../../lib/tvm-ts/src/codegen";
import { tir, type te } from "tvm-ts";
import { inputValues, type InputSpec } from "./golden-data";

/** The C functions that the intrinsics of the golden programs call. */
const externs: Readonly<Record<string, Extern>> = {
  ext_vadd(...args) {
    const [c, a, b, n] = args as [Pointer, Pointer, Pointer, number];
    for (let i = 0; i < n; i++) c.write(Math.fround(Number(a.read(i)) + Number(b.read(i))), i);
  },
  gemv_reset(...args) {
    const [c, m] = args as [Pointer, number];
    for (let i = 0; i < m; i++) c.write(0, i);
  },
  gemv_update(...args) {
    const [c, a, b, m, l, stride] = args as [Pointer, Pointer, Pointer, number, number, number];
    for (let i = 0; i < m; i++) {
      let sum = Number(c.read(i));
      for (let j = 0; j < l; j++) {
        sum = Math.fround(sum + Math.fround(Number(a.read(j)) * Number(b.read(i * stride + j))));
      }
      c.write(sum, i);
    }
  },
};

type ArrayType = new (
  length: number,
) => (Int32Array | BigInt64Array | Float32Array) & ArrayBufferView;

const arrays = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
} as unknown as Readonly<Record<string, ArrayType>>;

/** An array with the values of `spec`, or zeros. */
export function makeArray(
  shape: readonly number[],
  dtype: string,
  spec?: InputSpec,
): { data: ArrayBufferView; shape: readonly number[] } {
  const count = shape.reduce((product, dim) => product * dim, 1);
  const data = new arrays[dtype]!(count);
  if (spec !== undefined) {
    inputValues(count, spec).forEach((value, i) => {
      data[i] = dtype === "int64" ? BigInt(value) : value;
    });
  }
  return { data, shape };
}

/** Runs a function whose arguments are `tensors`; returns the bytes of each array afterwards. */
export function runInterpreted(
  func: tir.PrimFunc,
  tensors: readonly te.Tensor[],
  specs: readonly (InputSpec | undefined)[],
  unwritten = 0,
): Uint8Array[] {
  const args = tensors.map((tensor, i) => {
    const shape = tensor.shape.map((dim) => tir.constIntValue(dim)!);
    return makeArray(shape, tensor.dtype, specs[i]);
  });
  interpret(func, args, { externs, unwritten });
  return args.map(({ data }) => new Uint8Array(data.buffer));
}
