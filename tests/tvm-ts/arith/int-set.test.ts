import { describe, expect, test } from "vitest";
import { arith, InternalError, tir } from "tvm-ts";

const { Analyzer, evalSet, intersect, IntSet, union } = arith;

const i = new tir.Var("i");
const j = new tir.Var("j");
const n = new tir.Var("n");

function ends(set: arith.IntSet): [string, string] {
  return [tir.printExpr(set.min), tir.printExpr(set.max)];
}

function interval(min: number, max: number): arith.IntSet {
  return IntSet.interval(tir.constant(min), tir.constant(max));
}

function range(min: tir.PrimExpr, extent: tir.PrimExpr | number): tir.Range {
  return new tir.Range(min, typeof extent === "number" ? tir.constant(extent) : extent);
}

describe("a set", () => {
  test("of a range ends before the range does", () => {
    expect(ends(IntSet.fromRange(range(i, 8)))).toEqual(["i: int32", "((8 + i: int32) - 1)"]);
    expect(ends(IntSet.fromRange(range(i, 1)))).toEqual(["i: int32", "i: int32"]);
  });

  test("knows whether it is empty, everything or one point", () => {
    expect(IntSet.nothing().isNothing).toBe(true);
    expect(IntSet.everything().isEverything).toBe(true);
    expect(IntSet.single(i).isSinglePoint).toBe(true);
    const same = IntSet.interval(tir.mul(tir.add(i, 1), 2), tir.add(tir.mul(i, 2), 2));
    expect(same.isSinglePoint).toBe(true);
    expect(tir.printExpr(same.pointValue)).toBe("((i: int32 + 1)*2)");
    expect(interval(0, 3).isSinglePoint).toBe(false);
    expect(() => interval(0, 3).pointValue).toThrow(InternalError);
  });

  test("covers a range, or returns the given range when an end is open", () => {
    const covered = IntSet.interval(tir.mul(i, 4), tir.add(tir.mul(i, 4), 3)).coverRange(
      undefined,
    )!;
    expect([covered.min, covered.extent].map((e) => tir.printExpr(e))).toEqual([
      "(i: int32*4)",
      "4",
    ]);
    const otherwise = range(i, 8);
    expect(IntSet.interval(i, tir.POS_INF).coverRange(otherwise)).toBe(otherwise);
  });

  test("matches the range it was made from", () => {
    const from = range(tir.mul(i, 8), n);
    expect(IntSet.fromRange(from).matchRange(from)).toBe(true);
    expect(IntSet.fromRange(from).matchRange(range(i, n))).toBe(false);
    expect(IntSet.interval(i, tir.POS_INF).matchRange(from)).toBe(false);
  });

  test("knows its sign", () => {
    expect(interval(1, 5).sign).toBe("positive");
    expect(interval(-5, -1).sign).toBe("negative");
    expect(interval(0, 0).sign).toBe("zero");
    expect(interval(0, 5).sign).toBe("unknown");
    expect(interval(0, 5).canProveNonNegative()).toBe(true);
    expect(interval(-5, 0).canProveNonPositive()).toBe(true);
  });

  test("of a vector holds its lanes", () => {
    expect(ends(IntSet.vector(new tir.Ramp(i, tir.constant(2), 4)))).toEqual([
      "i: int32",
      "(i: int32 + 6)",
    ]);
    expect(ends(IntSet.vector(new tir.Ramp(i, tir.constant(-1), 4)))).toEqual([
      "(i: int32 + -3)",
      "i: int32",
    ]);
    expect(ends(IntSet.vector(i))).toEqual(["i: int32", "i: int32"]);
  });
});

