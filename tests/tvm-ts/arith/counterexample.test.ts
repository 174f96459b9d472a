/** Counterexamples decide a proof early; they must never contradict the proof. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arith, tir } from "tvm-ts";
import { hasCounterexample } from "../../../lib/tvm-ts/src/arith/counterexample";

const x = new tir.Var("x");
const y = new tir.Var("y");
const n = new tir.Var("n", "int32", undefined, true);
const free = new tir.Var("free");
const bound = new tir.Var("bound");

/** `0 <= x < 8`, `-3 <= y < 2`, `bound = x*2`; `n` is a size. */
function facts(observer?: arith.RuleObserver): arith.Analyzer {
  const analyzer = new arith.Analyzer(observer);
  analyzer.bind(x, new tir.Range(tir.constant(0), tir.constant(8)));
  analyzer.bind(y, new tir.Range(tir.constant(-3), tir.constant(5)));
  analyzer.bind(bound, x.mul(2));
  return analyzer;
}

const refuted = (condition: tir.PrimExpr): boolean => hasCounterexample(condition, facts());

describe("a counterexample", () => {
  test("is found at the ends of ranges, and between them", () => {
    expect(refuted(x.lt(7))).toBe(true);
    expect(refuted(x.gt(0))).toBe(true);
    expect(refuted(tir.eq(x, y))).toBe(true);
    expect(refuted(tir.eq(n.sub(free), 0))).toBe(true);
    expect(refuted(tir.and(x.ge(0), bound.lt(14)))).toBe(true);
    expect(refuted(tir.likely(tir.not(x.ge(0))))).toBe(true);
  });

  test("is not found for what holds", () => {
    expect(refuted(x.lt(8))).toBe(false);
    expect(refuted(n.ge(0))).toBe(false);
    expect(refuted(tir.or(y.lt(0), y.ge(0)))).toBe(false);
    expect(refuted(tir.eq(bound, x.add(x)))).toBe(false);
  });

  test("is not claimed where a value is unknown", () => {
    const A = tir.declBuffer([8], "int32", { name: "A" });
    expect(refuted(new tir.BufferLoad(A, [x]).lt(0))).toBe(false);
    expect(refuted(tir.floorDiv(x, y.sub(y)).lt(0))).toBe(false);
    const large = tir.constant(2 ** 30);
    expect(refuted(x.add(7).mul(large).lt(0))).toBe(false);
    const narrow = new tir.Var("narrow", "int8");
    expect(refuted(narrow.lt(0))).toBe(false);
  });

  test("is not looked for in large conditions", () => {
    let deep: tir.PrimExpr = x;
    for (let i = 0; i < 20_000; i++) deep = new tir.Add(y, deep);
    expect(refuted(deep.lt(0))).toBe(false);
    let doubled: tir.PrimExpr = x;
    for (let i = 0; i < 80; i++) doubled = new tir.Min(doubled, doubled);
    expect(refuted(doubled.lt(0))).toBe(false);
  });
});

const number = fc.integer({ min: -9, max: 9 }).map((value) => tir.constant(value));
const leaf = fc.oneof(number, fc.constantFrom<tir.PrimExpr[]>(x, y, n, free, bound));
const ARITHMETIC = [
  "Add",
  "Sub",
  "Mul",
  "FloorDiv",
  "FloorMod",
  "Div",
  "Mod",
  "Min",
  "Max",
] as const;
const COMPARISONS = ["EQ", "NE", "LT", "LE", "GT", "GE"] as const;

const { value: arithmetic } = fc.letrec<{ value: tir.PrimExpr }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.constantFrom(...ARITHMETIC), tie("value"), tie("value"))
      .map(([kind, a, b]) => new tir[kind](a, b)),
  ),
}));
const comparison = fc
  .tuple(fc.constantFrom(...COMPARISONS), arithmetic, arithmetic)
  .map(([kind, a, b]) => new tir[kind](a, b));

test("what has a counterexample cannot be proved", () => {
  fc.assert(
    fc.property(comparison, (condition) => {
      fc.pre(refuted(condition));
      // An analyzer with an observer always tries the proof.
      expect(facts(() => undefined).canProve(condition)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
