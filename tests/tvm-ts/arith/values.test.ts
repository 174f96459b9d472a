/** Rules that TVM 0.10 applies where they do not hold: the values, and the analyzer's results. */

import { beforeAll, describe, expect, test } from "vitest";
import * as tvm from "tvm-ts";

const { arith, te, tir, nd } = tvm;

beforeAll(tvm.ready);

/** The elements of a tensor, its last axis vectorized or not. */
function values(
  shape: readonly number[],
  body: (...axes: tvm.tir.Var[]) => tvm.tir.PrimExpr,
  vectorize = false,
): unknown {
  const C = te.compute([...shape], body, { name: "C" });
  const s = te.createSchedule(C.op);
  if (vectorize) s.stage(C).vectorize((C.op as tvm.te.ComputeOp).axis.at(-1)!);
  const out = nd.empty([...shape], "int32");
  tvm.build(s, [C])(out);
  return out.numpy().flatten().toArray();
}

test("a minimum of a value that is rounded up keeps the value where it is 0 or less", () => {
  expect(values([8], (i) => tir.min(i.add(3).floorDiv(4).mul(4), tir.max(i, 4)))).toEqual([
    0, 4, 4, 4, 4, 5, 6, 7,
  ]);
  const x = te.var("x");
  for (const divide of [te.floorDiv, te.truncDiv]) {
    const up = tir.mul(divide(x.add(3), 4), 4);
    for (const min of [tir.min(up, tir.max(x, 4)), tir.min(tir.max(x, 4), up)]) {
      expect(new arith.Analyzer().simplify(min)).toBe(min);
      const analyzer = new arith.Analyzer();
      analyzer.bind(x, new tir.Range(tir.constant(1), tir.constant(100)));
      expect(tir.printExpr(analyzer.simplify(min))).toBe("max(x: int32, 4)");
    }
  }
});

describe.each(["truncMod", "truncDiv"] as const)("%s of lanes that count down", (name) => {
  const truncated = {
    truncMod: (x: number, y: number) => x % y,
    truncDiv: (x: number, y: number) => Math.trunc(x / y),
  };
  test.each([false, true])("is computed lane by lane (vectorized: %s)", (vectorize) => {
    const body = (i: tvm.tir.Var, j: tvm.tir.Var): tvm.tir.PrimExpr =>
      te[name](i.mul(8).add(3).sub(j.mul(2)), 8);
    const expected = [0, 1].flatMap((i) =>
      [0, 1, 2, 3].map((j) => truncated[name](i * 8 + 3 - j * 2, 8)),
    );
    expect(values([2, 4], body, vectorize)).toEqual(expected.map((x) => x + 0));
  });

  test.each([false, true])("whose stride the divisor divides (vectorized: %s)", (vectorize) => {
    const body = (i: tvm.tir.Var, j: tvm.tir.Var): tvm.tir.PrimExpr =>
      te[name](i.add(j.mul(6)).sub(5), 3);
    const expected = [0, 1, 2].flatMap((i) =>
      [0, 1, 2, 3].map((j) => truncated[name](i + j * 6 - 5, 3)),
    );
    expect(values([3, 4], body, vectorize)).toEqual(expected.map((x) => x + 0));
  });
});

test("a difference of truncated quotients keeps its value", () => {
  const body = (i: tvm.tir.Var, j: tvm.tir.Var): tvm.tir.PrimExpr =>
    te.truncDiv(i.sub(j).add(12), 2).sub(te.truncDiv(i.sub(j).add(8), 2));
  const expected = [0, 1, 2, 3].flatMap((i) =>
    [0, 1, 2, 3].map((j) => Math.trunc((i - j + 12) / 2) - Math.trunc((i - j + 8) / 2)),
  );
  expect(values([4, 4], body)).toEqual(expected);
});

test("lanes divided by a negative number, and one value modulo a number, are floored", () => {
  const lanes = new tir.Ramp(te.var("x"), new tir.IntImm(-2), 4);
  const quotient = new tir.FloorDiv(lanes, tir.constant(-8, "int32x4"));
  expect(new arith.Analyzer().simplify(quotient)).toBe(quotient);
  const v = new tir.Var("v");
  const analyzer = new arith.Analyzer();
  analyzer.bind(v, tir.constant(-1));
  expect(tir.printExpr(analyzer.simplify(new tir.FloorMod(v, new tir.IntImm(16))))).toBe("15");
});

test("bounds and modular sets are those of a value that may wrap around", () => {
  const A = tir.declBuffer([8], "int32", { name: "A" });
  const element = new tir.BufferLoad(A, [te.var("i")]);
  const analyzer = new arith.Analyzer();
  expect(analyzer.constIntBound(element.add(1))).toEqual({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  expect(analyzer.constIntBound(tir.min(tir.max(element, 0), 9).add(1))).toEqual({
    min: 1,
    max: 10,
  });
  expect(analyzer.modularSet(element.mul(12))).toEqual({ coeff: 4, base: 0 });
  expect(analyzer.isExact(element.add(1))).toBe(false);
  expect(analyzer.isExact(element.floorMod(8).mul(4))).toBe(true);
  expect(analyzer.isExact(te.var("i").mul(4))).toBe(true);
});
