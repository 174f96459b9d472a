/** Parts of a loop begin and end inside of it, for any conditions, sizes and surrounding loops. */

import { describe, expect, test } from "vitest";
import { lower, PassContext, te, tir } from "tvm-ts";
import { counting, runSchedule } from "../../support/run-lowered";

/** Partitions loops of constant extent too. */
const constantLoops = new PassContext({
  config: { "tir.LoopPartition": { partitionConstLoop: true } },
});

type Condition = (i: tir.Var, j: tir.Var) => tir.PrimExpr;

/** `i * 100 + j` where the condition holds, else -7. */
function chosen(rows: number, columns: number, condition: Condition): te.Tensor {
  return te.compute(
    [rows, columns],
    (i, j) => te.ifThenElse(condition(i, j), i.mul(100).add(j), tir.constant(-7)),
    "C",
  );
}

function expected(
  rows: number,
  columns: number,
  holds: (i: number, j: number) => boolean,
): number[] {
  return counting(rows * columns).map((at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return holds(i, j) ? i * 100 + j : -7;
  });
}

describe("hinted loops of constant extent", () => {
  const cases: [string, Condition, (i: number, j: number) => boolean][] = [
    [
      "intervals that do not meet",
      (i, j) => te.any(i.ge(j), i.lt(j.sub(3))),
      (i, j) => i >= j || i < j - 3,
    ],
    ["one point, also before the loop", (i, j) => i.sub(j).ne(2), (i, j) => i - j !== 2],
    ["one point, also behind the loop", (i, j) => j.sub(i).ne(7), (i, j) => j - i !== 7],
    ["an interval that ends before the loop", (i, j) => j.lt(i.sub(3)), (i, j) => j < i - 3],
    ["an interval that begins behind it", (i, j) => j.gt(i.add(6)), (i, j) => j > i + 6],
    [
      "three conditions",
      (i, j) => te.all(j.ge(i), te.any(j.lt(5), j.sub(i).eq(3)), j.ne(2)),
      (i, j) => j >= i && (j < 5 || j - i === 3) && j !== 2,
    ],
  ];
  test.each(cases)("%s", (_, condition, holds) => {
    const C = chosen(9, 9, condition);
    const s = te.createSchedule(C.op);
    s.stage(C).pragma(C.op.axis[1]!, "loop_partition_hint", 1);
    expect(runSchedule(s, [C], [{ shape: [9, 9] }], constantLoops)).toEqual(expected(9, 9, holds));
  });

  test("inside a fused loop", () => {
    const C = chosen(13, 9, (i, j) => i.sub(j).ne(5));
    const s = te.createSchedule(C.op);
    const stage = s.stage(C);
    const [outer, inner] = stage.split(C.op.axis[1]!, { factor: 2 });
    stage.split(stage.fuse(C.op.axis[0]!, outer), { factor: 7 });
    stage.pragma(inner, "loop_partition_hint", 1);
    expect(runSchedule(s, [C], [{ shape: [13, 9] }], constantLoops)).toEqual(
      expected(13, 9, (i, j) => i - j !== 5),
    );
  });

  test("a bound that is read from memory is not read before its own condition is tested", () => {
    const L = te.placeholder([3], { name: "L", dtype: "int32" });
    const C = te.compute(
      [5, 6],
      (i, j) => te.ifThenElse(i.lt(3), te.ifThenElse(j.lt(L(i)), j, -1), -2),
      "C",
    );
    const s = te.createSchedule(C.op);
    s.stage(C).pragma(C.op.axis[1]!, "loop_partition_hint", 1);
    const arrays = [{ shape: [3], data: [2, 0, 9] }, { shape: [5, 6] }];
    expect(runSchedule(s, [L, C], arrays, constantLoops)).toEqual([
      ...[0, 1, -1, -1, -1, -1],
      ...[-1, -1, -1, -1, -1, -1],
      ...[0, 1, 2, 3, 4, 5],
      ...Array.from({ length: 12 }, () => -2),
    ]);
  });
});

