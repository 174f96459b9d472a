/** Rules for `a * b`. */

import type { RuleContext } from "../rule-context";
import { simplifyAgain, noFloats, rule, type Match, type RuleSet } from "../rule";

/** A product with 0 is 0 unless the other factor may be negative, infinite or NaN. */
function isZeroFactor({ f1 }: Match, context: RuleContext): boolean {
  return context.fastMath && f1 === 0;
}

export const mulRules: RuleSet = {
  vector: [
    rule("broadcast(x, lanes) * broadcast(y, lanes)", "broadcast(x*y, lanes)"),
    rule("ramp(b1, s1, lanes) * broadcast(x, lanes)", "ramp(b1*x, s1*x, lanes)", noFloats),
    rule("broadcast(x, lanes) * ramp(b1, s1, lanes)", "ramp(b1*x, s1*x, lanes)", noFloats),
    rule("broadcast(f1, lanes) * x", "broadcast(f1, lanes)", isZeroFactor),
  ],
  index: [
    rule("(x + c1)*c2", "x*c2 + c1*c2"),
    rule("(x*c1)*c2", "x*(c1*c2)"),
    rule("min(x, y)*max(x, y)", "x*y"),
    rule("max(x, y)*min(x, y)", "x*y"),
    // Both sides are `x` rounded up to a multiple of `c1`.
    rule("floordiv(x - floormod(x, c2), c1)*c1", "x - floormod(x, c2)", "c1 == -c2"),

    // Constants move to the right, negative ones into differences.
    simplifyAgain("x*(c1*y)", "(x*y)*c1"),
    simplifyAgain("c1*x", "x*c1"),
    simplifyAgain("(x - y)*c1", "(y - x)*(0 - c1)", "c1 < 0"),
  ],
  float: [rule("x*f1", "f1", isZeroFactor), rule("f1*x", "f1", isZeroFactor)],
};
