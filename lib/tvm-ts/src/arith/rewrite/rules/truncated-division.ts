/**
 * Rules for `truncdiv(a, b)`, division that rounds toward zero. Most hold only if the dividend's parts
 * are provably non-negative.
 */

import { constant, mul } from "../../../ir";
import type { RuleContext } from "../rule-context";
import { rule, type Match, type RuleSet } from "../rule";
import { quotientOfRampTruncated } from "./ramps";

/** Division by a power of two equals multiplication by its reciprocal, which is exact. */
function hasReciprocal({ f1 }: Match, context: RuleContext): boolean {
  const exponent = Math.log2(Math.abs(f1));
  const exact = Number.isInteger(exponent) && Math.abs(exponent) < 15;
  return exact || (context.fastMath && f1 !== 0 && Number.isFinite(f1));
}

/** `x / f1` is `x` times the reciprocal. */
function timesReciprocal(match: Match) {
  return mul(match.x, constant(1 / match.f1, match.expr.dtype));
}

export const truncDivRules: RuleSet = {
  vector: [
    rule("truncdiv(broadcast(x, lanes), broadcast(y, lanes))", "broadcast(truncdiv(x, y), lanes)"),
    rule("truncdiv(ramp(b1, c1, lanes), broadcast(c2, lanes))", quotientOfRampTruncated),
  ],
  float: [rule("truncdiv(x, f1)", timesReciprocal, hasReciprocal)],
  index: [
    rule("truncdiv(truncdiv(x, c1), c2)", "truncdiv(x, c1*c2)", "c1 > 0, c2 > 0"),
    rule(
      "truncdiv(truncdiv(x, c1) + c2, c3)",
      "truncdiv(x + c1*c2, c1*c3)",
      "c1 > 0, c2 >= 0, c3 > 0, x >= 0",
    ),
    rule("truncdiv(x*c1, c2)", "x*truncdiv(c1, c2)", "c1 > 0, c2 > 0, c1 % c2 == 0"),
    rule("truncdiv(x*c1, c2)", "truncdiv(x, truncdiv(c2, c1))", "c1 > 0, c2 > 0, c2 % c1 == 0"),
    rule("truncdiv(x, x)", "1"),
    rule("truncdiv(x*c1, x)", "c1"),
    rule("truncdiv(c1*x, x)", "c1"),

    // A multiple of the divisor has an integer quotient, and is split off.
    rule(
      "truncdiv(x*c1 + y, c2)",
      "x*truncdiv(c1, c2) + truncdiv(y, c2)",
      "c1 >= 0, c2 > 0, c1 % c2 == 0, x >= 0, y >= 0",
    ),
    rule(
      "truncdiv(min(x*c1, y), c2)",
      "min(x*truncdiv(c1, c2), truncdiv(y, c2))",
      "c1 >= 0, c2 > 0, c1 % c2 == 0, x >= 0, y >= 0",
    ),
    rule(
      "truncdiv(max(x*c1, y), c2)",
      "max(x*truncdiv(c1, c2), truncdiv(y, c2))",
      "c1 >= 0, c2 > 0, c1 % c2 == 0, x >= 0, y >= 0",
    ),
    rule(
      "truncdiv(y + x*c1, c2)",
      "truncdiv(y, c2) + x*truncdiv(c1, c2)",
      "c1 >= 0, c2 > 0, c1 % c2 == 0, x >= 0, y >= 0",
    ),
    rule(
      "truncdiv(min(y, x*c1), c2)",
      "min(truncdiv(y, c2), x*truncdiv(c1, c2))",
      "c1 >= 0, c2 > 0, c1 % c2 == 0, x >= 0, y >= 0",
    ),
    rule(
      "truncdiv(max(y, x*c1), c2)",
      "max(truncdiv(y, c2), x*truncdiv(c1, c2))",
      "c1 >= 0, c2 > 0, c1 % c2 == 0, x >= 0, y >= 0",
    ),
    rule(
      "truncdiv(x*c1 + y + z, c2)",
      "x*truncdiv(c1, c2) + truncdiv(y + z, c2)",
      "c1 >= 0, c2 > 0, c1 % c2 == 0, x >= 0, y + z >= 0",
    ),
    rule(
      "truncdiv(x*c1 - y + z, c2)",
      "x*truncdiv(c1, c2) + truncdiv(z - y, c2)",
      "c1 >= 0, c2 > 0, c1 % c2 == 0, x >= 0, z - y >= 0",
    ),
    rule(
      "truncdiv(x*c1 + y - z, c2)",
      "x*truncdiv(c1, c2) + truncdiv(y - z, c2)",
      "c1 >= 0, c2 > 0, c1 % c2 == 0, x >= 0, y - z >= 0",
    ),
    rule(
      "truncdiv(y + x*c1 + z, c2)",
      "x*truncdiv(c1, c2) + truncdiv(y + z, c2)",
      "c1 > 0, c2 > 0, c1 % c2 == 0, x >= 0, y + z >= 0",
    ),
    rule(
      "truncdiv(x + c1, c2)",
      "truncdiv(x, c2) + truncdiv(c1, c2)",
      "c1 > 0, c2 > 0, c1 % c2 == 0, x >= 0",
    ),
    rule("truncdiv(x + y, x)", "truncdiv(y, x) + 1", "x >= 0, y >= 0"),
    rule("truncdiv(y + x, x)", "truncdiv(y, x) + 1", "x >= 0, y >= 0"),
    rule("truncdiv((x + y) + z, x)", "truncdiv(y + z, x) + 1", "x >= 0, y + z >= 0"),
    rule("truncdiv((y + x) + z, x)", "truncdiv(y + z, x) + 1", "x >= 0, y + z >= 0"),
    rule("truncdiv(y + (z + x), x)", "truncdiv(y + z, x) + 1", "x >= 0, y + z >= 0"),
    rule("truncdiv(y + (x + z), x)", "truncdiv(y + z, x) + 1", "x >= 0, y + z >= 0"),
    rule("truncdiv(x*y, y)", "x", "x >= 0, y >= 0"),
    rule("truncdiv(y*x, y)", "x", "x >= 0, y >= 0"),
    rule("truncdiv(x*z + y, z)", "x + truncdiv(y, z)", "x >= 0, y >= 0, z >= 0"),
    rule("truncdiv(z*x + y, z)", "x + truncdiv(y, z)", "x >= 0, y >= 0, z >= 0"),
    rule("truncdiv(y + x*z, z)", "truncdiv(y, z) + x", "x >= 0, y >= 0, z >= 0"),
    rule("truncdiv(y + z*x, z)", "truncdiv(y, z) + x", "x >= 0, y >= 0, z >= 0"),
  ],
};
