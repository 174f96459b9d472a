/** Rules for `floordiv(a, b)`, division that rounds toward minus infinity. */

import { add, constant, floorDiv, floorMod, mul, zero } from "../../../ir";
import { fits, floorDivide, floorRemainder } from "../../int-math";
import { rule, type Match, type RuleSet } from "../rule";
import type { RuleContext } from "../rule-context";
import { quotientOfRamp } from "./ramps";

/**
 * `(x*c1 + y) // c2` where the remainder of `x` or of `y` is known.
 *
 * With `c1 = q*c2 + r` the quotient is `x*q + y//c2 + (x*r + y%c2) // c2`; often the last term is one
 * constant. And where `c1` divides `c2`, and `y%c2` stays below `c1`, `y` does not change the quotient
 * of `x`: the result is `x // (c2//c1) + y//c2`.
 */
function splitQuotient(match: Match, context: RuleContext) {
  const { x, c1, c2 } = match;
  const type = match.expr.dtype;
  if (c2 === 0) return undefined;
  const rest = match.optionalY ?? zero(type);
  const divisor = match.c2Expr;

  const restQuotient = floorDiv(rest, divisor);
  const restRemainder = floorMod(rest, divisor);
  const factor = constant(floorRemainder(c1, c2), type);
  const cutOff = context.bound(floorDiv(add(mul(x, factor), restRemainder), divisor));
  const quotient = () => (context.compare(restQuotient, 0) === "==" ? zero(type) : restQuotient);
  const scale = floorDivide(c1, c2);
  if (cutOff.min === cutOff.max && fits(scale, type) && fits(cutOff.max, type)) {
    const whole = mul(x, constant(scale, type));
    return add(whole, add(quotient(), constant(cutOff.max, type)));
  }
  if (c1 > 0 && c2 > 0 && c2 % c1 === 0 && context.canProveLess(restRemainder, c1)) {
    return add(floorDiv(x, constant(c2 / c1, type)), quotient());
  }
  return undefined;
}

export const floorDivRules: RuleSet = {
  vector: [
    rule("floordiv(broadcast(x, lanes), broadcast(y, lanes))", "broadcast(floordiv(x, y), lanes)"),
    rule("floordiv(ramp(b1, c1, lanes), broadcast(c2, lanes))", quotientOfRamp),
  ],
  index: [
    rule("floordiv(floordiv(x, c1), c2)", "floordiv(x, c1*c2)", "c1 > 0, c2 > 0"),
    rule("floordiv(floordiv(x, c1) + c2, c3)", "floordiv(x + c1*c2, c1*c3)", "c1 > 0, c3 > 0"),
    rule(["floordiv(x*c1 + y, c2)", "floordiv(x*c1, c2)", "floordiv(y + x*c1, c2)"], splitQuotient),
    rule("floordiv(x, x)", "1"),
    rule("floordiv(x*c1, x)", "c1"),
    rule("floordiv(c1*x, x)", "c1"),

    // A multiple of the divisor has an integer quotient, and is split off.
    rule(
      "floordiv(min(x*c1, y), c2)",
      "min(x*floordiv(c1, c2), floordiv(y, c2))",
      "c2 > 0, c1 % c2 == 0",
    ),
    rule(
      "floordiv(max(x*c1, y), c2)",
      "max(x*floordiv(c1, c2), floordiv(y, c2))",
      "c2 > 0, c1 % c2 == 0",
    ),
    rule(
      "floordiv(min(y, x*c1), c2)",
      "min(floordiv(y, c2), x*floordiv(c1, c2))",
      "c2 > 0, c1 % c2 == 0",
    ),
    rule(
      "floordiv(max(y, x*c1), c2)",
      "max(floordiv(y, c2), x*floordiv(c1, c2))",
      "c2 > 0, c1 % c2 == 0",
    ),
    rule(
      "floordiv(x*c1 + y + z, c2)",
      "x*floordiv(c1, c2) + floordiv(y + z, c2)",
      "c2 > 0, c1 % c2 == 0",
    ),
    rule(
      "floordiv(x*c1 + y + z, c2)",
      "floordiv(x, floordiv(c2, c1))",
      "c1 > 0, c2 > 0, c2 % c1 == 0, floordiv(y + z, c1) == 0",
    ),
    rule(
      "floordiv(x*c1 - y + z, c2)",
      "x*floordiv(c1, c2) + floordiv(z - y, c2)",
      "c2 > 0, c1 % c2 == 0",
    ),
    rule(
      "floordiv(x*c1 + y - z, c2)",
      "x*floordiv(c1, c2) + floordiv(y - z, c2)",
      "c2 > 0, c1 % c2 == 0",
    ),
    rule(
      "floordiv(y + x*c1 + z, c2)",
      "x*floordiv(c1, c2) + floordiv(y + z, c2)",
      "c2 > 0, c1 % c2 == 0",
    ),
    rule("floordiv(x + c1, c2)", "floordiv(x, c2) + floordiv(c1, c2)", "c2 > 0, c1 % c2 == 0"),
    rule("floordiv(x*c1, x*c2)", "floordiv(c1, c2)", "c2 > 0"),
    rule("floordiv(x + y, x)", "floordiv(y, x) + 1", "x >= 0"),
    rule("floordiv(y + x, x)", "floordiv(y, x) + 1", "x >= 0"),
    rule("floordiv((x + y) + z, x)", "floordiv(y + z, x) + 1", "x >= 0"),
    rule("floordiv((y + x) + z, x)", "floordiv(y + z, x) + 1", "x >= 0"),
    rule("floordiv(y + (z + x), x)", "floordiv(y + z, x) + 1", "x >= 0"),
    rule("floordiv(y + (x + z), x)", "floordiv(y + z, x) + 1", "x >= 0"),
    rule("floordiv(x*y, y)", "x", "y >= 0"),
    rule("floordiv(y*x, y)", "x", "y >= 0"),
    rule("floordiv(x*z + y, z)", "x + floordiv(y, z)", "z >= 0"),
    rule("floordiv(z*x + y, z)", "x + floordiv(y, z)", "z >= 0"),
    rule("floordiv(y + x*z, z)", "floordiv(y, z) + x", "z >= 0"),
    rule("floordiv(y + z*x, z)", "floordiv(y, z) + x", "z >= 0"),
    rule("floordiv(x - floormod(x, c1), c1)", "floordiv(x, c1)", "c1 != 0"),
  ],
};
