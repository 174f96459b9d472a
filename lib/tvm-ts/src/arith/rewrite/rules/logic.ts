/** Rules for `!a`, `a && b`, `a || b` and `select(c, a, b)`. */

import { simplifyAgain, noFloats, rule, type RuleSet } from "../rule";

export const notRules: RuleSet = {
  vector: [rule("!broadcast(x, lanes)", "broadcast(!x, lanes)")],
  any: [
    rule("!(!x)", "x"),
    rule("!(x <= y)", "y < x", noFloats),
    rule("!(x < y)", "y <= x", noFloats),
    rule("!(x == y)", "x != y"),
    rule("!(x != y)", "x == y"),
    simplifyAgain("!(x || y)", "!x && !y"),
    simplifyAgain("!(x && y)", "!x || !y"),
  ],
};

export const andRules: RuleSet = {
  vector: [rule("broadcast(x, lanes) && broadcast(y, lanes)", "broadcast(x && y, lanes)")],
  any: [
    // Contradictions.
    rule("x == y && x != y", "0"),
    rule("x != y && x == y", "0"),
    rule("x && !x", "0"),
    rule("x <= y && y < x", "0"),
    rule("y < x && x <= y", "0"),
    rule("x < c1 && c2 < x", "0", "c2 + 1 >= c1"),
    rule("c2 < x && x < c1", "0", "c2 + 1 >= c1"),
    rule("x < c1 && c2 <= x", "0", "c2 >= c1"),
    rule("c2 <= x && x < c1", "0", "c2 >= c1"),
    rule("x <= c1 && c2 < x", "0", "c2 >= c1"),
    rule("c2 < x && x <= c1", "0", "c2 >= c1"),
    rule("x <= c1 && c2 <= x", "0", "c2 > c1"),
    rule("c2 <= x && x <= c1", "0", "c2 > c1"),
    rule("x == c1 && x != c2", "x == c1 && c1 != c2"),
    rule("x != c2 && x == c1", "x == c1 && c1 != c2"),
  ],
};

export const orRules: RuleSet = {
  vector: [rule("broadcast(x, lanes) || broadcast(y, lanes)", "broadcast(x || y, lanes)")],
  any: [
    // Tautologies.
    rule("x == y || x != y", "1"),
    rule("x != y || x == y", "1"),
    rule("x || !x", "1"),
    rule("x <= y || y < x", "1", noFloats),
    rule("y < x || x <= y", "1", noFloats),
    rule("x < c1 || c2 < x", "1", "c2 < c1"),
    rule("c2 < x || x < c1", "1", "c2 < c1"),
    rule("x <= c1 || c2 < x", "1", "c2 <= c1"),
    rule("c2 < x || x <= c1", "1", "c2 <= c1"),
    rule("x < c1 || c2 <= x", "1", "c2 <= c1"),
    rule("c2 <= x || x < c1", "1", "c2 <= c1"),
    rule("x <= c1 || c2 <= x", "1", "c2 <= c1 + 1"),
    rule("c2 <= x || x <= c1", "1", "c2 <= c1 + 1"),
    rule("x != c1 || x == c2", "x != c1 || c1 == c2"),
    rule("x == c2 || x != c1", "x != c1 || c1 == c2"),
  ],
};

export const selectRules: RuleSet = {
  any: [rule("select(x, y, y)", "y")],
};
