/** A prefetch is a hint: it does not change values, and it is left out where its range is not defined yet. */

import { expect, test } from "vitest";
import { lower, te, tir } from "tvm-ts";
import { counting, runModule } from "../../support/run-lowered";

const [rows, columns] = [3, 5];
const data = counting(rows * columns);

/** The values of `output` for `A`, with `A` prefetched in the loop over the rows of `stage`. */
function withPrefetch(
  A: te.Tensor,
  stage: te.Tensor,
  output: te.Tensor,
  schedule: (s: te.Schedule) => te.Tensor = () => A,
): { values: number[]; text: string } {
  const s = te.createSchedule(output.op);
  const prefetched = schedule(s);
  s.stage(stage).prefetch(prefetched, stage.op.axis[0]!, 1);
  const module = lower(s, [A, output]);
  expect([...module.functions.values()].flatMap((func) => tir.verifyFunc(func))).toEqual([]);
  const shape = [rows, columns];
  return { values: runModule(module, [{ shape, data }, { shape }]), text: module.toString() };
}

test("fetches the rows of a later step", () => {
  const A = te.placeholder([rows, columns], { name: "A", dtype: "int32" });
  const T = te.compute([rows, columns], (i, j) => A(i, j).mul(2), "T");
  const { values, text } = withPrefetch(A, T, T);
  expect(values).toEqual(data.map((x) => x * 2));
  expect(text).toContain("@tir.prefetch");
});

test("leaves out a range that depends on a loop inside", () => {
  const A = te.placeholder([rows, columns], { name: "A", dtype: "int32" });
  const T = te.compute(
    [rows, columns],
    (i, j) => te.select(tir.not(tir.or(tir.ne(j, i), tir.lt(i, -3))), A(i, j), i),
    "T",
  );
  const { values, text } = withPrefetch(A, T, T);
  expect(values).toEqual(
    data.map((x, at) => (at % columns === Math.floor(at / columns) ? x : Math.floor(at / columns))),
  );
  expect(text).not.toContain("@tir.prefetch");
});

test("leaves out a range whose end is computed inside the loop", () => {
  const A = te.placeholder([rows, columns], { name: "A", dtype: "int32" });
  const count = te.compute([rows], (i) => tir.floorMod(A(i, 0), 4), "count");
  const T = te.compute(
    [rows, columns],
    (i, j) => {
      const r = te.reduceAxis([0, count(i)], "r");
      return te.sum(A(i, r).add(j), [r]);
    },
    "T",
  );
  const { values, text } = withPrefetch(A, T, T, (s) => {
    s.stage(count).computeAt(s.stage(T), T.op.axis[0]!);
    return A;
  });
  const sum = (i: number, j: number): number =>
    counting((i * columns) % 4).reduce((total, r) => total + data[i * columns + r]! + j, 0);
  expect(values).toEqual(data.map((_, at) => sum(Math.floor(at / columns), at % columns)));
  expect(text).not.toContain("@tir.prefetch");
});

test("of a copy whose readers compute nothing keeps the copy's memory", () => {
  const A = te.placeholder([rows, columns], { name: "A", dtype: "int32" });
  const T = te.compute([rows, columns], (i, j) => A(i, j), "T");
  const out = te.compute(
    [rows, columns],
    (i, j) => te.ifThenElse(tir.lt(j.add(columns), columns), T(i, j.add(columns)), i),
    "out",
  );
  const { values } = withPrefetch(A, T, out, (s) => s.cacheRead(A, "local", [T]));
  expect(values).toEqual(data.map((_, at) => Math.floor(at / columns)));
});

test.each([
  [3, true],
  [2, false],
])("reads a length in tiles of %i rows only where the row exists", (factor, isBrought) => {
  const A = te.placeholder([rows, columns], { name: "A", dtype: "int32" });
  const L = te.placeholder([rows], { name: "L", dtype: "int32" });
  const T = te.compute(
    [rows, columns],
    (i, j) => {
      const r = te.reduceAxis([0, L(i)], "r");
      return te.sum(A(i, r).add(j), [r]);
    },
    "T",
  );
  const s = te.createSchedule(T.op);
  const [, inner] = s.stage(T).split(T.op.axis[0]!, { factor });
  s.stage(T).prefetch(A, inner, 1);
  const module = lower(s, [A, L, T]);
  const lengths = [2, 0, 5];
  const shape = [rows, columns];
  expect(runModule(module, [{ shape, data }, { shape: [rows], data: lengths }, { shape }])).toEqual(
    data.map((_, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      return counting(lengths[i]!).reduce((sum, r) => sum + data[i * columns + r]! + j, 0);
    }),
  );
  expect(module.toString().includes("@tir.prefetch")).toBe(isBrought);
});

test("leaves out reads under a condition that never holds", () => {
  const m = te.sizeVar("m");
  const A = te.placeholder([rows, m], { name: "A", dtype: "int32" });
  const k = te.reduceAxis([0, m], "k");
  const T = te.compute(
    [rows, m],
    (i, j) => te.sum(A(i, k), k, { where: tir.not(tir.or(tir.lt(k, -3), tir.lt(j, m))) }),
    "T",
  );
  const s = te.createSchedule(T.op);
  s.stage(T).prefetch(A, T.op.axis[0]!, 1);
  const shape = [rows, columns];
  expect(runModule(lower(s, [A, T]), [{ shape, data }, { shape }])).toEqual(data.map(() => 0));
});
