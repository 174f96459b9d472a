/** Affine expressions are simplified directly; the result must be the one of the rules. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arith, tir } from "tvm-ts";
import { simplifyAffine } from "../../../lib/tvm-ts/src/arith/affine";

const [x, y, z, one] = ["x", "y", "z", "one"].map((name) => new tir.Var(name)) as [
  tir.Var,
  tir.Var,
  tir.Var,
  tir.Var,
];
const user = new tir.Var("user");

/** `0 <= x < 8`, `-3 <= y < 2`, `one = 1`; `user` is computed from elements of arrays. */
function facts(observer?: arith.RuleObserver): arith.Analyzer {
  const analyzer = new arith.Analyzer(observer);
  analyzer.bind(x, new tir.Range(tir.constant(0), tir.constant(8)));
  analyzer.bind(y, new tir.Range(tir.constant(-3), tir.constant(5)));
  analyzer.bind(one, new tir.Range(tir.constant(1), tir.constant(1)));
  analyzer.bindUserData(user);
  return analyzer;
}

const affine = (expr: tir.PrimExpr): string | undefined =>
  simplifyAffine(expr, facts())?.toString();
const text = (expr: tir.PrimExpr): string => expr.toString();

describe("an affine expression", () => {
  test("has the largest factors first, and subtracted terms last", () => {
    expect(affine(x.add(y.mul(4)).sub(1).mul(8))).toBe(text(y.mul(32).add(x.mul(8)).sub(8)));
    expect(affine(tir.constant(5).sub(x).add(y.mul(2)))).toBe(text(y.mul(2).add(5).sub(x)));
    expect(affine(x.add(y).add(z))).toBe(text(x.add(y).add(z)));
  });

  test("has each variable once", () => {
    expect(affine(x.mul(8).add(8).sub(x.mul(8)))).toBe("8");
    expect(affine(x.mul(3).add(y).sub(x))).toBe(text(x.mul(2).add(y)));
    expect(affine(x.add(y).add(y.add(x)))).toBe(text(x.mul(2).add(y.mul(2))));
  });

  test("has the values of variables that have one", () => {
    expect(affine(x.mul(2).add(one.mul(3)))).toBe(text(x.mul(2).add(3)));
  });
});

describe("the rules decide", () => {
  test("the order of equal factors if something is subtracted", () => {
    expect(affine(z.sub(tir.constant(0).sub(x).sub(y)))).toBe(undefined);
    expect(affine(x.add(x.mul(-1)).add(y.add(x).mul(4)))).toBe(undefined);
  });

  test("how a single negative term is written", () => {
    expect(affine(x.mul(-2))).toBe(undefined);
  });

  test("what is not affine", () => {
    expect(affine(x.mul(y))).toBe(undefined);
    expect(affine(tir.floorDiv(x, 2).add(y))).toBe(undefined);
    expect(affine(new tir.Var("narrow", "int8"))).toBe(undefined);
  });

  test("what is large: numbers may overflow, and long sums are not walked recursively", () => {
    expect(affine(x.add(-(2 ** 31)))).toBe(undefined);
    expect(affine(x.mul(2 ** 30).add(x.mul(2 ** 30)))).toBe(undefined);
    let long: tir.PrimExpr = x;
    for (let i = 0; i < 20_000; i++) long = new tir.Add(long, y);
    expect(affine(long)).toBe(undefined);
  });
});

const FACTORS = [1, 2, 3, 4, 8, 32, 0, -1, -2, -8, 2 ** 20, 2 ** 28, 2 ** 30, -(2 ** 31)];
const number = fc.constantFrom(...FACTORS).map((value) => tir.constant(value));
const { value: sums } = fc.letrec<{ value: tir.PrimExpr }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    { weight: 1, arbitrary: fc.oneof(number, fc.constantFrom<tir.PrimExpr[]>(x, y, z, one, user)) },
    { weight: 2, arbitrary: fc.tuple(tie("value"), tie("value")).map(([a, b]) => tir.add(a, b)) },
    { weight: 1, arbitrary: fc.tuple(tie("value"), tie("value")).map(([a, b]) => tir.sub(a, b)) },
    { weight: 1, arbitrary: fc.tuple(tie("value"), number).map(([a, b]) => tir.mul(a, b)) },
  ),
}));

test("the direct result is that of the rules", () => {
  fc.assert(
    fc.property(sums, (sum) => {
      const direct = facts().simplify(sum);
      // With an observer, the rules are applied.
      const ruled = facts(() => undefined).simplify(sum);
      expect(text(direct)).toBe(text(ruled));
    }),
    { numRuns: 5000 },
  );
});
