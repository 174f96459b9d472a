/**
 * Rewrite rules: a pattern, its replacement, and a condition.
 *
 *     rule("(x + c1) + c2", "x + (c1 + c2)")
 *     rule("floordiv(x*y, y)", "x", "y >= 0")
 *     simplifyAgain("x + min(y, z)", "min(y, z) + x")
 *
 * A rule holds for unbounded integers. A rule with arithmetic below an order or a division, such as `x
 * < x + z`, does not hold for numbers that wrap around, so it applies only if the expression and its
 * result are known to be exact. The same is true for a rule with arithmetic in its condition. All
 * other rules also hold for numbers that wrap around.
 */

import { isFloat, type PrimExpr } from "../../ir";
import {
  arithmeticInside,
  mentionsArithmetic,
  compileBuilder,
  compileCondition,
  compileMatcher,
  type Alternative,
  type Slots,
} from "./compile-rule";
import { parseList, parsePattern, SLOT, type Pattern } from "./pattern";
import type { RuleContext } from "./rule-context";

/** The bindings of a pattern's variables, for functions that compute with them. */
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
  /** `y`, if not every alternative of the pattern contains it. */
  get optionalY(): PrimExpr | undefined {
    return this.slots[SLOT.y] as PrimExpr | undefined;
  }
  /** The first operand of the pattern: `x`, or the base of a ramp. */
  get operand(): PrimExpr {
    return (this.slots[SLOT.x] ?? this.slots[SLOT.b1]) as PrimExpr;
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

/** Computes a result from a match; undefined when the rule does not apply. */
export type Compute = (match: Match, context: RuleContext) => PrimExpr | undefined;

/** A condition that comparisons cannot express. */
export type Test = (match: Match, context: RuleContext) => boolean;

/** A function of a match. */
type OnMatch<T> = (expr: PrimExpr, slots: Slots, context: RuleContext) => T;

/** The condition of rules that hold for floats only if NaN, rounding and infinity are ignored. */
export function noFloats(match: Match, context: RuleContext): boolean {
  const { operand } = match;
  return context.fastMath || !isFloat(operand.dtype);
}

/** The compiled form of a rule. */
interface Compiled {
  /** Whether it holds only without wrap-around. */
  readonly needsExact: boolean;
  readonly alternatives: readonly Alternative[];
  readonly holds: OnMatch<boolean>;
  readonly build: OnMatch<PrimExpr | undefined>;
}

/**
 * A rule. Its text is parsed when a node of its kind first occurs, and compiled when the rule is first
 * tried: most programs need few of the rules.
 */
export class Rule {
  private readonly texts: readonly string[];
  private parsed: readonly Pattern[] | undefined;
  private compiled: Compiled | undefined;

  constructor(
    patterns: string | readonly string[],
    private readonly replacement: string | Compute,
    private readonly condition: string | Test | undefined,
    /** Whether the result is simplified again, within the limit of `FUEL`. */
    readonly simplifiesResult: boolean,
    /** Whether it also applies where numbers may wrap around, because TVM's listings show it. */
    readonly isListed = false,
  ) {
    this.texts = typeof patterns === "string" ? [patterns] : patterns;
  }

  /** The text of the rule: `(x + c1) + c2 -> x + (c1 + c2)`. */
  get name(): string {
    const textOf = (part: string | Compute | Test): string =>
      typeof part === "string" ? part : part.name;
    const when = this.condition === undefined ? "" : ` if ${textOf(this.condition)}`;
    return `${this.texts.join(", ")} -> ${textOf(this.replacement)}${when}`;
  }

  /** The alternative patterns; the first that matches is used. */
  get patterns(): readonly Pattern[] {
    return (this.parsed ??= this.texts.map(parsePattern));
  }

  /** Whether it can match a node whose first two operands have these kinds. */
  canMatch(first: PrimExpr["kind"], second: PrimExpr["kind"]): boolean {
    return this.patterns.some(
      (pattern) =>
        pattern.type === "node" && canBe(pattern.args[0], first) && canBe(pattern.args[1], second),
    );
  }

  /**
   * The result of applying the rule to `expr`, or undefined if it does not apply. `slots` is
   * overwritten.
   */
  apply(expr: PrimExpr, slots: Slots, context: RuleContext): PrimExpr | undefined {
    const { alternatives, needsExact, holds, build } = (this.compiled ??= this.compile());
    if (!matches(alternatives, expr, slots)) return undefined;
    if (needsExact && !context.isExact(expr)) return undefined;
    if (!holds(expr, slots, context)) return undefined;
    const result = build(expr, slots, context);
    return result === undefined || (needsExact && !context.isExact(result)) ? undefined : result;
  }

  private textsOf(part: string | Compute | Test | undefined): readonly Pattern[] {
    return typeof part === "string" ? parseList(part) : [];
  }

  private compile(): Compiled {
    const sides = [...this.patterns, ...this.textsOf(this.replacement)];
    return {
      needsExact:
        !this.isListed &&
        (sides.some(arithmeticInside) || this.textsOf(this.condition).some(mentionsArithmetic)),
      alternatives: this.patterns.map(compileMatcher),
      holds: this.condition === undefined ? () => true : testOf(this.condition),
      build: builderOf(this.replacement),
    };
  }
}

function matches(alternatives: readonly Alternative[], expr: PrimExpr, slots: Slots): boolean {
  for (const { match, unbound } of alternatives) {
    if (!match(expr, slots)) continue;
    // Other rules used the slots before.
    for (const slot of unbound) slots[slot] = undefined;
    return true;
  }
  return false;
}

function testOf(condition: string | Test): OnMatch<boolean> {
  if (typeof condition === "function") {
    return (expr, slots, context) => condition(new Match(expr, slots), context);
  }
  const holds = compileCondition(condition);
  return (expr, slots, context) => holds(slots, expr.dtype, context);
}

function builderOf(replacement: string | Compute): OnMatch<PrimExpr | undefined> {
  if (typeof replacement === "function") {
    return (expr, slots, context) => replacement(new Match(expr, slots), context);
  }
  const build = compileBuilder(parsePattern(replacement));
  return (expr, slots) => build(slots, expr.dtype);
}

/** Whether a node of `kind` can match the pattern; a missing operand matches any kind. */
function canBe(pattern: Pattern | undefined, kind: PrimExpr["kind"]): boolean {
  switch (pattern?.type) {
    case "node":
      return pattern.kind === kind;
    case "int":
    case "literal":
      return kind === "IntImm";
    case "float":
      return kind === "FloatImm";
    default:
      return true;
  }
}

/**
 * A rule that replaces `pattern` by `replacement`, if `condition` holds. Of several patterns the first
 * that matches is used.
 */
export function rule(
  pattern: string | readonly string[],
  replacement: string | Compute,
  condition?: string | Test,
): Rule {
  return new Rule(pattern, replacement, condition, false);
}

/** Like `rule`, for a rule that only reorders terms: the result is simplified again. */
export function simplifyAgain(pattern: string, replacement: string, condition?: string): Rule {
  return new Rule(pattern, replacement, condition, true);
}

/**
 * Like `rule`, for a rule that TVM's listings show on elements of arrays: it also applies there,
 * although it does not hold for a sum that wraps around.
 */
export function listed(pattern: string, replacement: string): Rule {
  return new Rule(pattern, replacement, undefined, false, true);
}

/** The rules of one operator, in the order in which they are tried, by the type of its operands. */
export interface RuleSet {
  /** Vectors of any type. */
  readonly vector?: readonly Rule[];
  /** Scalars of an index type. */
  readonly index?: readonly Rule[];
  readonly float?: readonly Rule[];
  /** All types; tried last. */
  readonly any?: readonly Rule[];
}
