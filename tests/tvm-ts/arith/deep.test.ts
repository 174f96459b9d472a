import { describe, expect, test } from "vitest";
import {
  add,
  and,
  arith,
  constant,
  floorDiv,
  floorMod,
  lt,
  min,
  mul,
  printExpr,
  Range,
  sub,
  Var,
  type PrimExpr,
} from "tvm-ts";

const { Analyzer, detectLinearEquation, evalSet, IntSet } = arith;

const TERMS = 10_000;
const x = new Var("x");
const vars = Array.from({ length: TERMS }, (_, i) => new Var(`v${i}`));

type Join = (a: PrimExpr, b: PrimExpr) => PrimExpr;

/** `((t0 + t1) + t2) + ...` */
function left(join: Join, term: (i: number) => PrimExpr, terms = TERMS): PrimExpr {
  let chain = term(0);
  for (let i = 1; i < terms; i++) chain = join(chain, term(i));
  return chain;
}

/** `... + (t2 + (t1 + t0))` */
function right(join: Join, term: (i: number) => PrimExpr, terms = TERMS): PrimExpr {
  return left((chain, next) => join(next, chain), term, terms);
}

function analyzer(): arith.Analyzer {
  const result = new Analyzer();
  result.bind(x, new Range(constant(0), constant(8)));
  return result;
}

describe("ten thousand terms do not overflow the stack", () => {
  test("in sums, whichever way they lean", () => {
    const same = (i: number): PrimExpr => mul(x, (i % 7) + 1);
    expect(printExpr(analyzer().simplify(left(add, same)))).toBe("(x: int32*39994)");
    expect(printExpr(analyzer().simplify(right(add, same)))).toBe("(x: int32*39994)");
    const cancelling = (i: number): PrimExpr => (i % 2 === 0 ? add(x, 1) : sub(0 as never, x));
    expect(printExpr(analyzer().simplify(left(add, cancelling)))).toBe("5000");
    for (const chain of [left(add, (i) => vars[i]!), right(add, (i) => vars[i]!)]) {
      expect(analyzer().simplify(chain).kind).toBe("Add");
    }
  });

  test.each([
    ["minima", left(min, (i) => vars[i]!)],
    ["nested minima", right(min, (i) => vars[i]!)],
    ["conditions", left(and, (i) => lt(vars[i]!, x))],
    ["products", left(mul, (i) => vars[i]!)],
    [
      "a remainder of a sum",
      floorMod(
        left(add, (i) => mul(vars[i]!, 8)),
        8,
      ),
    ],
    [
      "a comparison of sums",
      lt(
        left(add, (i) => vars[i]!),
        right(add, (i) => vars[i]!),
      ),
    ],
    [
      "quotients",
      left(
        (a, b) => floorDiv(add(a, b), 3),
        (i) => vars[i]!,
        2000,
      ),
    ],
  ])("in %s", (_, chain) => {
    expect(() => analyzer().simplify(chain)).not.toThrow();
  });

  test("in bounds, modular sets, interval sets and linear equations", () => {
    const chain = left(add, () => x);
    expect(analyzer().constIntBound(chain)).toEqual({ min: 0, max: 70_000 });
    expect(analyzer().modularSet(left(add, () => mul(x, 4)))).toEqual({ coeff: 4, base: 0 });
    const domains = new Map([[x, IntSet.interval(constant(0), constant(7))]]);
    for (const sum of [chain, right(add, () => x)]) {
      expect(printExpr(evalSet(sum, domains).max)).toBe("70000");
    }
    const linear = detectLinearEquation(chain, [x])!;
    expect(linear.map((part) => printExpr(part))).toEqual(["10000", "0"]);
  });
});

test("simplifying a sum of n terms applies a number of rules proportional to n", () => {
  const rulesFor = (terms: number): number => {
    let applied = 0;
    new Analyzer(() => applied++).simplify(left(add, (i) => add(i + 1, vars[i]!), terms));
    return applied;
  };
  expect(rulesFor(8000) / rulesFor(1000)).toBeCloseTo(8, 1);
});
