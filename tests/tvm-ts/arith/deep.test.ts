import { describe, expect, test } from "vitest";
import { arith, tir } from "tvm-ts";

const { Analyzer, detectLinearEquation, evalSet, IntSet } = arith;

const TERMS = 10_000;
const x = new tir.Var("x");
const vars = Array.from({ length: TERMS }, (_, i) => new tir.Var(`v${i}`));

type Join = (a: tir.PrimExpr, b: tir.PrimExpr) => tir.PrimExpr;

/** `((t0 + t1) + t2) + ...` */
function left(join: Join, term: (i: number) => tir.PrimExpr, terms = TERMS): tir.PrimExpr {
  let chain = term(0);
  for (let i = 1; i < terms; i++) chain = join(chain, term(i));
  return chain;
}

/** `... + (t2 + (t1 + t0))` */
function right(join: Join, term: (i: number) => tir.PrimExpr, terms = TERMS): tir.PrimExpr {
  return left((chain, next) => join(next, chain), term, terms);
}

function analyzer(): arith.Analyzer {
  const result = new Analyzer();
  result.bind(x, new tir.Range(tir.constant(0), tir.constant(8)));
  return result;
}

describe("ten thousand terms do not overflow the stack", () => {
  test("in sums, nested to the left or to the right", () => {
    const same = (i: number): tir.PrimExpr => tir.mul(x, (i % 7) + 1);
    expect(tir.printExpr(analyzer().simplify(left(tir.add, same)))).toBe("(x: int32*39994)");
    expect(tir.printExpr(analyzer().simplify(right(tir.add, same)))).toBe("(x: int32*39994)");
    const cancelling = (i: number): tir.PrimExpr =>
      i % 2 === 0 ? tir.add(x, 1) : tir.sub(0 as never, x);
    expect(tir.printExpr(analyzer().simplify(left(tir.add, cancelling)))).toBe("5000");
    for (const chain of [left(tir.add, (i) => vars[i]!), right(tir.add, (i) => vars[i]!)]) {
      expect(analyzer().simplify(chain).kind).toBe("Add");
    }
  });

  test.each([
    ["minima", left(tir.min, (i) => vars[i]!)],
    ["nested minima", right(tir.min, (i) => vars[i]!)],
    ["conditions", left(tir.and, (i) => tir.lt(vars[i]!, x))],
    ["products", left(tir.mul, (i) => vars[i]!)],
    [
      "a remainder of a sum",
      tir.floorMod(
        left(tir.add, (i) => tir.mul(vars[i]!, 8)),
        8,
      ),
    ],
    [
      "a comparison of sums",
      tir.lt(
        left(tir.add, (i) => vars[i]!),
        right(tir.add, (i) => vars[i]!),
      ),
    ],
    [
      "quotients",
      left(
        (a, b) => tir.floorDiv(tir.add(a, b), 3),
        (i) => vars[i]!,
        2000,
      ),
    ],
  ])("in %s", (_, chain) => {
    expect(() => analyzer().simplify(chain)).not.toThrow();
  });

  test("in bounds, modular sets, interval sets and linear equations", () => {
    const chain = left(tir.add, () => x);
    expect(analyzer().constIntBound(chain)).toEqual({ min: 0, max: 70_000 });
    expect(analyzer().modularSet(left(tir.add, () => tir.mul(x, 4)))).toEqual({
      coeff: 4,
      base: 0,
    });
    const domains = new Map([[x, IntSet.interval(tir.constant(0), tir.constant(7))]]);
    for (const sum of [chain, right(tir.add, () => x)]) {
      expect(tir.printExpr(evalSet(sum, domains).max)).toBe("70000");
    }
    const linear = detectLinearEquation(chain, [x])!;
    expect(linear.map((part) => tir.printExpr(part))).toEqual(["10000", "0"]);
  });
});

test("simplifying a sum of n terms applies a number of rules proportional to n", () => {
  const rulesFor = (terms: number): number => {
    let applied = 0;
    new Analyzer(() => applied++).simplify(left(tir.add, (i) => tir.add(i + 1, vars[i]!), terms));
    return applied;
  };
  expect(rulesFor(8000) / rulesFor(1000)).toBeCloseTo(8, 1);
});
