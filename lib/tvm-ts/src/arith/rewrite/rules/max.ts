/** Rules for `max(a, b)`: those for `min`, mirrored. */

import type { PrimExpr } from "../../../ir";
import { simplifyAgain, listed, noFloats, rule, type Match, type RuleSet } from "../rule";
import type { RuleContext } from "../rule-context";

/** One side is known to be at least the other. */
function greaterByBounds(match: Match, context: RuleContext): PrimExpr | undefined {
  const x = context.bound(match.x);
  const y = context.bound(match.y);
  if (x.min >= y.max) return match.x;
  return y.min >= x.max ? match.y : undefined;
}

export const maxRules: RuleSet = {
  vector: [
    rule("max(broadcast(x, lanes), broadcast(y, lanes))", "broadcast(max(x, y), lanes)"),
    rule(
      "max(max(x, broadcast(y, lanes)), broadcast(z, lanes))",
      "max(x, broadcast(max(y, z), lanes))",
      noFloats,
    ),
  ],
  index: [
    rule("max(x, x)", "x"),
    rule("max(x, y)", greaterByBounds),
    rule("max(x + c1, x + c2)", "x + c1", "c1 > c2"),
    rule("max(x + c1, x + c2)", "x + c2", "c1 <= c2"),
    rule("max(x + c1, x)", "x + c1", "c1 > 0"),
    rule("max(x + c1, x)", "x", "c1 <= 0"),
    rule("max(x, x + c1)", "x + c1", "c1 > 0"),
    rule("max(x, x + c1)", "x", "c1 <= 0"),
    rule("max(c1 - x, c2 - x)", "c1 - x", "c1 > c2"),
    rule("max(c1 - x, c2 - x)", "c2 - x", "c1 <= c2"),

    // Rounding up to a multiple does not decrease a value; rounding down does not increase it.
    rule("max(truncdiv(x + c1, c2)*c2, x)", "truncdiv(x + c1, c2)*c2", "c2 > 0, c1 + 1 == c2"),
    rule("max(x, truncdiv(x + c1, c2)*c2)", "truncdiv(x + c1, c2)*c2", "c2 > 0, c1 + 1 == c2"),
    rule("max(floordiv(x + c1, c2)*c2, x)", "floordiv(x + c1, c2)*c2", "c2 > 0, c1 + 1 == c2"),
    rule("max(x, floordiv(x + c1, c2)*c2)", "floordiv(x + c1, c2)*c2", "c2 > 0, c1 + 1 == c2"),
    rule("max(floordiv(x, c2)*c2, x)", "x", "c2 > 0"),
    rule("max(x, floordiv(x, c2)*c2)", "x", "c2 > 0"),

    // A side that occurs in the other.
    rule("max(min(x, y), max(x, y))", "max(x, y)"),
    rule("max(min(x, y), max(y, x))", "max(x, y)"),
    rule("max(max(x, y), min(x, y))", "max(x, y)"),
    rule("max(max(x, y), min(y, x))", "max(x, y)"),
    rule("max(min(x, y), x)", "x"),
    rule("max(min(x, y), y)", "y"),
    rule("max(max(x, y), x)", "max(x, y)"),
    rule("max(max(x, y), y)", "max(x, y)"),
    rule("max(x, min(x, y))", "x"),
    rule("max(y, min(x, y))", "y"),
    rule("max(x, max(x, y))", "max(x, y)"),
    rule("max(y, max(x, y))", "max(x, y)"),
    rule("max(max(max(x, y), z), y)", "max(max(x, y), z)"),
    rule("max(max(max(max(x, y), z), s1), y)", "max(max(max(x, y), z), s1)"),
    rule("max(max(max(max(max(x, y), z), s1), s2), y)", "max(max(max(max(x, y), z), s1), s2)"),

    // Common terms of both sides are factored out.
    rule("max(max(x, y), max(x, z))", "max(max(y, z), x)"),
    rule("max(max(x, y), max(z, x))", "max(max(y, z), x)"),
    rule("max(max(y, x), max(x, z))", "max(max(y, z), x)"),
    rule("max(max(y, x), max(z, x))", "max(max(y, z), x)"),
    rule("max(min(x, y), min(x, z))", "min(max(y, z), x)"),
    rule("max(min(x, y), min(z, x))", "min(max(y, z), x)"),
    rule("max(min(y, x), min(x, z))", "min(max(y, z), x)"),
    rule("max(min(y, x), min(z, x))", "min(max(y, z), x)"),
    listed("max(y + x, z + x)", "max(y, z) + x"),
    rule("max(y + x, x + z)", "max(y, z) + x"),
    rule("max(x + y, x + z)", "max(y, z) + x"),
    rule("max(x + y, z + x)", "max(y, z) + x"),
    listed("max(y - x, z - x)", "max(y, z) - x"),
    rule("max(x - y, x - z)", "x - min(y, z)"),
    rule("max(max(x, c1), c2)", "max(x, max(c1, c2))"),

    // Scaling by a negative number reverses the order.
    rule("max(truncdiv(x, c1), truncdiv(y, c1))", "truncdiv(max(x, y), c1)", "c1 > 0"),
    rule("max(truncdiv(x, c1), truncdiv(y, c1))", "truncdiv(min(x, y), c1)", "c1 < 0"),
    rule("max(floordiv(x, c1), floordiv(y, c1))", "floordiv(max(x, y), c1)", "c1 > 0"),
    rule("max(floordiv(x, c1), floordiv(y, c1))", "floordiv(min(x, y), c1)", "c1 < 0"),
    rule("max(x*c1, y*c1)", "max(x, y)*c1", "c1 > 0"),
    rule("max(x*c1, y*c1)", "min(x, y)*c1", "c1 <= 0"),
    rule("max(x*c1, c2)", "max(x, truncdiv(c2, c1))*c1", "c2 % c1 == 0, c1 > 0"),
    rule("max(x*c1, c2)", "min(x, truncdiv(c2, c1))*c1", "c2 % c1 == 0, c1 < 0"),

    // Constants move to the right, and out of differences.
    simplifyAgain("max(max(x, c1), y)", "max(max(x, y), c1)"),
    simplifyAgain("max(c1 - x, c2)", "c1 - min(x, c1 - c2)", "c2 != 0"),
  ],
  any: [rule("max(select(x, y, z), select(x, s1, s2))", "select(x, max(y, s1), max(z, s2))")],
};
