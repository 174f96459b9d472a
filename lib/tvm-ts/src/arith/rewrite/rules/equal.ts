/** Rules for `a == b`; `!=` becomes its negation. */

import { constant, sub, type PrimExpr } from "../../../ir";
import { rule, type Match, type RuleSet } from "../rule";
import type { RuleContext } from "../rule-context";

/** Whether the difference is known to be 0 or not 0. */
function equalByDifference(match: Match, context: RuleContext): PrimExpr | undefined {
  switch (context.compare(sub(match.x, match.y), 0)) {
    case "==":
      return constant(1, match.expr.dtype);
    case "!=":
    case "<":
    case ">":
      return constant(0, match.expr.dtype);
    default:
      return undefined;
  }
}

export const equalRules: RuleSet = {
  vector: [rule("broadcast(x, lanes) == broadcast(y, lanes)", "broadcast(x == y, lanes)")],
  index: [
    rule("x == y", equalByDifference),
    rule("x - c1 == 0", "x == c1"),
    rule("c1 - x == 0", "x == c1"),
    rule("x + c1 == 0", "x == 0 - c1"),
    rule("x*y == 0", "x == 0 || y == 0"),
  ],
};
