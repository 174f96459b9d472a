import { describe, expect, test } from "vitest";
import { te, tir } from "tvm-ts";

const names = (tensor: te.Tensor) => tensor.op.axis.map((axis) => axis.name);

test("a shape is available as expressions and as numbers, and a tensor has no length", () => {
  const A = te.placeholder([4, 2], { name: "A" });
  expect(A.constShape).toEqual([4, 2]);
  const S = te.placeholder([te.var("n")], { name: "S" });
  expect(() => S.constShape).toThrow("n: int32 is not a constant integer");
  expect(() => A.length).toThrow("a tensor has no length; use .shape or .ndim of A");
});

describe("axes are named after the function's parameters", () => {
  const A = te.placeholder([4, 4], { name: "A" });

  test("of an arrow function, a function expression and a method", () => {
    expect(names(te.compute([4, 4], (y, x) => A(y, x)))).toEqual(["y", "x"]);
    expect(
      names(
        te.compute([4, 4], function (row, column) {
          return A(row, column);
        }),
      ),
    ).toEqual(["row", "column"]);
    const holder = {
      element(p: tir.Var, q: tir.Var) {
        return A(p, q);
      },
    };
    expect(names(te.compute([4, 4], holder.element))).toEqual(["p", "q"]);
  });

  test("of one parameter without parentheses", () => {
    const fn = new Function("A", "return i => A(i, 0)") as (
      a: te.Tensor,
    ) => (i: tir.Var) => tir.PrimExpr;
    expect(names(te.compute([4], fn(A)))).toEqual(["i"]);
  });

  test("behind comments, with defaults and with letters beyond ASCII", () => {
    const fn = new Function("A", "return (/* row */ α, // column\n $b = 3) => A(α, $b)") as (
      a: te.Tensor,
    ) => (i: tir.Var, j: tir.Var) => tir.PrimExpr;
    expect(names(te.compute([4, 4], fn(A)))).toEqual(["α", "$b"]);
  });

  test("variadic ones are i0, i1, ... or the given names", () => {
    expect(names(te.compute([4, 4], (...i) => A(...i)))).toEqual(["i0", "i1"]);
    expect(names(te.compute([4, 4], (y, ...rest) => A(y, ...rest)))).toEqual(["y", "i0"]);
    expect(names(te.compute([4, 4], (...i) => A(...i), { varargsNames: ["a", "b"] }))).toEqual([
      "a",
      "b",
    ]);
  });

  test("functions whose parameters cannot be read, or that have none, get default names", () => {
    const bound = ((...i: tir.Var[]) => A(...i)).bind(undefined);
    expect(names(te.compute([4, 4], bound))).toEqual(["i0", "i1"]);
    expect(names(te.compute([4, 4], () => 1))).toEqual(["i0", "i1"]);
  });
});

test("tensors, operations, stages and axes print as the reference prints them", () => {
  const A = te.placeholder([4, 8], { name: "A" });
  const k = te.reduceAxis([0, 8], "k");
  const B = te.compute([4], (i) => te.sum(A(i, k), k), { name: "B", tag: "t", attrs: { a: "x" } });
  const s = te.createSchedule(B);
  const [outer] = s.stage(B).split(B.op.axis[0]!, { factor: 2 });
  const op =
    "compute(B, body=[reduce(combiner=comm_reducer(result=[(x + y)], lhs=[x], rhs=[y], " +
    "identity_element=[0f]), source=[A[i, k]], init=[], axis=[iter_var(k, range(min=0, ext=8))], " +
    "where=(bool)1, value_index=0)], axis=[iter_var(i, range(min=0, ext=4))], " +
    'reduce_axis=[iter_var(k, range(min=0, ext=8))], tag=t, attrs={"a": "x"})';
  expect(String(A)).toBe("Tensor(shape=[4, 8], op.name=A)");
  expect(String(B.op)).toBe(op);
  expect(String(s.stage(B))).toBe(`stage(B, ${op})`);
  expect(String(outer)).toBe("iter_var(i.outer, )");
  expect(String(te.threadAxis([0, 4], "vthread"))).toBe(
    "iter_var(vthread, range(min=0, ext=4), vthread)",
  );
  expect(te.relationText(s.stage(B).relations[0]!)).toBe(
    "split(parent=iter_var(i, range(min=0, ext=4)), outer=iter_var(i.outer, ), " +
      "inner=iter_var(i.inner, ), factor=2)",
  );
});

