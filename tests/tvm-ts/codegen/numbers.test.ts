/** Numbers in compiled code, where TVM or its code generators differ: docs/numerics.md. */

import { beforeAll, describe, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { runC } from "../../support/compiled-c";

const { te, tir, topi, nd, np } = tvm;

beforeAll(tvm.ready);

/** The results for arrays by WebAssembly and by C, which must agree. */
function compute(
  inputs: readonly (readonly [values: readonly number[], dtype: string])[],
  body: (...tensors: tvm.te.Tensor[]) => tvm.te.Tensor,
  { config = {}, c = true }: { readonly config?: tvm.pass.PassConfig; readonly c?: boolean } = {},
): unknown[] {
  const tensors = inputs.map(([values, dtype], i) =>
    te.placeholder([values.length], { name: "AB"[i]!, dtype }),
  );
  const result = body(...tensors);
  const schedule = te.createSchedule(result.op);
  const args = [...tensors, result];
  const shape = result.shape.map((extent) => tir.constIntValue(extent)!);
  const arrays = inputs.map(([values, dtype]) => np.array([...values]).astype(dtype));
  const context = new tvm.PassContext({ config });

  const out = nd.empty(shape, result.dtype);
  tvm.build(schedule, args, { context })(...arrays.map((array) => nd.array(array)), out);
  const ofWasm = out.numpy().toArray() as unknown[];
  if (!c) return ofWasm;

  const [main] = tvm.lower(schedule, args, { context }).functions.values();
  const ofC = runC(main!, [...arrays, np.zeros(shape, result.dtype)])
    .at(-1)!
    .toArray();
  expect(ofC).toEqual(ofWasm);
  return ofWasm;
}

function elementwise(
  values: readonly number[],
  dtype: string,
  body: (a: tvm.tir.PrimExpr, b: tvm.tir.PrimExpr) => tvm.tir.PrimExpr,
  others: readonly number[] = values,
  config: tvm.pass.PassConfig = {},
): unknown[] {
  const inputs = [values, others].map((list) => [list, dtype] as const);
  return compute(
    inputs,
    (A, B) => te.compute([values.length], (i) => body(A!(i), B!(i)), { name: "C" }),
    { config },
  );
}

/** A reduction of one row, by WebAssembly. */
function reduced(
  values: readonly number[],
  dtype: string,
  operator: (x: tvm.te.Tensor, axis: number) => tvm.te.Tensor,
): unknown {
  const ofRow = (A: tvm.te.Tensor | undefined): tvm.te.Tensor =>
    operator(
      te.compute([1, values.length], (_, j) => A!(j), { name: "row" }),
      1,
    );
  return compute([[values, dtype]], ofRow, { c: false })[0];
}

const one = tir.constant(1, "float32");
const zero = tir.constant(0, "float32");

describe("truth values", () => {
  test("the sum of truth values is true if one of them is true", () => {
    expect(reduced([1, 1, 0], "bool", topi.sum)).toBe(1);
    expect(reduced([0, 0, 0], "bool", topi.sum)).toBe(0);
    expect(compute([[[1, 1, 0], "bool"]], (A) => topi.sum(A!, 0, true))).toEqual([1]);
  });

  test("true + true is true, as a condition, as a value and as a constant", () => {
    const both = (a: tvm.tir.PrimExpr): tvm.tir.PrimExpr => a.lt(3).add(a.lt(5));
    expect(
      elementwise([0, 2, 4, 9], "int32", (a) =>
        te.ifThenElse(both(a), tir.constant(1), tir.constant(0)),
      ),
    ).toEqual([1, 1, 1, 0]);
    expect(elementwise([0, 2, 4, 9], "int32", both)).toEqual([1, 1, 1, 0]);
    expect(tir.reprExpr(tir.add(true, true))).toBe("(bool)1");
  });

  test("of truth values - is exclusive or, * is and, ~ is not", () => {
    const [x, y] = [
      [1, 1, 0, 0],
      [1, 0, 1, 0],
    ];
    expect(elementwise(x!, "bool", (a, b) => a.sub(b), y)).toEqual([0, 1, 1, 0]);
    expect(elementwise(x!, "bool", (a, b) => a.mul(b), y)).toEqual([1, 0, 0, 0]);
    expect(elementwise(x!, "bool", (a) => a.bitwiseNot())).toEqual([0, 0, 1, 1]);
  });

  test("every number but 0 is true", () => {
    expect(elementwise([0, 0.5, -2, NaN], "float32", (a) => a.astype("bool"))).toEqual([
      0, 1, 1, 1,
    ]);
    expect(tir.reprExpr(tir.cast("bool", tir.constant(0.5, "float32")))).toBe("(bool)1");
    expect(tir.reprExpr(tir.cast("bool", tir.constant(2)))).toBe("(bool)1");
  });
});

describe("rounding", () => {
  const halves = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 8388609];
  test.each(["round", "nearbyint"] as const)("%s takes halves to even, folded or not", (name) => {
    const rounded = [0, 2, 2, -0, -2, -2, 0, 8388609];
    expect(elementwise(halves, "float32", (a) => te[name](a))).toEqual(rounded);
    const folded = halves.map((x) => te[name](tir.constant(x, "float32")));
    expect(folded.map((expr) => (expr as tvm.tir.FloatImm).value)).toEqual(rounded);
  });
});

