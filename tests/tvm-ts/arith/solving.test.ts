import { describe, expect, test } from "vitest";
import {
  add,
  and,
  arith,
  constant,
  eq,
  floorDiv,
  ge,
  gt,
  le,
  lt,
  mul,
  ne,
  or,
  printExpr,
  sub,
  Var,
  type PrimExpr,
} from "tvm-ts";

const { deduceBound, detectClipBound, detectLinearEquation, IntSet } = arith;

const x = new Var("x");
const y = new Var("y");
const n = new Var("n");
const k = new Var("k");

const none: arith.Domains = new Map();

function interval(min: number, max: number): arith.IntSet {
  return IntSet.interval(constant(min), constant(max));
}

describe("a linear equation", () => {
  const coefficients = (expr: PrimExpr, vars: readonly Var[]): string[] | undefined =>
    detectLinearEquation(expr, vars)?.map((part) => printExpr(part));

  test("has a coefficient for each variable and a rest", () => {
    expect(coefficients(add(mul(x, 4), add(mul(2, y), n)), [x, y])).toEqual(["4", "2", "n: int32"]);
    expect(coefficients(sub(n, mul(add(x, 1), 3)), [x])).toEqual(["-3", "(n: int32 - 3)"]);
    expect(coefficients(n, [x])).toEqual(["0", "n: int32"]);
    expect(coefficients(constant(7), [])).toEqual(["7"]);
  });

  test("may have symbolic coefficients, but none with a variable in it", () => {
    expect(coefficients(mul(x, n), [x])).toEqual(["n: int32", "0"]);
    expect(coefficients(mul(x, y), [x, y])).toBeUndefined();
    expect(coefficients(mul(x, x), [x])).toBeUndefined();
    expect(coefficients(floorDiv(x, 2), [x])).toBeUndefined();
  });
});

describe("clip bounds", () => {
  const bounds = (
    condition: PrimExpr,
    vars: readonly Var[],
  ): (string | undefined)[][] | undefined =>
    detectClipBound(condition, vars)?.map(({ min, max }) => [
      min && printExpr(min),
      max && printExpr(max),
    ]);

  test("are the ends a conjunction gives each variable", () => {
    const condition = and(and(ge(x, 3), lt(x, n)), le(y, 7));
    expect(bounds(condition, [x, y])).toEqual([
      ["3", "(n: int32 - 1)"],
      [undefined, "7"],
    ]);
  });

  test("keep the tightest of several", () => {
    expect(bounds(and(gt(x, n), gt(x, k)), [x])).toEqual([
      ["(max(n: int32, k: int32) + 1)", undefined],
    ]);
  });

  test("are not found when a part is anything else", () => {
    expect(bounds(and(ge(x, 3), ne(x, 5)), [x])).toBeUndefined();
    expect(bounds(or(ge(x, 3), le(x, 1)), [x])).toBeUndefined();
    expect(bounds(lt(mul(x, n), 5), [x])).toBeUndefined();
    expect(bounds(lt(add(x, y), 5), [x, y])).toBeUndefined();
  });
});

describe("a deduced bound", () => {
  const ends = (set: arith.IntSet): string[] => [printExpr(set.min), printExpr(set.max)];

  test("solves a comparison for the variable, rounding inwards", () => {
    expect(ends(deduceBound(x, lt(add(mul(x, 2), 1), 10), none, none))).toEqual([
      "neg_inf: handle",
      "4",
    ]);
    expect(ends(deduceBound(x, ge(mul(x, 3), n), new Map([[n, interval(0, 9)]]), none))).toEqual([
      "(floordiv(n: int32, 3) + 1)",
      "pos_inf: handle",
    ]);
    expect(ends(deduceBound(x, lt(5, sub(n, x)), none, none))).toEqual([
      "neg_inf: handle",
      "(0 - (6 - n: int32))",
    ]);
  });

  test("turns the order around for negative factors", () => {
    expect(ends(deduceBound(x, le(mul(x, -2), 7), none, none))).toEqual(["-3", "pos_inf: handle"]);
  });

  test("holds for all values of the relaxed variables", () => {
    const relax = new Map([[k, interval(0, 3)]]);
    expect(ends(deduceBound(x, lt(add(x, k), 8), relax, relax))).toEqual(["neg_inf: handle", "4"]);
    expect(ends(deduceBound(x, ge(add(x, k), 8), relax, relax))).toEqual(["8", "pos_inf: handle"]);
  });

  test("uses hints for the sign of a factor", () => {
    const condition = lt(mul(x, k), 8);
    expect(deduceBound(x, condition, none, none).isNothing).toBe(true);
    const hints = new Map([[k, interval(1, 4)]]);
    expect(ends(deduceBound(x, condition, hints, none))).toEqual([
      "neg_inf: handle",
      "floordiv(7, k: int32)",
    ]);
  });

  test("is nothing when the variable occurs twice, or in a way that cannot be undone", () => {
    expect(deduceBound(x, lt(add(x, x), 8), none, none).isNothing).toBe(true);
    expect(deduceBound(x, lt(floorDiv(x, 2), 8), none, none).isNothing).toBe(true);
    expect(deduceBound(x, ne(x, 8), none, none).isNothing).toBe(true);
    expect(deduceBound(x, eq(mul(x, 2), 7), none, none).isNothing).toBe(true);
    expect(ends(deduceBound(x, eq(mul(x, 2), 8), none, none))).toEqual(["4", "4"]);
  });
});
