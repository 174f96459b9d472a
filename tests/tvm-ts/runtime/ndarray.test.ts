import { expect, test } from "vitest";
import {
  CpuDevice,
  halfToNumber,
  NDArray,
  np,
  numberToHalf,
} from "../../../lib/tvm-ts/src/runtime";

const cpu = new CpuDevice(0);

test.each([
  ["int8", [-128, 127, 3]],
  ["int16", [-32768, 5, 6]],
  ["int32", [-(2 ** 31), 1, 2]],
  ["uint8", [255, 0, 1]],
  ["uint16", [65535, 0, 1]],
  ["uint32", [2 ** 32 - 1, 0, 1]],
  ["float16", [1.5, -65504, 2 ** -24]],
  ["float32", [1.5, -2, Infinity]],
  ["float64", [1.1, -2, 1e300]],
  ["int64", [-(2n ** 63n), 1n, 2n]],
  ["uint64", [2n ** 64n - 1n, 1n, 2n]],
  ["bool", [1, 0, 1]],
] as [string, (number | bigint)[]][])(
  "values of type %s are stored and read back",
  (dtype, values) => {
    const array = NDArray.of(np.array(values, dtype), cpu);
    expect(array.dtype).toBe(dtype);
    expect(array.numpy().toArray()).toEqual(values);
    expect(array.address % 64).toBe(0);
  },
);

test("all 65536 half-precision values survive conversion to a number and back", () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = halfToNumber(bits);
    if (Number.isNaN(value)) expect(Number.isNaN(halfToNumber(numberToHalf(value)))).toBe(true);
    else if (numberToHalf(value) !== bits) expect.unreachable(`bits ${bits}`);
  }
});

test("numbers between two halves round to the nearest, ties to even", () => {
  expect(halfToNumber(numberToHalf(2049))).toBe(2048);
  expect(halfToNumber(numberToHalf(2051))).toBe(2052);
  expect(halfToNumber(numberToHalf(65519))).toBe(65504);
  expect(halfToNumber(numberToHalf(65520))).toBe(Infinity);
  expect(halfToNumber(numberToHalf(2 ** -25))).toBe(0);
  expect(halfToNumber(numberToHalf(2 ** -25 * 1.01))).toBe(2 ** -24);
});

test("a view shares memory, and using a freed array is an error", () => {
  const a = NDArray.of(np.arange(12), cpu);
  const view = a.view([3, 4]);
  view.asTypedArray()[5] = 99;
  expect(a.numpy().get(5)).toBe(99);
  expect(a.view([3, 4]).rows(1, 2).numpy().toArray()).toEqual([[4, 99, 6, 7]]);
  a.free();
  a.free();
  expect(() => view.numpy()).toThrow("this array ([3, 4], int32, cpu(0)) was freed");
});

test("a view of another size is refused with both sizes", () => {
  expect(() => NDArray.empty([4], "int32", cpu).view([5])).toThrow(
    "[5] of int32 takes 20 bytes, but the array has 16",
  );
});

test("copying converts types and refuses other shapes", () => {
  const a = NDArray.empty([2], "int8", cpu).copyFrom(np.array([300, -1], "int32"));
  expect(a.numpy().toArray()).toEqual([44, -1]);
  expect(
    a
      .copyTo(NDArray.empty([2], "float32", cpu))
      .numpy()
      .toArray(),
  ).toEqual([44, -1]);
  expect(() => a.copyFrom([1, 2, 3])).toThrow("shape [3] cannot be copied into one of shape [2]");
});

test("a copy of an array on another device is independent", () => {
  const other = new CpuDevice(1);
  const a = NDArray.of([1, 2], cpu);
  const b = a.copyTo(other);
  a.asTypedArray()[0] = 7;
  expect(b.numpy().toArray()).toEqual([1, 2]);
  expect(b.device).toBe(other);
});

test("a DLPack record of compact memory is imported without a copy, another is gathered", () => {
  const a = NDArray.of(np.array([1, 2, 3, 4], "float32"), cpu);
  const alias = NDArray.fromDlpack({ __dlpack__: () => a.__dlpack__() }, cpu);
  expect(alias.address).toBe(a.address);
  const foreign = {
    __dlpack__: () => ({
      data: new Float32Array([0, 1, 2, 3, 4, 5, 6]).buffer,
      byteOffset: 4,
      shape: [3, 2],
      strides: [1, 3],
      dtype: { code: 2, bits: 32, lanes: 1 },
      device: { type: 1, id: 0 },
    }),
  };
  expect(NDArray.of(foreign, cpu).numpy().toArray()).toEqual([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
});

test.each([
  [[-1], "float32", "[-1] is not a shape"],
  [[1.5], "float32", "[1.5] is not a shape"],
  [[2], "float8", "arrays cannot have elements of type 'float8'"],
] as [number[], string, string][])(
  "an array of shape %s and type %s is refused",
  (s, t, message) => {
    expect(() => NDArray.empty(s, t, cpu)).toThrow(message);
  },
);

test("an array too large for the memory is refused in megabytes", () => {
  expect(() => NDArray.empty([2 ** 31], "float64", cpu)).toThrow(
    /cpu\(0\) is out of memory: 16385 MiB/,
  );
});
