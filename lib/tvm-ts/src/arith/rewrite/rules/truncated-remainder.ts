/** Rules for `truncmod(a, b)`, the remainder of `truncdiv`; it has the sign of the dividend. */

import { constant } from "../../../ir";
import { floorRemainder } from "../../int-math";
import { simplifyAgain, rule, type Match, type RuleSet } from "../rule";
import type { RuleContext } from "../rule-context";
import { remainderOfRampTruncated } from "./ramps";

/** The remainder is the same for every value of `x`: all are congruent modulo `c1`. */
function remainderOfClass(match: Match, context: RuleContext) {
  const { coeff, base } = context.modular(match.x);
  if (match.c1 <= 0 || coeff % match.c1 !== 0) return undefined;
  if (!context.canProveGreaterEqual(match.x, 0)) return undefined;
  return constant(floorRemainder(base, match.c1), match.expr.dtype);
}

export const truncModRules: RuleSet = {
  vector: [
    rule("truncmod(broadcast(x, lanes), broadcast(y, lanes))", "broadcast(truncmod(x, y), lanes)"),
    rule("truncmod(ramp(b1, c1, lanes), broadcast(c2, lanes))", remainderOfRampTruncated),
  ],
  index: [
    rule("truncmod(x*c1, c2)", "0", "c2 != 0, c1 % c2 == 0"),
    rule("truncmod(x*c1 + y, c2)", "truncmod(y, c2)", "c2 > 0, c1 % c2 == 0, x*c1 >= 0, y >= 0"),
    rule("truncmod(x + c1, c2)", "truncmod(x, c2)", "c2 > 0, c1 >= 0, c1 % c2 == 0, x >= 0"),
    rule("truncmod(x + y*c1, c2)", "truncmod(x, c2)", "c2 > 0, c1 % c2 == 0, x >= 0, y*c1 >= 0"),
    // The divisor's sign does not matter.
    simplifyAgain("truncmod(x, c1)", "truncmod(x, 0 - c1)", "c1 < 0"),
    rule("truncmod(x, c1)", remainderOfClass),
  ],
};
