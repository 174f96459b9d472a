/** Rules for `floormod(a, b)`, the remainder of `floordiv`; it has the sign of the divisor. */

import { constant } from "../../../ir";
import { floorRemainder } from "../../int-math";
import { rule, type Match, type RuleSet } from "../rule";
import type { RuleContext } from "../rule-context";
import { remainderOfRamp } from "./ramps";

/** The remainder is the same for every value of `x`: all are congruent modulo `c1`. */
function remainderOfClass(match: Match, context: RuleContext) {
  const { coeff, base } = context.modular(match.x);
  if (match.c1 <= 0 || coeff % match.c1 !== 0) return undefined;
  return constant(floorRemainder(base, match.c1), match.expr.dtype);
}

export const floorModRules: RuleSet = {
  vector: [
    rule("floormod(broadcast(x, lanes), broadcast(y, lanes))", "broadcast(floormod(x, y), lanes)"),
    rule("floormod(ramp(b1, c1, lanes), broadcast(c2, lanes))", remainderOfRamp),
  ],
  index: [
    rule("floormod(x*c1, c2)", "floormod(x*floormod(c1, c2), c2)", "c2 != 0"),
    rule(
      "floormod(x*c1 + y, c2)",
      "floormod(x, floordiv(c2, c1))*c1 + y",
      "c1 > 0, c2 > 0, c2 % c1 == 0, floordiv(y, c1) == 0",
    ),
    rule("floormod(x*c1 + y, c2)", "floormod(x*floormod(c1, c2) + y, c2)", "c2 > 0"),
    rule("floormod(x + c1, c2)", "floormod(x, c2)", "c2 > 0, c1 % c2 == 0"),
    rule("floormod(x + y*c1, c2)", "floormod(x + y*floormod(c1, c2), c2)", "c2 > 0"),
    rule("floormod(x*c1, x*c2)", "x*floormod(c1, c2)", "c2 != 0"),
    rule("floormod(x*y, y)", "0"),
    rule("floormod(y*x, y)", "0"),
    rule("floormod(x, c1)", remainderOfClass),
  ],
};