describe("floats are computed as the program is written", () => {
  test("a term that is added and subtracted does not cancel", () => {
    const big = [1e8, Infinity, NaN];
    const ones = [1, 1, 1];
    expect(elementwise(big, "float32", (a, b) => a.add(b).sub(a), ones)).toEqual([0, NaN, NaN]);
    expect(elementwise(big, "float32", (a) => a.sub(a))).toEqual([0, NaN, NaN]);
    const select = (a: tvm.tir.PrimExpr): tvm.tir.PrimExpr => te.select(a.gt(0), a, one).sub(a);
    expect(elementwise(big, "float32", select)).toEqual([0, NaN, NaN]);
  });

  test("a product with 0 and a quotient of 0 keep NaN, infinity and -0", () => {
    const values = [NaN, Infinity, -1, -0];
    expect(elementwise(values, "float32", (a) => a.mul(zero))).toEqual([NaN, NaN, -0, -0]);
    expect(elementwise(values, "float32", (a) => zero.div(a))).toEqual([NaN, 0, -0, NaN]);
    expect(elementwise(values, "float32", (a) => a.sub(zero))).toEqual(values);
    // The one exception, which docs/numerics.md names: -0 + 0 stays -0.
    expect(elementwise(values, "float32", (a) => a.add(zero))).toEqual(values);
  });

  test("a quotient is rounded once", () => {
    const integers = Array.from({ length: 200 }, (_, i) => i);
    const three = tir.constant(3, "float32");
    expect(elementwise(integers, "float32", (a) => a.trueDiv(three))).toEqual(
      integers.map((i) => Math.fround(i / 3)),
    );
  });

  test("a compensated sum keeps the rounding errors", () => {
    // Knuth's sum of two numbers: the error of a + b.
    const error = (a: tvm.tir.PrimExpr, b: tvm.tir.PrimExpr): tvm.tir.PrimExpr => {
      const sum = a.add(b);
      const rest = sum.sub(a);
      return a.sub(sum.sub(rest)).add(b.sub(rest));
    };
    expect(elementwise([1e8, 16777216], "float32", error, [1, 1])).toEqual([1, 1]);
  });

  test("with fastMath floats are simplified as if they were exact", () => {
    const config = { "tir.fastMath": true };
    const fast = (body: (a: tvm.tir.PrimExpr, b: tvm.tir.PrimExpr) => tvm.tir.PrimExpr) =>
      elementwise([NaN, 1e8], "float32", body, [1, 1], config);
    expect(fast((a) => a.sub(a))).toEqual([0, 0]);
    expect(fast((a, b) => a.add(b).sub(a))).toEqual([1, 1]);
    expect(fast((a) => a.mul(zero))).toEqual([0, 0]);
    expect(fast((a) => te.ifThenElse(a.lt(one).not(), one, zero))).toEqual([0, 1]);
  });
});

describe("comparisons with NaN", () => {
  const values = [0, NaN, 2];
  const where = (condition: (a: tvm.tir.PrimExpr) => tvm.tir.PrimExpr): unknown[] =>
    elementwise(values, "float32", (a) => te.ifThenElse(condition(a), one, zero));

  test("keep their meaning when they are negated, or joined", () => {
    expect(where((a) => a.lt(one).not())).toEqual([0, 1, 1]);
    expect(where((a) => a.ge(one).not())).toEqual([1, 1, 0]);
    expect(where((a) => te.any(a.le(one), one.lt(a)))).toEqual([1, 0, 1]);
    expect(where((a) => te.any(a.eq(one), a.ne(one)))).toEqual([1, 1, 1]);
    expect(where((a) => te.any(a.lt(one), a.gt(one)).not())).toEqual([0, 1, 0]);
  });

  test("keep their meaning in the branches that they decide", () => {
    const nested = elementwise(values, "float32", (a) =>
      te.ifThenElse(a.lt(one), zero, te.ifThenElse(a.ge(one), one, tir.constant(9, "float32"))),
    );
    expect(nested).toEqual([0, 9, 1]);
  });

  test("and minima and maxima give the second operand", () => {
    const [nan, five] = [tir.constant(NaN, "float32"), tir.constant(5, "float32")];
    expect(elementwise([5], "float32", (a) => te.min(nan, a))).toEqual([5]);
    expect(elementwise([5], "float32", (a) => te.min(a, nan))).toEqual([NaN]);
    expect((te.min(nan, five) as tvm.tir.FloatImm).value).toBe(5);
    expect((te.max(five, nan) as tvm.tir.FloatImm).value).toBe(NaN);
  });
});

