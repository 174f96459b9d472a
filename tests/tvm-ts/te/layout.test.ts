/** `transformLayout`: the lowered loops, the returned axes, and the layout of arguments. */

import fc from "fast-check";
import * as tvm from "tvm-ts";
import { np, te, tir } from "tvm-ts";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => tvm.ready());

/** `B = A + 1` over [8, 12]. */
function plusOne(shape: readonly number[] = [8, 12]) {
  const A = te.placeholder(shape, { name: "A", dtype: "int32" });
  const B = te.compute(shape, (...i) => A(...i).add(1), "B");
  const s = te.createSchedule(B.op);
  return { A, B, s, a: s.stage(A), b: s.stage(B) };
}

test("the loops over the new layout are returned; a placeholder has none", () => {
  const { s, a, b } = plusOne();
  const [x, y, z] = b.transformLayout((i, j) => [j.floorDiv(4), i, j.floorMod(4)]);
  expect(b.leafIterVars).toEqual([x, y, z]);
  expect([x, y, z].map((axis) => `${axis!.name}: ${axis!.dom!.extent}`)).toEqual([
    "axis0: 3",
    "axis1: 8",
    "axis2: 4",
  ]);
  expect(a.transformLayout((i, j) => [j, i])).toEqual([]);
  expect(String(a.layoutTransforms[0])).toBe("index_map(lambda i, j: (j, i,))");
  expect(s.stages.map((stage) => stage.relations.length)).toEqual([0, 1]);
});

test("inputs and outputs of a call have the new layout", () => {
  const { A, B, s, a, b } = plusOne();
  a.transformLayout((i, j) => [j, i]);
  b.transformLayout((i, j) => i.mul(12).add(j));
  const run = tvm.build(s, [A, B]);
  const given = np.arange(96).reshape([8, 12]).astype("int32");
  const result = tvm.nd.empty([96], "int32");
  run(tvm.nd.array(given.transpose()), result);
  expect([...result.numpy().data]).toEqual(Array.from({ length: 96 }, (_, k) => k + 1));
  expect(() => run(tvm.nd.array(given), result)).toThrow(/A.*shape|shape.*A/s);
});

test("an input in blocks may have places that are not used", () => {
  const { A, B, s, a } = plusOne([18]);
  a.transformLayout((i) => [i.floorDiv(4), i.floorMod(4)]);
  const run = tvm.build(s, [A, B]);
  const result = tvm.nd.empty([18], "int32");
  run(tvm.nd.array(np.arange(20).reshape([5, 4]).astype("int32")), result);
  expect([...result.numpy().data]).toEqual(Array.from({ length: 18 }, (_, k) => k + 1));
});

test("the part that a loop needs stays inside its memory, wherever blocks of the layout begin", () => {
  const { A, B } = plusOne([16]);
  const C = te.compute([14], (i) => B(i).add(B(i.add(2))), "C");
  const s = te.createSchedule(C.op);
  s.stage(B).transformLayout((i) => [i.floorDiv(2), i.floorMod(2)]);
  s.stage(B).computeAt(s.stage(C), C.op.axis[0]!);
  // In TVM 0.10 the two elements of the first block are stored at -1 and 0 where i is odd.
  expect(String(tvm.lower(s, [A, C]))).toContain("if (0 <= (");
  const result = tvm.nd.empty([14], "int32");
  tvm.build(s, [A, C])(tvm.nd.array(np.arange(16).astype("int32")), result);
  expect([...result.numpy().data]).toEqual(Array.from({ length: 14 }, (_, k) => 2 * k + 4));
});

test("a buffer that is filled while it is read may have another layout", () => {
  const { A, B, b } = plusOne([64]);
  const C = te.compute([64], (i) => B(i).mul(2), "C");
  const s = te.createSchedule(C.op);
  s.stage(B).transformLayout((i) => [i.floorMod(4), i.floorDiv(4)]);
  const [outer] = s.stage(C).split(C.op.axis[0]!, { factor: 8 });
  s.stage(B).computeAt(s.stage(C), outer).doubleBuffer();
  const result = tvm.nd.empty([64], "int32");
  tvm.build(s, [A, C])(tvm.nd.array(np.arange(64).astype("int32")), result);
  expect([...result.numpy().data]).toEqual(Array.from({ length: 64 }, (_, k) => 2 * k + 2));
  expect(b.layoutTransforms).toEqual([]);
});

test("dimensions on the two sides of a separator are flattened separately", () => {
  const { A, B, s, a } = plusOne([2, 3, 4]);
  a.transformLayout((i, j, k) => [i, te.AXIS_SEPARATOR, j, k]);
  expect(a.axisSeparators).toEqual([1]);
  expect(String(tvm.lower(s, [A, B]))).toContain("A_2: Pointer(int32), int32, [2, 12], []");
});

describe("the inverse map reverts the map", () => {
  /** Dimensions split and put in another order, as `[dimension, divisor]`. */
  const layouts = fc
    .tuple(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.infiniteStream(fc.integer({ min: 0, max: 1000 })),
    )
    .map(([dims, stream]) => ({
      shape: dims.map(([outer, inner]) => outer * inner),
      inner: dims.map(([, inner]) => inner),
      order: dims
        .flatMap((_, i) => [2 * i, 2 * i + 1])
        .map((part) => ({ part, key: stream.next().value as number }))
        .sort((x, y) => x.key - y.key)
        .map(({ part }) => part),
    }));

  test("for dimensions that are split and reordered", () => {
    fc.assert(
      fc.property(layouts, ({ shape, inner, order }) => {
        const { b } = plusOne(shape);
        b.transformLayout((...i) => {
          const parts = i.flatMap((index, d) => [
            index.floorDiv(inner[d]!),
            index.floorMod(inner[d]!),
          ]);
          return order.map((part) => parts[part]!);
        });
        const relation = b.relations[0] as te.Transform;
        const { forward, inverse } = relation;
        const size = shape.reduce((product, extent) => product * extent, 1);
        for (let k = 0; k < size; k++) {
          let rest = k;
          const place = shape.map((_, d) => {
            const stride = shape.slice(d + 1).reduce((product, extent) => product * extent, 1);
            const index = Math.floor(rest / stride);
            rest %= stride;
            return index;
          });
          const moved = valuesOf(forward, place);
          expect(valuesOf(inverse, moved)).toEqual(place);
        }
      }),
      { numRuns: 15 },
    );
  });
});

function valuesOf(map: tir.IndexMap, indices: readonly number[]): number[] {
  const analyzer = new tvm.arith.Analyzer();
  const values = new Map(
    map.initialIndices.map((variable, i) => [variable, new tir.IntImm(indices[i]!)] as const),
  );
  return map.finalIndices.map((index) => {
    const value = analyzer.simplify(tir.substitute(index, values));
    return (value as tir.IntImm).value;
  });
}
