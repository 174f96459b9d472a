/**
 * Rewrite rules: a pattern, what it becomes, and when.
 *
 *     rule("(x + c1) + c2", "x + (c1 + c2)")
 *     rule("floordiv(x*y, y)", "x", "y >= 0")
 *     again("x + min(y, z)", "min(y, z) + x")
 */

import type { DataType, PrimExpr } from "../../ir";
import {
  compileBuilder,
  compileCondition,
  compileMatcher,
  type Builder,
  type Condition,
  type Matcher,
  type Slots,
} from "./compile";
import { parsePattern, SLOT, type Pattern, type PatternKind } from "./pattern";
import type { Questions } from "./questions";

/** What the variables of a pattern stand for, to those who compute with it. */
export class Match {
  constructor(
    /** The whole expression that matched. */
    readonly expr: PrimExpr,
    private readonly slots: Slots,
  ) {}

  get x(): PrimExpr {
    return this.slots[SLOT.x] as PrimExpr;
  }
  get y(): PrimExpr {
    return this.slots[SLOT.y] as PrimExpr;
  }
  /** `y`, where not every alternative of the pattern has it. */
  get optionalY(): PrimExpr | undefined {
    return this.slots[SLOT.y] as PrimExpr | undefined;
  }
  get b1(): PrimExpr {
    return this.slots[SLOT.b1] as PrimExpr;
  }
  /** The constant itself; its value is `c1`. */
  get c1Expr(): PrimExpr {
    return this.slots[SLOT.c1] as PrimExpr;
  }
  get c2Expr(): PrimExpr {
    return this.slots[SLOT.c2] as PrimExpr;
  }
  get c1(): number {
    return valueOf(this.c1Expr);
  }
  get c2(): number {
    return valueOf(this.c2Expr);
  }
  get f1(): number {
    return valueOf(this.slots[SLOT.f1] as PrimExpr);
  }
  get lanes(): number {
    return this.slots[SLOT.lanes] as number;
  }
}

function valueOf(constant: PrimExpr): number {
  return (constant as PrimExpr & { value: number }).value;
}

/** A result worked out from a match; undefined when the rule does not apply after all. */
export type Compute = (match: Match, ask: Questions) => PrimExpr | undefined;

/** A condition that is more than comparisons. */
export type Test = (match: Match, ask: Questions) => boolean;

export class Rule {
  /** The rule as it reads: `(x + c1) + c2 -> x + (c1 + c2)`. */
  readonly name: string;
  /** What it matches: the first of these that does. */
  readonly patterns: readonly Pattern[];
  private readonly matchers: readonly Matcher[];
  private readonly build: Builder | undefined;
  private readonly holds: Condition | undefined;

  constructor(
    patterns: string | readonly string[],
    private readonly replacement: string | Compute,
    private readonly condition: string | Test | undefined,
    /** Whether the result is simplified again, as long as there is fuel. */
    readonly again: boolean,
  ) {
    const texts = typeof patterns === "string" ? [patterns] : patterns;
    this.patterns = texts.map(parsePattern);
    this.matchers = this.patterns.map(compileMatcher);
    const result = typeof replacement === "string" ? replacement : replacement.name;
    const when = typeof condition === "function" ? condition.name : condition;
    this.name = `${texts.join(", ")} -> ${result}${when === undefined ? "" : ` if ${when}`}`;
    this.build =
      typeof replacement === "string" ? compileBuilder(parsePattern(replacement)) : undefined;
    this.holds = typeof condition === "string" ? compileCondition(condition) : undefined;
  }

  /** The kinds its matches can have at the root and in the first two operands ("any": all). */
  get heads(): readonly { kind: PatternKind; first: PatternHead; second: PatternHead }[] {
    return this.patterns.map((pattern) => {
      if (pattern.type !== "node") throw new Error(`the rule ${this.name} matches everything`);
      const [first, second] = pattern.args;
      return { kind: pattern.kind, first: headOf(first), second: headOf(second) };
    });
  }

  /** Whether a pattern matches; fills the slots. */
  private matches(expr: PrimExpr, slots: Slots): boolean {
    const { matchers } = this;
    if (matchers.length === 1) return matchers[0]!(expr, slots);
    return matchers.some((matches) => {
      slots.fill(undefined); // a variable the alternative does not have stands for nothing
      return matches(expr, slots);
    });
  }

  /** What the rule makes of `expr`, or undefined if it does not apply. */
  apply(expr: PrimExpr, slots: Slots, like: DataType, ask: Questions): PrimExpr | undefined {
    if (!this.matches(expr, slots)) return undefined;
    if (this.holds !== undefined && !this.holds(slots, like, ask)) return undefined;
    if (this.build !== undefined && typeof this.condition !== "function") {
      return this.build(slots, like);
    }
    const match = new Match(expr, slots);
    if (typeof this.condition === "function" && !this.condition(match, ask)) return undefined;
    return typeof this.replacement === "function"
      ? this.replacement(match, ask)
      : this.build!(slots, like);
  }
}

/** The kind of node an operand must be. */
export type PatternHead = PatternKind | "IntImm" | "FloatImm" | "any";

function headOf(pattern: Pattern | undefined): PatternHead {
  switch (pattern?.type) {
    case "node":
      return pattern.kind;
    case "int":
    case "literal":
      return "IntImm";
    case "float":
      return "FloatImm";
    default:
      return "any";
  }
}

/**
 * What matches `pattern` becomes `replacement`, if `condition` holds. Of several patterns the first
 * that matches counts.
 */
export function rule(
  pattern: string | readonly string[],
  replacement: string | Compute,
  condition?: string | Test,
): Rule {
  return new Rule(pattern, replacement, condition, false);
}

/** Like `rule`, and the result, which is only put in a better order, is simplified again. */
export function again(pattern: string, replacement: string, condition?: string): Rule {
  return new Rule(pattern, replacement, condition, true);
}

/** The rules of one operator, in the order they are tried, by the type of its operands. */
export interface RuleSet {
  /** Vectors of any type. */
  readonly vector?: readonly Rule[];
  /** Scalars that indices are computed in. */
  readonly index?: readonly Rule[];
  readonly float?: readonly Rule[];
  /** All types; tried last. */
  readonly any?: readonly Rule[];
}