describe("reductions of extreme values", () => {
  test("the maximum of -infinity is -infinity, the minimum of infinity infinity", () => {
    for (const dtype of ["float16", "float32", "float64"]) {
      expect(reduced([-Infinity, -Infinity], dtype, topi.max)).toBe(-Infinity);
      expect(reduced([Infinity, Infinity], dtype, topi.min)).toBe(Infinity);
      expect(reduced([-Infinity, 3, 2], dtype, topi.max)).toBe(3);
    }
  });

  test.each([
    ["float32", -Infinity, Infinity],
    ["int8", -128, 127],
    ["int32", -(2 ** 31), 2 ** 31 - 1],
    ["uint8", 0, 255],
  ])("argmax and argmin of rows of extreme %s values are indices", (dtype, least, most) => {
    expect(reduced([least, least], dtype, topi.argmax)).toBe(0);
    expect(reduced([most, most], dtype, topi.argmin)).toBe(0);
    const last = (x: tvm.te.Tensor, axis: number): tvm.te.Tensor =>
      topi.argmax(x, axis, false, true);
    expect(reduced([least, least], dtype, last)).toBe(1);
    expect(reduced([least, most, most], dtype, topi.argmax)).toBe(1);
    expect(reduced([least, most, most], dtype, last)).toBe(2);
  });
});

describe("integers wrap around", () => {
  const least = -(2 ** 31);
  const most = 2 ** 31 - 1;
  const int32 = (
    values: readonly number[],
    body: (a: tvm.tir.PrimExpr, b: tvm.tir.PrimExpr) => tvm.tir.PrimExpr,
    others?: readonly number[],
  ): unknown[] => elementwise(values, "int32", body, others);

  test("before they are divided", () => {
    expect(int32([least], (a) => a.add(-3).floorMod(5))).toEqual([0]);
    expect(int32([2_000_000_000], (a) => te.truncDiv(a.mul(2), 2))).toEqual([-147483648]);
    expect(int32([2 ** 30], (a) => a.mul(4).add(5).floorDiv(4))).toEqual([1]);
  });

  test("before they are compared", () => {
    expect(int32([most], (a) => a.add(1).gt(a).astype("int32"))).toEqual([0]);
    expect(int32([most], (a) => te.max(a.add(1), a))).toEqual([most]);
    expect(int32([least], (a, b) => a.sub(b).lt(0).astype("int32"), [1])).toEqual([0]);
    expect(int32([2 ** 30], (a) => a.mul(4).eq(0).astype("int32"))).toEqual([1]);
  });

  test("before they are converted to a wider type", () => {
    expect(int32([most], (a) => a.add(1).astype("int64").floorDiv(2).astype("int32"))).toEqual([
      -(2 ** 30),
    ]);
    expect(elementwise([127], "int8", (a) => a.add(a).astype("int32").lt(0))).toEqual([1]);
    expect(elementwise([200], "uint8", (a) => a.add(a).astype("int32").lt(300))).toEqual([1]);
  });

  test("also in conditions that decide branches", () => {
    const body = (a: tvm.tir.PrimExpr): tvm.tir.PrimExpr =>
      te.ifThenElse(a.add(1).gt(0), te.ifThenElse(a.gt(-1), 1, 2), 3);
    expect(int32([most, 0, -1], body)).toEqual([3, 1, 3]);
  });

  test("and sums of elements are still reordered", () => {
    const A = te.placeholder([8], { name: "A", dtype: "int32" });
    const C = te.compute([8], (i) => A(i).add(3).add(A(i).mul(2)).sub(1), { name: "C" });
    const text = tvm.lower(te.createSchedule(C.op), [A, C], { simpleMode: true }).toString();
    expect(text).toContain("C[i] = ((A[i]*3) + 2)");
  });
});
