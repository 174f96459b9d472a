/** Allocations share memory only where no live value is overwritten. */

import { expect, test } from "vitest";
import { lower, PassContext, te } from "tvm-ts";
import { runModule } from "../../support/run-lowered";

/** `P = B[1]`, where `B` gives two tensors in one loop, each made from `T`. */
function program(): { s: te.Schedule; args: te.Tensor[] } {
  const A = te.placeholder([8], { name: "A", dtype: "int32" });
  const T = te.compute([8], (i) => A(i).mul(3), "T");
  const [, second] = te.compute([8], (i) => [T(i).add(1), T(i).mul(2)], "B") as te.Tensor[];
  const P = te.compute([8], (i) => second!(i), "P");
  return { s: te.createSchedule(P.op), args: [A, P] };
}

const data = [5, -3, 0, 7, 11, 2, 1, -8];

test("a tensor computed beside another does not overwrite what the other reads", () => {
  const { s, args } = program();
  const once = lower(s, args);
  const twice = lower(once);
  const arrays = [{ shape: [8], data }, { shape: [8] }];
  expect(runModule(once, arrays)).toEqual(data.map((x) => x * 6));
  expect(runModule(twice, arrays)).toEqual(data.map((x) => x * 6));
});

test("tensors share memory if each element is read before it is overwritten", () => {
  const A = te.placeholder([8], { name: "A", dtype: "int32" });
  const T = te.compute([8], (i) => A(i).mul(3), "T");
  const B = te.compute([8], (i) => T(i).add(T(i).mul(2)), "B");
  const C = te.compute([8], (i) => B(i).sub(1), "C");
  const module = lower(te.createSchedule(C.op), [A, C]);
  expect(module.toString().match(/allocate\(/g)).toHaveLength(1);
});

test("memory inside a loop that is vectorized later stays inside that loop", () => {
  const A = te.placeholder([2, 6], { name: "A", dtype: "int32" });
  const k = te.reduceAxis([0, 6], "k");
  const T = te.compute([2], (i) => te.sum(A(i, k), k), "T");
  const P = te.compute([2], (i) => T(i), "P");
  const s = te.createSchedule(P.op);
  const [i] = P.op.axis;
  s.stage(T).computeAt(s.stage(P), i!);
  s.stage(P).vectorize(i!);
  const context = new PassContext({ disabledPass: ["tir.VectorizeLoop"] });
  const once = lower(s, [A, P], { context });
  const arrays = [{ shape: [2, 6], data: [1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 7] }, { shape: [2] }];
  expect(runModule(once, arrays)).toEqual([21, 7]);
  expect(runModule(lower(once), arrays)).toEqual([21, 7]);
});
