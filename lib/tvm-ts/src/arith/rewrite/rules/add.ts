/** Rules for `a + b`. */

import { simplifyAgain, noFloats, rule, type Match, type RuleSet } from "../rule";
import type { RuleContext } from "../rule-context";

/** Adding -0 does not change any number; adding 0 changes -0. */
function addsNothing({ f1 }: Match, context: RuleContext): boolean {
  return f1 === 0 && (context.fastMath || Object.is(f1, -0));
}

export const addRules: RuleSet = {
  vector: [
    rule("ramp(b1, s1, lanes) + ramp(b2, s2, lanes)", "ramp(b1 + b2, s1 + s2, lanes)", noFloats),
    rule("ramp(b1, s1, lanes) + broadcast(x, lanes)", "ramp(b1 + x, s1, lanes)", noFloats),
    rule("broadcast(x, lanes) + ramp(b1, s1, lanes)", "ramp(x + b1, s1, lanes)", noFloats),
    rule("broadcast(x, lanes) + broadcast(y, lanes)", "broadcast(x + y, lanes)"),
    rule("x + broadcast(f1, lanes)", "x", addsNothing),
  ],
  index: [
    // Terms that are added and subtracted cancel.
    rule("(x - y) + y", "x"),
    rule("x + (y - x)", "y"),
    rule("(x - y) + (y - z)", "x - z"),
    rule("(x - y) + (z - x)", "z - y"),
    rule("min(x, y - z) + z", "min(x + z, y)"),
    rule("min(x - z, y) + z", "min(x, y + z)"),
    rule("max(x, y - z) + z", "max(x + z, y)"),
    rule("max(x - z, y) + z", "max(x, y + z)"),
    rule("min(x, y + z*c1) + z*c2", "min(x + z*c2, y)", "c1 == -c2"),
    rule("max(x, y + z*c1) + z*c2", "max(x + z*c2, y)", "c1 == -c2"),
    rule("min(y + z*c1, x) + z*c2", "min(x + z*c2, y)", "c1 == -c2"),
    rule("max(y + z*c1, x) + z*c2", "max(x + z*c2, y)", "c1 == -c2"),
    rule("max(x, y) + min(x, y)", "x + y"),
    rule("min(x, y) + max(x, y)", "x + y"),
    rule("max(x, y) + min(y, x)", "x + y"),
    rule("min(x, y) + max(y, x)", "x + y"),
    rule("min(x, y + c1) + c2", "min(x + c2, y)", "c1 == -c2"),
    rule("min(x + c1, y) + c2", "min(x, y + c2)", "c1 == -c2"),
    rule("max(x, y + c1) + c2", "max(x + c2, y)", "c1 == -c2"),
    rule("max(x + c1, y) + c2", "max(x, y + c2)", "c1 == -c2"),
    rule("(x + c1) + c2", "x + (c1 + c2)"),

    // Equal factors are factored out.
    rule("x + x", "x*2"),
    rule("x*y + x", "x*(y + 1)"),
    rule("y*x + x", "x*(y + 1)"),
    rule("x + y*x", "x*(1 + y)"),
    rule("x + x*y", "x*(1 + y)"),
    rule("x*y + x*z", "x*(y + z)"),
    rule("y*x + x*z", "x*(y + z)"),
    rule("x*y + z*x", "x*(y + z)"),
    rule("y*x + z*x", "x*(y + z)"),

    // A quotient and its remainder combine to the dividend.
    rule("truncdiv(x, c1)*c1 + truncmod(x, c1)", "x"),
    rule("floordiv(x, y)*y + floormod(x, y)", "x"),
    rule("y*floordiv(x, y) + floormod(x, y)", "x"),
    rule("floormod(x, y) + floordiv(x, y)*y", "x"),
    rule("floormod(x, y) + y*floordiv(x, y)", "x"),
    rule("floordiv(floormod(x, c2) + c1, c2) + floordiv(x, c2)", "floordiv(x + c1, c2)", "c2 > 0"),

    // Constants move to the right, so that they combine.
    simplifyAgain("x + (c1 - y)", "(x - y) + c1"),
    simplifyAgain("(c1 - y) + x", "(x - y) + c1"),
    simplifyAgain("(x + c1) + y", "(x + y) + c1"),
    simplifyAgain("x + (c1 + y)", "(x + y) + c1"),
    simplifyAgain("x + max(y, z)", "max(y, z) + x"),
    simplifyAgain("x + min(y, z)", "min(y, z) + x"),
    simplifyAgain("truncmod(y, c1) + x*c1", "x*c1 + truncmod(y, c1)"),
    simplifyAgain("floormod(y, c1) + x*c1", "x*c1 + floormod(y, c1)"),
  ],
  any: [rule("select(x, b1, b2) + select(x, s1, s2)", "select(x, b1 + s1, b2 + s2)")],
};
