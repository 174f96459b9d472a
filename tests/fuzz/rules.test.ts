/**
 * Every rewrite rule holds for all values in the ranges that its condition requires: whole numbers, numbers that wrap
 * around at the limits of `int32`, floats with NaN, infinity and -0, and truth values.
 *
 * `RULE_INSTANCES` sets the number of random instances of all rules together.
 */

import { describe, expect, test } from "vitest";
import { arith, tir } from "tvm-ts";
import type { Rule, RuleSet } from "../../lib/tvm-ts/src/arith/rewrite/rule";
import { rules } from "../../lib/tvm-ts/src/arith/rewrite/rules";
import {
  difference,
  instanceOf,
  Oracle,
  randomFloats,
  randomIntegers,
  sequence,
  type Choices,
  type ElementType,
  type Instance,
  type Meaning,
  type Random,
} from "../support/rule-instances";

const INSTANCES = Number(process.env["RULE_INSTANCES"] ?? 6_000);
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);

/** Rules of one operator for one sort of operands. */
interface Group {
  readonly operator: string;
  readonly sort: keyof RuleSet;
  readonly rules: readonly Rule[];
}

const groups: readonly Group[] = Object.entries(rules).flatMap(([operator, table]) =>
  (["vector", "index", "float", "any"] as const).map((sort) => ({
    operator,
    sort,
    rules: table.rulesOfSort(sort),
  })),
);
const count = groups.reduce((sum, group) => sum + group.rules.length, 0);

/** Checks that a rule's result equals the instance; returns whether the rule applied. */
function check(rule: Rule, instance: Instance, meaning: Meaning, fastMath = false): boolean {
  const result = rule.apply(instance.expr, [], new Oracle(instance, meaning, fastMath));
  if (result === undefined) return false;
  const problem = difference(instance, result, meaning);
  expect(problem && `${rule.name}: ${problem}`).toBeUndefined();
  return true;
}

/** Tries instances of every rule of these sorts until enough have applied; returns how many did. */
function tryRules(
  sorts: readonly (keyof RuleSet)[],
  element: ElementType,
  check: (rule: Rule, instance: Instance) => boolean,
  choices: (random: Random) => Choices,
  share = 1,
): Map<Rule, number> {
  const wanted = Math.ceil((INSTANCES * share) / count);
  const applied = new Map<Rule, number>();
  for (const { sort, rules: ofGroup } of groups) {
    if (!sorts.includes(sort)) continue;
    for (const [at, rule] of ofGroup.entries()) {
      let times = 0;
      for (let i = 0; times < wanted && i < wanted * 40; i++) {
        const random = sequence(SEED * 1_000_003 + at * 7919 + i);
        const pattern = rule.patterns[i % rule.patterns.length]!;
        const vectors = sort === "vector" || (sort === "any" && random(4) === 0);
        const instance = instanceOf(pattern, element, vectors, choices(random));
        if (instance !== undefined && check(rule, instance)) times++;
      }
      applied.set(rule, times);
    }
  }
  return applied;
}

describe("every rule holds", () => {
  const ofIntegers = ["vector", "index", "any"] as const;

  test("for whole numbers", () => {
    const applied = tryRules(
      ofIntegers,
      "int32",
      (rule, instance) => check(rule, instance, "exact"),
      (random) => randomIntegers(random, false),
      0.5,
    );
    // All of them are tried; of rules on floats there are a few among the vectors.
    const never = [...applied].filter(([, times]) => times === 0).map(([rule]) => rule.name);
    expect(never.filter((name) => !/\bf1\b/.test(name) && INSTANCES >= 30_000)).toEqual([]);
  });

  test("for numbers of 32 bits that wrap around", () => {
    // A rewrite in TVM's listings that holds for whole numbers only: docs/numerics.md names it.
    const wrapping = (rule: Rule, instance: Instance): boolean =>
      !rule.isListed && check(rule, instance, "wrapping");
    tryRules(ofIntegers, "int32", wrapping, (random) => randomIntegers(random, true), 0.3);
  });

  test("for floats, also for NaN, infinity and -0", () => {
    const exact = (rule: Rule, instance: Instance): boolean => check(rule, instance, "exact");
    const floats = ["vector", "float", "any"] as const;
    tryRules(floats, "float32", exact, (random) => randomFloats(random, false), 0.1);
  });

  test("for whole floats, with fastMath", () => {
    const fast = (rule: Rule, instance: Instance): boolean => {
      const result = rule.apply(instance.expr, [], new Oracle(instance, "exact", true));
      return result !== undefined && closeTo(instance, result);
    };
    const applied = tryRules(
      ["float"],
      "float32",
      fast,
      (random) => randomFloats(random, true),
      0.05,
    );
    expect([...applied].filter(([, times]) => times === 0).map(([rule]) => rule.name)).toEqual([]);
  });

  test("for truth values", () => {
    const exact = (rule: Rule, instance: Instance): boolean => check(rule, instance, "exact");
    tryRules(["any"], "bool", exact, (random) => randomIntegers(random, false), 0.05);
  });

  test("over all of small domains", () => {
    const constants = [-3, -2, -1, 0, 1, 2, 3, 4];
    for (const { sort, rules: ofGroup } of groups) {
      if (sort !== "index") continue;
      for (const rule of ofGroup) {
        for (const domain of [
          [-3, -2, -1, 0, 1, 2, 3],
          [0, 1, 2, 3, 4],
        ]) {
          everyInstance(rule, constants, domain, (instance) => check(rule, instance, "exact"));
        }
      }
    }
  });
});

/** Calls `visit` with the rule's instance for every choice of its constants. */
function everyInstance(
  rule: Rule,
  constants: readonly number[],
  domain: readonly number[],
  visit: (instance: Instance) => void,
): void {
  for (const pattern of rule.patterns) {
    let combinations = 1;
    for (let number = 0; number < combinations; number++) {
      let rest = number;
      let taken = 1;
      let variables = 0;
      const instance = instanceOf(pattern, "int32", false, {
        random: () => 1, // no parts of a special form
        integer() {
          const value = constants[rest % constants.length]!;
          rest = Math.floor(rest / constants.length);
          taken *= constants.length;
          return value;
        },
        // From the fourth variable on a few values are enough.
        domain: () => (variables++ < 3 ? domain : [-1, 2]),
      });
      combinations = taken;
      if (instance !== undefined) visit(instance);
    }
  }
}

/** Whether the result is the instance up to rounding. */
function closeTo(instance: Instance, result: tir.PrimExpr): boolean {
  const both = new tir.Sub(instance.expr, result);
  const { min, max } = new Oracle({ ...instance, expr: both }, "exact").bound(both);
  expect(Math.max(Math.abs(min), Math.abs(max)), tir.printExpr(both)).toBeLessThan(1e-5);
  return true;
}

test("all of the analyzer's rules are checked", () => {
  expect(count).toBe(arith.allRules().length);
});