describe("evaluating over domains", () => {
  const domains = new Map([
    [i, interval(0, 7)],
    [j, IntSet.interval(tir.mul(i, 2), tir.add(tir.mul(i, 2), 1))],
  ]);

  test("follows domains that mention other variables", () => {
    expect(ends(evalSet(j, domains))).toEqual(["0", "15"]);
    expect(ends(evalSet(tir.sub(j, n), domains))).toEqual(["(0 - n: int32)", "(15 - n: int32)"]);
  });

  test("a domain that mentions its own variable is looked up once", () => {
    const own = new Map([[i, IntSet.interval(i, tir.add(i, 3))]]);
    expect(ends(evalSet(i, own))).toEqual(["i: int32", "((i: int32 + 3) + 3)"]);
  });

  test("takes a range as a whole, and a region range by range", () => {
    const whole = evalSet(range(tir.mul(i, 4), 4), new Map([[i, interval(0, 7)]]));
    expect(ends(whole)).toEqual(["0", "31"]);
    const region = evalSet([range(i, 2), range(tir.mul(i, 4), n)], new Map([[i, interval(0, 7)]]));
    expect(region.map(ends)).toEqual([
      ["0", "8"],
      ["0", "((28 + n: int32) - 1)"],
    ]);
  });

  test("relaxes the ends of a set", () => {
    const set = evalSet(IntSet.interval(i, tir.POS_INF), new Map([[i, interval(2, 5)]]));
    expect(ends(set)).toEqual(["2", "pos_inf: handle"]);
  });

  test("is everything where nothing is known", () => {
    expect(
      evalSet(
        tir.mul(i, j),
        new Map([
          [i, interval(0, 3)],
          [j, interval(0, 3)],
        ]),
      ).isEverything,
    ).toBe(true);
    const buffer = tir.declBuffer([8], "int32", { name: "B" });
    expect(evalSet(new tir.BufferLoad(buffer, [i]), domains).isEverything).toBe(true);
    const fixed = new tir.BufferLoad(buffer, [n]);
    expect(evalSet(fixed, domains).min).toBe(fixed);
  });

  test("keeps remainders together where the quotient does not change", () => {
    expect(ends(evalSet(tir.floorMod(tir.add(i, 8), 16), domains))).toEqual(["8", "15"]);
    expect(ends(evalSet(tir.floorMod(tir.add(i, 12), 16), domains))).toEqual(["0", "15"]);
  });

  test("knows that a truncated remainder has the sign of the dividend", () => {
    expect(ends(evalSet(tir.truncMod(tir.sub(i, 3), 4), domains))).toEqual(["-3", "3"]);
    expect(ends(evalSet(tir.truncMod(i, 4), domains))).toEqual(["0", "3"]);
  });

  test("joins the two values of a select", () => {
    const choice = new tir.Select(i.lt(n), i, tir.constant(20));
    expect(ends(evalSet(choice, domains))).toEqual(["0", "20"]);
  });
});

test("unions and intersections are simplified", () => {
  const a = IntSet.interval(i, tir.add(i, 3));
  const b = IntSet.interval(tir.add(i, 2), tir.add(i, 7));
  expect(ends(union([a, b]))).toEqual(["i: int32", "(i: int32 + 7)"]);
  expect(ends(intersect([a, b]))).toEqual(["(i: int32 + 2)", "(i: int32 + 3)"]);
  expect(union([]).isNothing).toBe(true);
  expect(union([IntSet.nothing(), a]).min).toBe(i);
  expect(intersect([interval(0, 3), interval(5, 8)]).isNothing).toBe(true);
  expect(intersect([a, IntSet.everything()]).min).toBe(i);
});

test("constraints confine variables in both directions", () => {
  const analyzer = new Analyzer();
  analyzer.bind(i, range(tir.constant(0), 8));
  analyzer.withConstraint(i.lt(n), () => {
    expect(tir.printExpr(analyzer.intSet(n).min)).toBe("1");
    expect(ends(analyzer.intSet(i))).toEqual(["0", "7"]);
  });
  analyzer.withConstraint(i.le(3), () => {
    expect(ends(analyzer.intSet(i))).toEqual(["0", "3"]);
  });
  expect(ends(analyzer.intSet(i))).toEqual(["0", "7"]);
  expect(analyzer.intSet(n).min).toBe(n);
});
