import { expect, test } from "vitest";
import { np } from "../../../lib/tvm-ts/src/runtime";

test("random numbers are NumPy's for the same seed", () => {
  np.random.seed(3);
  expect(np.random.randint(-128, 128, [3, 4]).toArray()).toEqual([
    [-22, 24, 121, 3],
    [56, 72, -128, -107],
    [125, 19, 74, -21],
  ]);
  np.random.seed(3);
  expect(np.random.rand(2).toArray()).toEqual([0.5507979025745755, 0.7081478226181048]);
});

test("the tutorial's packing: reshape, transpose and back", () => {
  const a = np.random.randint(-128, 128, [2, 32]).astype("int8");
  const packed = a.reshape(2, 1, 2, 16).transpose([0, 2, 1, 3]);
  expect(packed.shape).toEqual([2, 2, 1, 16]);
  const back = packed.transpose(0, 2, 1, 3).reshape([2, 32]);
  np.testing.assertEqual(back, a);
  expect(a.T.shape).toEqual([32, 2]);
  expect([...a.T.data].slice(0, 2)).toEqual([a.get(0, 0), a.get(1, 0)]);
});

test("integers wrap when converted and when added, a fraction widens the array", () => {
  expect(np.array([300, -129], "int32").astype("int8").toArray()).toEqual([44, 127]);
  expect(np.array([100], "int8").add(100).toArray()).toEqual([-56]);
  expect(np.array([3], "int8").mul(0.5).toArray()).toEqual([1.5]);
  expect(np.array([3], "int8").add(1000).toArray()).toEqual([1003]);
  expect(np.array([-5, 7], "int32").rightShift(1).toArray()).toEqual([-3, 3]);
});

test("differences are counted and shown by index", () => {
  const a = np.zeros([2, 3], "int32");
  const b = a.copy();
  b.set([1, 2], 5);
  expect(() => np.testing.assertEqual(a, b)).toThrow(
    "the arrays are not equal: 1 of 6 elements differ, by 5 at most\n  at [1, 2]: 0, not 5",
  );
  expect(() => np.testing.assertEqual(a, np.zeros([3, 2]))).toThrow(
    "the arrays differ in shape: [2, 3] and [3, 2]",
  );
  np.testing.assertAllclose([1, NaN], [1 + 1e-9, NaN]);
  expect(() => np.testing.assertAllclose([1], [1.1], { rtol: 1e-3 })).toThrow("within rtol=0.001");
});

test.each([
  [[1, 2], [1, 2 + 1e-6], true],
  [[1, 2], [1, 2.1], false],
  [[[1], [1]], [1, 1, 1], true],
  [5, [5, 5], true],
  [[Infinity], [Infinity], true],
  [[NaN], [NaN], false],
  [[NaN], [1], false],
])("np.allclose(%j, %j) is %s", (a, b, close) => expect(np.allclose(a, b)).toBe(close));

test("np.allclose of shapes that cannot be broadcast is refused", () => {
  expect(() => np.allclose([1, 2], [1, 2, 3])).toThrow("np: ");
  expect(np.allclose([1], [1.5], { atol: 1 })).toBe(true);
});

test("arrays are written to and read from .npy and .npz", () => {
  const a = np.arange(6).reshape(2, 3);
  np.testing.assertEqual(np.fromNpy(np.toNpy(a)), a);
  const { x, y } = np.fromNpz(np.toNpz({ x: a, y: np.array([1.5], "float32") }));
  np.testing.assertEqual(x!, a);
  expect(y!.dtype).toBe("float32");
  expect(() => np.fromNpy(new Uint8Array(20))).toThrow("np: ");
});

test.each([
  [() => np.zeros([-1]), "[-1] is not a shape: -1 is not an integer of at least 0"],
  [() => np.zeros([2], "int4"), "'int4' is not an element type of arrays"],
  [() => np.array([[1], [1, 2]]), "the nested arrays have different shapes"],
  [() => np.array([1, "x" as never]), "an array holds numbers"],
  [() => np.zeros([4]).reshape(3), "np: cannot reshape"],
  [() => np.random.randint(3, 3), "high must be greater than low"],
] as [() => unknown, string][])("bad input %# is refused with a message", (run, message) => {
  expect(run).toThrow(message);
});

test("a reduction to one number keeps its type and is printed as NumPy prints it", () => {
  const a = np.arange(6).reshape([2, 3]).astype("int8");
  const facts = (x: ReturnType<typeof np.array>) => [x.dtype, x.shape, String(x)];
  expect(facts(a.sum())).toEqual(["int64", [], "15"]);
  expect(facts(a.max())).toEqual(["int8", [], "5"]);
  expect(facts(a.flatten().min(0))).toEqual(["int8", [], "0"]);
  expect(facts(a.mean())).toEqual(["float64", [], "2.5"]);
  expect(facts(a.astype("float32").sum())).toEqual(["float32", [], "15.0"]);
});