test("a tensor can be called, is an object, and knows its shape and type", () => {
  const A = te.placeholder([4, te.var("n")], { name: "A", dtype: "int8" });
  expect(A).toBeInstanceOf(te.Tensor);
  expect([A.name, A.dtype, A.ndim, A.shape.map(String)]).toEqual([
    "A",
    "int8",
    2,
    ["4", "n: int32"],
  ]);
  expect(A(1, 2).kind).toBe("ProducerLoad");
  expect(A.op.output(0)).toBe(A);
});

test("a function that returns a list makes as many tensors of one operation", () => {
  const A = te.placeholder([4], { name: "A" });
  const [sum, difference] = te.compute([4], (i) => [A(i).add(1), A(i).sub(1)], "P");
  expect([sum!.name, difference!.name, difference!.valueIndex]).toEqual(["P.v0", "P.v1", 1]);
  expect(sum!.op).toBe(difference!.op);
});

describe("reducers", () => {
  const k = te.reduceAxis([0, 8], "k");
  const A = te.placeholder([8], { name: "A", dtype: "int32" });

  test("combine values directly when no axis is given", () => {
    expect(String(te.max(A(0), 3))).toBe("max(A[0], 3)");
    expect(String(te.sum(A(0), A(1), A(2)))).toBe("((A[0] + A[1]) + A[2])");
  });

  test("have their identity in the type of the reduced values", () => {
    const prod = te.commReducer(
      (a, b) => a.mul(b),
      () => 1,
    );
    const reduce = prod(A(k).astype("float32"), k) as tir.Reduce;
    expect(reduce.combiner.identity.map(String)).toEqual(["1f32"]);
    expect(reduce.combiner.lhs.map((variable) => variable.name)).toEqual(["a"]);
  });

  test("of several values name each operand", () => {
    const argmax = te.tupleReducer(
      (x, y) => [
        tir.select(x[1]!.ge(y[1]!), x[0]!, y[0]!),
        tir.select(x[1]!.ge(y[1]!), x[1]!, y[1]!),
      ],
      ([index, value]) => [te.const(-1, index), tir.minValue(value!)],
    );
    const [index, value] = argmax([k, A(k)], k) as tir.Reduce[];
    expect(index!.combiner.lhs.map((variable) => variable.name)).toEqual(["x_0", "x_1"]);
    expect([index!.valueIndex, value!.valueIndex]).toEqual([0, 1]);
    expect(index!.source).toBe(value!.source);
  });

  test("keep the condition under which an element is included", () => {
    const reduce = te.sum(A(k), k, { where: k.lt(3) }) as tir.Reduce;
    expect(String(reduce.condition)).toBe("(k: int32 < 3)");
  });
});

test("operations declared in a tag scope have its tag", () => {
  const A = te.placeholder([4], { name: "A" });
  const B = te.tagScope("conv", () => te.compute([4], (i) => A(i), "B"));
  expect(B.op.tag).toBe("conv");
  expect(te.compute([4], (i) => A(i)).op.tag).toBe("");
});

test("arithmetic on tensors repeats dimensions of extent 1", () => {
  const A = te.placeholder([4, 1], { name: "A" });
  const B = te.placeholder([3], { name: "B" });
  const sum = A.add(B);
  expect(sum.shape.map(String)).toEqual(["4", "3"]);
  expect(String(sum.op)).toContain("compute(T_add, body=[(A[ax0, 0] + B[ax1])]");
  expect(sum.op.tag).toBe("broadcast");
  expect(String(A.mul(2).op)).toContain("body=[(A[ax0, ax1]*2f)]");
});
