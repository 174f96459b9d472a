/** Rules for `min(a, b)`. */

import type { PrimExpr } from "../../../ir";
import { simplifyAgain, listed, noFloats, rule, type Match, type RuleSet } from "../rule";
import type { RuleContext } from "../rule-context";

/** One side is known to be at most the other. */
function lesserByBounds(match: Match, context: RuleContext): PrimExpr | undefined {
  const x = context.bound(match.x);
  const y = context.bound(match.y);
  if (x.max <= y.min) return match.x;
  return y.max <= x.min ? match.y : undefined;
}

export const minRules: RuleSet = {
  vector: [
    rule("min(broadcast(x, lanes), broadcast(y, lanes))", "broadcast(min(x, y), lanes)"),
    rule(
      "min(min(x, broadcast(y, lanes)), broadcast(z, lanes))",
      "min(x, broadcast(min(y, z), lanes))",
      noFloats,
    ),
  ],
  index: [
    rule("min(x, x)", "x"),
    rule("min(x, y)", lesserByBounds),
    rule("min(x + c1, x + c2)", "x + c1", "c1 < c2"),
    rule("min(x + c1, x + c2)", "x + c2", "c1 >= c2"),
    rule("min(x + c1, x)", "x + c1", "c1 < 0"),
    rule("min(x + c1, x)", "x", "c1 >= 0"),
    rule("min(x, x + c1)", "x + c1", "c1 < 0"),
    rule("min(x, x + c1)", "x", "c1 >= 0"),
    rule("min(c1 - x, c2 - x)", "c1 - x", "c1 < c2"),
    rule("min(c1 - x, c2 - x)", "c2 - x", "c1 >= c2"),

    // Rounding up to a multiple does not decrease a value; rounding down does not increase it.
    rule("min(truncdiv(x + c1, c2)*c2, x)", "x", "c2 > 0, c1 + 1 == c2"),
    rule("min(truncdiv(x + c1, c2)*c2, max(x, c2))", "max(x, c2)", "c2 > 0, c1 + 1 == c2, x >= 1"),
    rule("min(x, truncdiv(x + c1, c2)*c2)", "x", "c2 > 0, c1 + 1 == c2"),
    rule("min(max(x, c2), truncdiv(x + c1, c2)*c2)", "max(x, c2)", "c2 > 0, c1 + 1 == c2, x >= 1"),
    rule("min(floordiv(x + c1, c2)*c2, x)", "x", "c2 > 0, c1 + 1 == c2"),
    rule("min(floordiv(x + c1, c2)*c2, max(x, c2))", "max(x, c2)", "c2 > 0, c1 + 1 == c2, x >= 1"),
    rule("min(x, floordiv(x + c1, c2)*c2)", "x", "c2 > 0, c1 + 1 == c2"),
    rule("min(max(x, c2), floordiv(x + c1, c2)*c2)", "max(x, c2)", "c2 > 0, c1 + 1 == c2, x >= 1"),
    rule("min(x, floordiv(x, c2)*c2)", "floordiv(x, c2)*c2", "c2 > 0"),
    rule("min(floordiv(x, c2)*c2, x)", "floordiv(x, c2)*c2", "c2 > 0"),

    // A side that occurs in the other.
    rule("min(max(x, y), min(x, y))", "min(x, y)"),
    rule("min(max(x, y), min(y, x))", "min(x, y)"),
    rule("min(min(x, y), max(x, y))", "min(x, y)"),
    rule("min(min(x, y), max(y, x))", "min(x, y)"),
    rule("min(max(x, y), x)", "x"),
    rule("min(max(x, y), y)", "y"),
    rule("min(min(x, y), x)", "min(x, y)"),
    rule("min(min(x, y), y)", "min(x, y)"),
    rule("min(x, max(x, y))", "x"),
    rule("min(y, max(x, y))", "y"),
    rule("min(x, min(x, y))", "min(x, y)"),
    rule("min(y, min(x, y))", "min(x, y)"),
    rule("min(min(min(x, y), z), y)", "min(min(x, y), z)"),
    rule("min(min(min(min(x, y), z), s1), y)", "min(min(min(x, y), z), s1)"),
    rule("min(min(min(min(min(x, y), z), s1), s2), y)", "min(min(min(min(x, y), z), s1), s2)"),

    // Common terms of both sides are factored out.
    rule("min(max(x, y), max(x, z))", "max(min(y, z), x)"),
    rule("min(max(x, y), max(z, x))", "max(min(y, z), x)"),
    rule("min(max(y, x), max(x, z))", "max(min(y, z), x)"),
    rule("min(max(y, x), max(z, x))", "max(min(y, z), x)"),
    rule("min(min(x, y), min(x, z))", "min(min(y, z), x)"),
    rule("min(min(x, y), min(z, x))", "min(min(y, z), x)"),
    rule("min(min(y, x), min(x, z))", "min(min(y, z), x)"),
    rule("min(min(y, x), min(z, x))", "min(min(y, z), x)"),
    listed("min(y + x, z + x)", "min(y, z) + x"),
    rule("min(y + x, x + z)", "min(y, z) + x"),
    rule("min(x + y, x + z)", "min(y, z) + x"),
    rule("min(x + y, z + x)", "min(y, z) + x"),
    listed("min(y - x, z - x)", "min(y, z) - x"),
    rule("min(x - y, x - z)", "x - max(y, z)"),
    rule("min(min(x, c1), c2)", "min(x, min(c1, c2))"),

    // Scaling by a negative number reverses the order.
    rule("min(truncdiv(x, c1), truncdiv(y, c1))", "truncdiv(min(x, y), c1)", "c1 > 0"),
    rule("min(truncdiv(x, c1), truncdiv(y, c1))", "truncdiv(max(x, y), c1)", "c1 < 0"),
    rule("min(floordiv(x, c1), floordiv(y, c1))", "floordiv(min(x, y), c1)", "c1 > 0"),
    rule("min(floordiv(x, c1), floordiv(y, c1))", "floordiv(max(x, y), c1)", "c1 < 0"),
    rule("min(x*c1, y*c1)", "min(x, y)*c1", "c1 > 0"),
    rule("min(x*c1, y*c1)", "max(x, y)*c1", "c1 <= 0"),
    rule("min(x*c1, c2)", "min(x, truncdiv(c2, c1))*c1", "c2 % c1 == 0, c1 > 0"),
    rule("min(x*c1, c2)", "max(x, truncdiv(c2, c1))*c1", "c2 % c1 == 0, c1 < 0"),

    // Constants move to the right, and out of differences.
    simplifyAgain("min(min(x, c1), y)", "min(min(x, y), c1)"),
    simplifyAgain("min(c1 - x, c2)", "c1 - max(x, c1 - c2)", "c2 != 0"),
  ],
  any: [rule("min(select(x, y, z), select(x, s1, s2))", "select(x, min(y, s1), min(z, s2))")],
};
