/** Rules for `a < b`; the other orders become it, or its negation. */

import { constant, sub, type PrimExpr } from "../../../ir";
import { simplifyAgain, noFloats, rule, type Match, type RuleSet } from "../rule";
import type { RuleContext } from "../rule-context";

/** The sign of the difference is known, or the ranges do not overlap. */
function lessByDifference(match: Match, context: RuleContext): PrimExpr | undefined {
  if (!context.isExact(sub(match.x, match.y))) return lessByBounds(match, context);
  switch (context.compare(sub(match.x, match.y), 0)) {
    case "<":
      return constant(1, match.expr.dtype);
    case "==":
    case ">":
    case ">=":
      return constant(0, match.expr.dtype);
    default:
      return undefined;
  }
}

function lessByBounds(match: Match, context: RuleContext): PrimExpr | undefined {
  const x = context.bound(match.x);
  const y = context.bound(match.y);
  if (x.max < y.min) return constant(1, match.expr.dtype);
  return x.min >= y.max ? constant(0, match.expr.dtype) : undefined;
}

export const lessRules: RuleSet = {
  vector: [
    rule("broadcast(x, lanes) < broadcast(y, lanes)", "broadcast(x < y, lanes)"),
    rule("ramp(x, s1, lanes) < ramp(y, s1, lanes)", "broadcast(x < y, lanes)", noFloats),
  ],
  index: [
    rule("x < y", lessByDifference),

    // Common terms of both sides cancel.
    rule("x + y < x + z", "y < z"),
    rule("x + y < z + x", "y < z"),
    rule("y + x < x + z", "y < z"),
    rule("y + x < z + x", "y < z"),
    rule("y - x < z - x", "y < z"),
    rule("x - y < x - z", "z < y"),
    rule("x < x + z", "0 < z"),
    rule("x < z + x", "0 < z"),
    rule("x < x - z", "z < 0"),
    rule("c1 < x + c2", "c1 - c2 < x"),
    rule("c1 < c2 - x", "x < c2 - c1"),
    rule("x*c1 < y*c1", "x < y", "c1 > 0"),
    rule("x*c1 < y*c1", "y < x", "c1 < 0"),

    // A constant factor moves to the other side, rounded so that the comparison is unchanged.
    rule("x*c2 < c1", "x < truncdiv(c1 - 1, c2) + 1", "c1 > 0, c2 > 0"),
    rule("x*c2 < c1", "x < truncdiv(c1, c2)", "c1 <= 0, c2 > 0"),
    rule("x*c2 < c1", "truncdiv(c1 - 1, c2) - 1 < x", "c1 > 0, c2 < 0"),
    rule("x*c2 < c1", "truncdiv(c1, c2) < x", "c1 <= 0, c2 < 0"),
    rule("c1 < x*c2", "truncdiv(c1 + 1, c2) - 1 < x", "c1 < 0, c2 > 0"),
    rule("c1 < x*c2", "truncdiv(c1, c2) < x", "c1 >= 0, c2 > 0"),
    rule("c1 < x*c2", "x < truncdiv(c1 + 1, c2) + 1", "c1 < 0, c2 < 0"),
    rule("c1 < x*c2", "x < truncdiv(c1, c2)", "c1 >= 0, c2 < 0"),

    // A constant divisor also moves to the other side.
    rule("truncdiv(x, c1) < c2", "x < c1*c2", "c1 > 0, c2 > 0"),
    rule("truncdiv(x, c1) < c2", "x < c1*(c2 - 1) + 1", "c1 > 0, c2 <= 0"),
    rule("c1 < truncdiv(x, c2)", "(c1 + 1)*c2 - 1 < x", "c1 >= 0, c2 > 0"),
    rule("c1 < truncdiv(x, c2)", "c1*c2 < x", "c1 < 0, c2 > 0"),
    rule("truncdiv(x, c1)*c1 < x", "0 < truncmod(x, c1)", "c1 > 0"),
    rule("truncdiv(x, c1)*c1 < x + y", "0 < truncmod(x, c1) + y", "c1 > 0"),
    rule("truncdiv(x, c1)*c1 < x - y", "y < truncmod(x, c1)", "c1 > 0"),
    rule("truncdiv(x + c2, c1)*c1 < x", "c2 < truncmod(x + c2, c1)", "c1 > 0"),
    rule("truncdiv(x + c2, c1)*c1 < x + y", "c2 < truncmod(x + c2, c1) + y", "c1 > 0"),
    rule("truncdiv(x + c2, c1)*c1 < x - y", "y < truncmod(x + c2, c1) + (0 - c2)", "c1 > 0"),
    rule("floordiv(x, c1) < c2", "x < c1*c2", "c1 > 0"),
    rule("c1 < floordiv(x, c2)", "(c1 + 1)*c2 - 1 < x", "c2 > 0"),
    rule("floordiv(x, c1)*c1 < x", "0 < floormod(x, c1)", "c1 > 0"),
    rule("floordiv(x, c1)*c1 < x + y", "0 < floormod(x, c1) + y", "c1 > 0"),
    rule("floordiv(x, c1)*c1 < x - y", "y < floormod(x, c1)", "c1 > 0"),
    rule("floordiv(x + c2, c1)*c1 < x", "c2 < floormod(x + c2, c1)", "c1 > 0"),
    rule("floordiv(x + c2, c1)*c1 < x + y", "c2 < floormod(x + c2, c1) + y", "c1 > 0"),
    rule("floordiv(x + c2, c1)*c1 < x - y", "y < floormod(x + c2, c1) + (0 - c2)", "c1 > 0"),

    // Minima and maxima are split; constants combine on the right.
    simplifyAgain("min(x, y) < z", "x < z || y < z"),
    simplifyAgain("max(x, y) < z", "x < z && y < z"),
    simplifyAgain("z < min(x, y)", "z < x && z < y"),
    simplifyAgain("z < max(x, y)", "z < x || z < y"),
    simplifyAgain("x < c1 - y", "x + y < c1"),
    simplifyAgain("x < c1 + y", "x - y < c1"),
    simplifyAgain("c1 - y < x", "c1 < x + y"),
    simplifyAgain("c1 + y < x", "c1 < x - y"),
    simplifyAgain("x + c1 < c2", "x < c2 - c1"),
    simplifyAgain("x - c1 < c2", "x < c2 + c1"),
  ],
};