describe("sizes that are bound when the function is called", () => {
  test.each([1, 2, 5, 6, 7, 8, 16, 49, 50])(
    "a part of nparts that is split again, n = %i",
    (size) => {
      const n = te.var("n");
      const A = te.placeholder([n], { name: "A", dtype: "int32" });
      const C = te.compute([n], (i) => A(i).mul(2), "C");
      const D = te.compute([n], (i) => C(i).add(1), "D");
      const s = te.createSchedule(D.op);
      const [outer, inner] = s.stage(D).split(D.op.axis[0]!, { nparts: 7 });
      s.stage(D).split(inner, { factor: 7 });
      s.stage(C).computeAt(s.stage(D), outer);
      const arrays = [{ shape: [size], data: counting(size) }, { shape: [size] }];
      expect(runSchedule(s, [A, D], arrays)).toEqual(counting(size).map((i) => 2 * i + 1));
    },
  );

  function fusedAndSplitTwice(): { s: te.Schedule; args: te.Tensor[] } {
    const n = te.var("n");
    const A = te.placeholder([n, 9], { name: "A", dtype: "int32" });
    const C = te.compute([n, 9], (i, j) => A(i, j).mul(2), "C");
    const D = te.compute([n, 9], (i, j) => C(i, j).add(1), "D");
    const s = te.createSchedule(D.op);
    const fused = s.stage(D).fuse(...(D.op.axis as [tir.IterVar, tir.IterVar]));
    const [outer, inner] = s.stage(D).split(fused, { factor: 7 });
    s.stage(D).split(inner, { factor: 2 });
    s.stage(C).computeAt(s.stage(D), outer);
    return { s, args: [A, D] };
  }

  test.each([[[]], [["tir.LoopPartition"]], [["tir.StorageRewrite"]]])(
    "memory whose size depends on a loop stays in the loop; passes left out: %j",
    (disabledPass: string[]) => {
      const { s, args } = fusedAndSplitTwice();
      const context = new PassContext({ disabledPass });
      for (const size of [1, 2, 5, 7]) {
        const arrays = [{ shape: [size, 9], data: counting(size * 9) }, { shape: [size, 9] }];
        expect(runSchedule(s, args, arrays, context)).toEqual(
          counting(size * 9).map((i) => 2 * i + 1),
        );
      }
      const [func] = lower(s, args, { context }).functions.values();
      expect(tir.verifyFunc(func!)).toEqual([]);
    },
  );
});

test("a part that is as long as its loop is not split again", () => {
  const [n, m] = [te.var("n"), te.var("m")];
  const A = te.placeholder([n], { name: "A", dtype: "int32" });
  const B = te.compute([n], (i) => A(i).mul(2), "B");
  const C = te.compute([n, m], (i, j) => B(i).add(j), "C");
  const D = te.compute([n, m], (i, j) => C(i, j).add(1), "D");
  const E = te.compute([n, m], (i, j) => D(i, j), "E");
  const s = te.createSchedule(E.op);
  const [i, j] = E.op.axis as [tir.IterVar, tir.IterVar];
  const [part] = s.stage(E).split(s.stage(E).fuse(i, j), { factor: 5 });
  s.stage(D).computeAt(s.stage(E), part);
  s.stage(B).split(B.op.axis[0]!, { factor: 5 });
  for (const [rows, columns] of [
    [1, 1],
    [3, 4],
    [13, 2],
  ] as const) {
    const arrays = [{ shape: [rows], data: counting(rows) }, { shape: [rows, columns] }];
    expect(runSchedule(s, [A, E], arrays)).toEqual(
      counting(rows * columns).map((at) => 2 * Math.floor(at / columns) + (at % columns) + 1),
    );
  }
});

test("parts whose bounds are not certain are not split again", () => {
  const m = te.var("m");
  const A = te.placeholder([8, m], { name: "A", dtype: "int32" });
  const B = te.compute([8, m], (i, j) => te.ifThenElse(j.add(2).lt(m), A(i, j.add(2)), i), "B");
  const C = te.compute(
    [8, m],
    (i, j) => B(te.max(i.sub(1), 0), j).add(B(i, te.min(j.add(1), m.sub(1)))),
    "C",
  );
  const s = te.createSchedule(C.op);
  s.stage(B).pragma(B.op.axis[1]!, "loop_partition_hint", 1);
  const columns = 4;
  const data = counting(8 * columns);
  const b = (i: number, j: number): number => (j + 2 < columns ? data[i * columns + j + 2]! : i);
  const arrays = [{ shape: [8, columns], data }, { shape: [8, columns] }];
  expect(runSchedule(s, [A, C], arrays, constantLoops)).toEqual(
    counting(8 * columns).map((at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      return b(Math.max(i - 1, 0), j) + b(i, Math.min(j + 1, columns - 1));
    }),
  );
});
