/** Rules for `a - b`. */

import { CallEffect, isFloat, sideEffect } from "../../../ir";
import type { RuleContext } from "../rule-context";
import { simplifyAgain, noFloats, rule, type Match, type RuleSet } from "../rule";

/** `x` may be dropped: it has no side effect, and NaN and infinity are ignored. */
function dropsX(match: Match, context: RuleContext): boolean {
  return context.fastMath && sideEffect(match.x) <= CallEffect.ReadState;
}

function dropsY(match: Match, context: RuleContext): boolean {
  return context.fastMath && sideEffect(match.y) <= CallEffect.ReadState;
}

/** `x - x` is 0, except for a float that may be NaN or infinite. */
function sameDifference(match: Match, context: RuleContext): boolean {
  return context.fastMath || !isFloat(match.y.dtype);
}

export const subRules: RuleSet = {
  vector: [
    rule("ramp(b1, s1, lanes) - ramp(b2, s2, lanes)", "ramp(b1 - b2, s1 - s2, lanes)", noFloats),
    rule("ramp(b1, s1, lanes) - broadcast(x, lanes)", "ramp(b1 - x, s1, lanes)", noFloats),
    rule("broadcast(x, lanes) - ramp(b1, s1, lanes)", "ramp(x - b1, 0 - s1, lanes)", noFloats),
    rule("broadcast(x, lanes) - broadcast(y, lanes)", "broadcast(x - y, lanes)"),
  ],
  index: [
    // Terms that are added and subtracted cancel.
    rule("(x + y) - y", "x"),
    rule("(x + y) - x", "y"),
    rule("x - (y + x)", "0 - y"),
    rule("x - (x + y)", "0 - y"),
    rule("min(x, y) - x", "min(0, y - x)"),
    rule("min(x, y) - y", "min(x - y, 0)"),
    rule("max(x, y) - x", "max(0, y - x)"),
    rule("max(x, y) - y", "max(x - y, 0)"),
    rule("x - max(x, y)", "min(0, x - y)"),
    rule("y - max(x, y)", "min(y - x, 0)"),
    rule("x - min(x, y)", "max(0, x - y)"),
    rule("y - min(x, y)", "max(y - x, 0)"),

    // Equal factors are factored out.
    rule("x - x", "0"),
    rule("x*y - x", "x*(y - 1)"),
    rule("y*x - x", "x*(y - 1)"),
    rule("x - y*x", "x*(1 - y)"),
    rule("x - x*y", "x*(1 - y)"),
    rule("x*y - x*z", "x*(y - z)"),
    rule("y*x - x*z", "x*(y - z)"),
    rule("x*y - z*x", "x*(y - z)"),
    rule("y*x - z*x", "x*(y - z)"),

    rule("(x + c1) - c2", "x + (c1 - c2)"),
    rule("(c1 - x) - (c2 - y)", "(y - x) + (c1 - c2)"),
    rule("(x + y) - (x + z)", "y - z"),
    rule("(x + y) - (z + x)", "y - z"),
    rule("(y + x) - (z + x)", "y - z"),
    rule("(y + x) - (x + z)", "y - z"),
    rule("min(x + y, z) - x", "min(y, z - x)"),
    rule("min(y + x, z) - x", "min(y, z - x)"),
    rule("min(z, x + y) - x", "min(z - x, y)"),
    rule("min(z, y + x) - x", "min(z - x, y)"),
    rule("max(x + y, z) - x", "max(y, z - x)"),
    rule("max(y + x, z) - x", "max(y, z - x)"),
    rule("max(z, x + y) - x", "max(z - x, y)"),
    rule("max(z, y + x) - x", "max(z - x, y)"),
    rule("x - min(x + y, z)", "max(0 - y, x - z)"),
    rule("x - min(y + x, z)", "max(0 - y, x - z)"),
    rule("x - min(z, x + y)", "max(x - z, 0 - y)"),
    rule("x - min(z, y + x)", "max(x - z, 0 - y)"),
    rule("min(x, y) - min(y, x)", "0"),
    rule("max(x, y) - max(y, x)", "0"),
    rule("min(b1, b2) - min(s1, s2)", "b1 - s1", "(b1 - s1) - (b2 - s2) == 0"),
    rule("min(b1, b2) - min(s1, s2)", "b1 - s2", "(b1 - s2) - (b2 - s1) == 0"),
    rule("max(b1, b2) - max(s1, s2)", "b1 - s1", "(b1 - s1) - (b2 - s2) == 0"),
    rule("max(b1, b2) - max(s1, s2)", "b1 - s2", "(b1 - s2) - (b2 - s1) == 0"),

    // x - x/c*c is the remainder, for truncated division, then for floored division.
    rule("x - truncdiv(x, c1)*c1", "truncmod(x, c1)", "c1 != 0"),
    rule("truncdiv(x, c1)*c1 - x", "0 - truncmod(x, c1)", "c1 != 0"),
    rule("x - truncdiv(x + y, c1)*c1", "truncmod(x + y, c1) - y", "c1 != 0"),
    rule("truncdiv(x + y, c1)*c1 - x", "y - truncmod(x + y, c1)", "c1 != 0"),
    rule("x - truncdiv(x - y, c1)*c1", "truncmod(x - y, c1) + y", "c1 != 0"),
    rule("truncdiv(x - y, c1)*c1 - x", "0 - truncmod(x - y, c1) - y", "c1 != 0"),
    rule("x*c2 - truncdiv(x, c1)*c3", "truncmod(x, c1)*c2", "c1 != 0, c3 == c1*c2"),
    rule("truncdiv(x, c1)*c3 - x*c2", "0 - truncmod(x, c1)*c2", "c1 != 0, c3 == c1*c2"),
    rule("x*c2 - truncdiv(x + y, c1)*c3", "(truncmod(x + y, c1) - y)*c2", "c1 != 0, c3 == c1*c2"),
    rule("truncdiv(x + y, c1)*c3 - x*c2", "(y - truncmod(x + y, c1))*c2", "c1 != 0, c3 == c1*c2"),
    rule("x*c2 - truncdiv(x - y, c1)*c3", "(truncmod(x - y, c1) + y)*c2", "c1 != 0, c3 == c1*c2"),
    rule(
      "truncdiv(x - y, c1)*c3 - x*c2",
      "(0 - truncmod(x - y, c1) - y)*c2",
      "c1 != 0, c3 == c1*c2",
    ),
    rule(
      "truncdiv(x + c1, c3) - truncdiv(x + c2, c3)",
      "truncdiv(truncmod(x + floormod(c2, c3), c3) + (c1 - c2), c3)",
      "c1 >= c2, c3 > 0, x >= -c2, x >= -floormod(c2, c3)",
    ),
    rule(
      "truncdiv(x + c1, c3) - truncdiv(x, c3)",
      "truncdiv(truncmod(x, c3) + c1, c3)",
      "c1 >= 0, c3 > 0, x >= 0",
    ),

    rule("x - floordiv(x, c1)*c1", "floormod(x, c1)", "c1 != 0"),
    rule("floordiv(x, c1)*c1 - x", "0 - floormod(x, c1)", "c1 != 0"),
    rule("x - floordiv(x + y, c1)*c1", "floormod(x + y, c1) - y", "c1 != 0"),
    rule("floordiv(x + y, c1)*c1 - x", "y - floormod(x + y, c1)", "c1 != 0"),
    rule("x - floordiv(x - y, c1)*c1", "floormod(x - y, c1) + y", "c1 != 0"),
    rule("floordiv(x - y, c1)*c1 - x", "0 - floormod(x - y, c1) - y", "c1 != 0"),
    rule("x*c2 - floordiv(x, c1)*c3", "floormod(x, c1)*c2", "c1 != 0, c3 == c1*c2"),
    rule("floordiv(x, c1)*c3 - x*c2", "0 - floormod(x, c1)*c2", "c1 != 0, c3 == c1*c2"),
    rule("x*c2 - floordiv(x + y, c1)*c3", "(floormod(x + y, c1) - y)*c2", "c1 != 0, c3 == c1*c2"),
    rule("floordiv(x + y, c1)*c3 - x*c2", "(y - floormod(x + y, c1))*c2", "c1 != 0, c3 == c1*c2"),
    rule("x*c2 - floordiv(x - y, c1)*c3", "(floormod(x - y, c1) + y)*c2", "c1 != 0, c3 == c1*c2"),
    rule(
      "floordiv(x - y, c1)*c3 - x*c2",
      "(0 - floormod(x - y, c1) - y)*c2",
      "c1 != 0, c3 == c1*c2",
    ),
    rule(
      "floordiv(x + c1, c3) - floordiv(x + c2, c3)",
      "floordiv(floormod(x + floormod(c2, c3), c3) + (c1 - c2), c3)",
      "c3 > 0",
    ),
    rule("floordiv(x + c1, c3) - floordiv(x, c3)", "floordiv(floormod(x, c3) + c1, c3)", "c3 > 0"),

    // A constant is added rather than subtracted, and moves to the right.
    rule("x - c1", "x + (0 - c1)"),
    simplifyAgain("(x + c1) - y", "(x - y) + c1"),
    simplifyAgain("x - (y - z)", "(x + z) - y"),
    simplifyAgain("x - y*c1", "x + y*(0 - c1)"),
  ],
  float: [
    rule("x - x", "0", dropsX),
    rule("(x + y) - y", "x", dropsY),
    rule("(x + y) - x", "y", dropsX),
    rule("x - (y + x)", "0 - y", dropsX),
    rule("x - (x + y)", "0 - y", dropsX),
  ],
  any: [
    rule("select(x, b1, b2) - select(x, s1, s2)", "select(x, b1 - s1, b2 - s2)"),
    rule("select(x, y, z) - z", "select(x, y - z, 0)", sameDifference),
    rule("select(x, y, z) - y", "select(x, 0, z - y)", sameDifference),
  ],
};
