/** Every function of `np` has the same result for a part of an array and for a copy of that part. */

import { np } from "tvm-ts";
import { describe, expect, test } from "vitest";

const whole = (): np.ndarray => np.arange(60).reshape([3, 4, 5]);

const VIEWS: Readonly<Record<string, () => np.ndarray>> = {
  "the first of a dimension": () => whole().slice("0"),
  "a later one of a dimension": () => whole().slice("1"),
  "a row": () => whole().slice("2", "1"),
  "a range": () => whole().slice("1:3"),
  "across the inner dimensions": () => whole().slice(":", "0"),
  "some columns": () => whole().slice("2", ":", "1:4"),
  "every second": () => whole().slice("::2", "1::2", "::2"),
  backwards: () => whole().slice("1", "::-1", "::-1"),
  "all in another order": () => whole().transpose([2, 0, 1]),
  "a part in another order": () => whole().slice("2").transpose([1, 0]),
  "a part of another order": () => whole().transpose([2, 0, 1]).slice("1:3"),
  "a repeated row": () => np.broadcastTo(np.arange(4), [3, 4]),
};

type Apply = (a: np.ndarray) => unknown;

const FUNCTIONS: Readonly<Record<string, Apply>> = {
  toString: String,
  data: (a) => [...(a.data as Int32Array)],
  toArray: (a) => a.toArray(),
  copy: (a) => a.copy(),
  flatten: (a) => a.flatten(),
  reshape: (a) => a.reshape([1, -1]),
  transpose: (a) => a.T,
  "transpose, then reshape": (a) => a.T.reshape(-1),
  astype: (a) => a.astype("int8"),
  "astype of the same type": (a) => a.astype(a.dtype),
  "astype to floats": (a) => a.astype("float32"),
  array: (a) => np.array(a, "float32"),
  slice: (a) => a.slice("1:").slice("::-1"),
  squeeze: (a) => np.expandDims(a, 0).squeeze(0),
  sum: (a) => a.sum(),
  "sum of an axis": (a) => a.sum(0),
  "sum of floats": (a) => a.astype("float32").sum(0),
  min: (a) => a.min(),
  max: (a) => np.max(a, 0),
  mean: (a) => a.mean(),
  std: (a) => np.std(a),
  prod: (a) => np.prod(a.mod(3).add(1)),
  all: (a) => np.all(a),
  any: (a) => np.any(a, 0),
  argmax: (a) => a.argmax(),
  argmin: (a) => a.argmin(0),
  add: (a) => a.add(a),
  "add a number": (a) => a.add(1),
  subtract: (a) => np.subtract(1, a),
  multiply: (a) => a.mul(a),
  divide: (a) => a.div(2),
  floorDivide: (a) => a.floorDiv(3),
  mod: (a) => a.mod(a.add(1)),
  power: (a) => a.power(2),
  negative: (a) => a.neg(),
  leftShift: (a) => a.leftShift(a.mod(3)),
  rightShift: (a) => a.rightShift(1),
  bitwise: (a) => a.bitwiseAnd(6).bitwiseOr(a).bitwiseXor(3),
  less: (a) => a.less(30),
  equal: (a) => np.equal(a, a),
  maximum: (a) => np.maximum(a, 30),
  minimum: (a) => np.minimum(a, a),
  abs: (a) => np.abs(a),
  exp: (a) => np.exp(a),
  log: (a) => np.log(a.add(1)),
  sqrt: (a) => np.sqrt(a),
  tanh: (a) => np.tanh(a),
  round: (a) => np.round(a),
  clip: (a) => np.clip(a, 20, 40),
  where: (a) => np.where(a.less(30), a, 0),
  dot: (a) => np.dot(a, a.ndim === 2 ? a.T : a.flatten().slice(`:${a.shape.at(-1)!}`)),
  matmul: (a) => (a.ndim === 2 ? np.matmul(a, a.T) : 0),
  allclose: (a) => np.allclose(a, a),
  expandDims: (a) => np.expandDims(a, 0),
  broadcastTo: (a) => np.broadcastTo(a, [2, ...a.shape]),
  "broadcastTo, then sum": (a) => np.broadcastTo(a, [2, ...a.shape]).sum(0),
  concatenate: (a) => np.concatenate([a, a]),
  stack: (a) => np.stack([a, a]),
  tile: (a) => np.tile(a, [2, 2]),
  repeat: (a) => np.repeat(a, 2, 0),
  flip: (a) => np.flip(a),
  pad: (a) =>
    np.pad(
      a,
      a.shape.map(() => [1, 2] as const),
    ),
  npy: (a) => np.fromNpy(np.toNpy(a)),
  npz: (a) => np.fromNpz(np.toNpz({ a }))["a"],
};

/** Element by element, so that the array's memory layout does not matter. */
function nested(array: np.ndarray, indices: readonly number[] = []): np.Nested {
  if (indices.length === array.ndim) return array.get(...indices);
  const length = array.shape[indices.length]!;
  return Array.from({ length }, (_, i) => nested(array, [...indices, i]));
}

function described(value: unknown): unknown {
  if (!(value instanceof np.ndarray)) return value;
  return { dtype: value.dtype, shape: value.shape, elements: nested(value) };
}

describe.each(Object.entries(VIEWS))("np of %s", (_, view) => {
  test.each(Object.entries(FUNCTIONS))("%s", (_name, apply) => {
    const copied = np.array(nested(view()), view().dtype);
    expect(described(apply(view()))).toEqual(described(apply(copied)));
  });
});

describe("a slice", () => {
  test("shares memory with its array", () => {
    const array = whole();
    array.slice("1").set([2, 3], 99);
    expect(array.get(1, 2, 3)).toBe(99);
  });
});
