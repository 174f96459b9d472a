import { describe, expect, test } from "vitest";
import { arith, tir } from "tvm-ts";

const { deduceBound, detectClipBound, detectLinearEquation, IntSet } = arith;

const x = new tir.Var("x");
const y = new tir.Var("y");
const n = new tir.Var("n");
const k = new tir.Var("k");

const none: arith.Domains = new Map();

function interval(min: number, max: number): arith.IntSet {
  return IntSet.interval(tir.constant(min), tir.constant(max));
}

describe("a linear equation", () => {
  const coefficients = (expr: tir.PrimExpr, vars: readonly tir.Var[]): string[] | undefined =>
    detectLinearEquation(expr, vars)?.map((part) => tir.printExpr(part));

  test("has a coefficient for each variable and a constant", () => {
    expect(coefficients(tir.add(tir.mul(x, 4), tir.add(tir.mul(2, y), n)), [x, y])).toEqual([
      "4",
      "2",
      "n: int32",
    ]);
    expect(coefficients(tir.sub(n, tir.mul(tir.add(x, 1), 3)), [x])).toEqual([
      "-3",
      "(n: int32 - 3)",
    ]);
    expect(coefficients(n, [x])).toEqual(["0", "n: int32"]);
    expect(coefficients(tir.constant(7), [])).toEqual(["7"]);
  });

  test("may have symbolic coefficients, but none that contains a variable", () => {
    expect(coefficients(tir.mul(x, n), [x])).toEqual(["n: int32", "0"]);
    expect(coefficients(tir.mul(x, y), [x, y])).toBeUndefined();
    expect(coefficients(tir.mul(x, x), [x])).toBeUndefined();
    expect(coefficients(tir.floorDiv(x, 2), [x])).toBeUndefined();
  });
});

describe("clip bounds", () => {
  const bounds = (
    condition: tir.PrimExpr,
    vars: readonly tir.Var[],
  ): (string | undefined)[][] | undefined =>
    detectClipBound(condition, vars)?.map(({ min, max }) => [
      min && tir.printExpr(min),
      max && tir.printExpr(max),
    ]);

  test("are the bounds of each variable in a conjunction", () => {
    const condition = tir.and(tir.and(tir.ge(x, 3), tir.lt(x, n)), tir.le(y, 7));
    expect(bounds(condition, [x, y])).toEqual([
      ["3", "(n: int32 - 1)"],
      [undefined, "7"],
    ]);
  });

  test("keep the tightest of several", () => {
    expect(bounds(tir.and(tir.gt(x, n), tir.gt(x, k)), [x])).toEqual([
      ["(max(n: int32, k: int32) + 1)", undefined],
    ]);
  });

  test("are not found when a part has another form", () => {
    expect(bounds(tir.and(tir.ge(x, 3), tir.ne(x, 5)), [x])).toBeUndefined();
    expect(bounds(tir.or(tir.ge(x, 3), tir.le(x, 1)), [x])).toBeUndefined();
    expect(bounds(tir.lt(tir.mul(x, n), 5), [x])).toBeUndefined();
    expect(bounds(tir.lt(tir.add(x, y), 5), [x, y])).toBeUndefined();
  });
});

describe("a deduced bound", () => {
  const ends = (set: arith.IntSet): string[] => [tir.printExpr(set.min), tir.printExpr(set.max)];

  test("solves a comparison for the variable, rounding inwards", () => {
    expect(ends(deduceBound(x, tir.lt(tir.add(tir.mul(x, 2), 1), 10), none, none))).toEqual([
      "neg_inf: handle",
      "4",
    ]);
    expect(
      ends(deduceBound(x, tir.ge(tir.mul(x, 3), n), new Map([[n, interval(0, 9)]]), none)),
    ).toEqual(["(floordiv(n: int32, 3) + 1)", "pos_inf: handle"]);
    expect(ends(deduceBound(x, tir.lt(5, tir.sub(n, x)), none, none))).toEqual([
      "neg_inf: handle",
      "(0 - (6 - n: int32))",
    ]);
  });

  test("reverses the comparison for negative factors", () => {
    expect(ends(deduceBound(x, tir.le(tir.mul(x, -2), 7), none, none))).toEqual([
      "-3",
      "pos_inf: handle",
    ]);
  });

  test("does not depend on the variable itself", () => {
    const relax = new Map([[k, interval(0, 1)]]);
    const condition = tir.lt(tir.floorMod(tir.add(tir.mul(x, 2), k), 42), 36);
    expect(deduceBound(x, condition, relax, relax).isNothing).toBe(true);
  });

  test("holds for all values of the relaxed variables", () => {
    const relax = new Map([[k, interval(0, 3)]]);
    expect(ends(deduceBound(x, tir.lt(tir.add(x, k), 8), relax, relax))).toEqual([
      "neg_inf: handle",
      "4",
    ]);
    expect(ends(deduceBound(x, tir.ge(tir.add(x, k), 8), relax, relax))).toEqual([
      "8",
      "pos_inf: handle",
    ]);
  });

  test("uses hints for the sign of a factor", () => {
    const condition = tir.lt(tir.mul(x, k), 8);
    expect(deduceBound(x, condition, none, none).isNothing).toBe(true);
    const hints = new Map([[k, interval(1, 4)]]);
    expect(ends(deduceBound(x, condition, hints, none))).toEqual([
      "neg_inf: handle",
      "floordiv(7, k: int32)",
    ]);
  });

  test("does not exist when the variable occurs twice, or in an operation that cannot be inverted", () => {
    expect(deduceBound(x, tir.lt(tir.add(x, x), 8), none, none).isNothing).toBe(true);
    expect(deduceBound(x, tir.lt(tir.floorDiv(x, 2), 8), none, none).isNothing).toBe(true);
    expect(deduceBound(x, tir.ne(x, 8), none, none).isNothing).toBe(true);
    expect(deduceBound(x, tir.eq(tir.mul(x, 2), 7), none, none).isNothing).toBe(true);
    expect(ends(deduceBound(x, tir.eq(tir.mul(x, 2), 8), none, none))).toEqual(["4", "4"]);
  });
});
