import { describe, expect, test } from "vitest";
import { InternalError, tir } from "tvm-ts";
import type { RuleContext } from "../../../lib/tvm-ts/src/arith/rewrite/rule-context";
import { rule, type Rule } from "../../../lib/tvm-ts/src/arith/rewrite/rule";

const x = new tir.Var("x");
const y = new tir.Var("y");

/** Proves nothing. */
const provesNothing: RuleContext = {
  fastMath: false,
  isExact: () => true,
  compare: () => "?",
  canProveGreaterEqual: () => false,
  canProveLess: () => false,
  bound: () => ({ min: -Infinity, max: Infinity }),
  modular: () => ({ coeff: 1, base: 0 }),
};

function apply(written: Rule, expr: tir.PrimExpr, context = provesNothing): string | undefined {
  const result = written.apply(expr, [], context);
  return result && tir.printExpr(result);
}

describe("a rule", () => {
  test("prints as it is written", () => {
    expect(rule("x*c1 + y", "y + x*c1", "c1 > 0, x >= 0").name).toBe(
      "x*c1 + y -> y + x*c1 if c1 > 0, x >= 0",
    );
  });

  test("matches equal expressions for equal names", () => {
    const cancel = rule("(x + y) - x", "y");
    expect(apply(cancel, tir.sub(tir.add(tir.mul(x, 2), y), tir.mul(x, 2)))).toBe("y: int32");
    expect(apply(cancel, tir.sub(tir.add(x, y), y))).toBeUndefined();
  });

  test("matches integer constants by value and computes with them", () => {
    const merge = rule("(x + c1) + c2", "x + (c1 + c2)");
    expect(apply(merge, tir.add(tir.add(x, 3), 4))).toBe("(x: int32 + 7)");
    expect(apply(merge, tir.add(tir.add(x, y), 4))).toBeUndefined();
  });

  test("does not apply where a constant would not fit its type", () => {
    const merge = rule("(x + c1) + c2", "x + (c1 + c2)");
    const large = tir.constant(2_000_000_000);
    expect(apply(merge, tir.add(tir.add(x, large), large))).toBeUndefined();
  });

  test("computes conditions on constants and proves the others", () => {
    const conditional = rule("x*c1 + y", "y", "c1 % 2 == 0, y >= 0");
    const even = tir.add(tir.mul(x, 4), y);
    expect(apply(conditional, even)).toBeUndefined();
    const proves = { ...provesNothing, canProveGreaterEqual: (e: tir.PrimExpr) => e === y };
    expect(apply(conditional, even, proves)).toBe("y: int32");
    expect(apply(conditional, tir.add(tir.mul(x, 3), y), proves)).toBeUndefined();
  });

  test("gives literals the type of the other operand", () => {
    const wide = new tir.Var("w", "int64");
    const opposite = rule("x - y", "0 - (y - x)");
    expect(apply(opposite, tir.sub(wide, tir.mul(wide, 2)))).toBe("(0i64 - ((w: int64*2i64) - w))");
  });

  test("applies the first matching pattern of several", () => {
    const either = rule(["x*c1 + y", "x + y"], (match) => match.y);
    expect(apply(either, tir.add(tir.mul(x, 2), y))).toBe("y: int32");
    expect(apply(either, tir.add(y, x))).toBe("x: int32");
  });
});

test.each([
  ["x +", "uses '', which is not a pattern variable"],
  ["x y", "has an unexpected 'y'"],
  ["w + 1", "uses 'w', which is not a pattern variable"],
  ["min(x)", "gives min 1 arguments"],
  ["(x + y", "is missing ')'"],
  ["x $ y", "has an unknown token at ' $ y'"],
  ["x, y", "is not one pattern"],
])("the malformed pattern %s is refused", (pattern, problem) => {
  expect(() => rule(pattern, "x").patterns).toThrow(InternalError);
  expect(() => rule(pattern, "x").patterns).toThrow(`the pattern "${pattern}" ${problem}`);
});

test.each(["x", "x + y > 0 && x > 0", "x != 0", "x*y"])("the condition %s is refused", (text) => {
  expect(() => apply(rule("x + y", "x", text), tir.add(x, y))).toThrow(InternalError);
});
