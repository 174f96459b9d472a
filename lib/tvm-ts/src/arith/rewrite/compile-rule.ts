/**
 * Compiles the text of rules to functions, once: matchers that test an expression and bind the pattern
 * variables, and builders that make an expression from the bindings.
 */

import {
  Broadcast,
  constant,
  exprEqual,
  IntImm,
  Not,
  Ramp,
  Select,
  type DataType,
  type FloatImm,
  type OperatorExpr,
  type OperatorKind,
  type PrimExpr,
} from "../../ir";
import { InternalError } from "../../support";
import { fits, integerComparisons, integerOperators } from "../int-math";
import { operate } from "../operators";
import { parseList, SLOT, type Pattern, type PatternKind } from "./pattern";
import type { RuleContext } from "./rule-context";

/** The bindings of a pattern's variables, by `SLOT`. */
export type Slots = (PrimExpr | number | undefined)[];

/** Whether an expression matches; fills the slots of the variables. */
type Matcher = (expr: PrimExpr, slots: Slots) => boolean;

/**
 * Builds an expression. Literals without a typed operand get the type of `like`. Undefined when a
 * constant would not fit its type; then the rule does not apply.
 */
export type Builder = (slots: Slots, like: DataType) => PrimExpr | undefined;

export type Condition = (slots: Slots, like: DataType, context: RuleContext) => boolean;

// Analysis of patterns ----------------------------------------------------------------------------

const ARITHMETIC: ReadonlySet<PatternKind> = new Set(["Add", "Sub", "Mul", "Ramp"]);
const ORDERING: ReadonlySet<PatternKind> = new Set([
  ...(["Div", "Mod", "FloorDiv", "FloorMod", "Min", "Max"] as const),
  ...(["LT", "LE", "GT", "GE", "EQ", "NE"] as const),
]);

/** Whether an operand of an order or a division is a sum, a difference or a product. */
export function arithmeticInside(pattern: Pattern): boolean {
  if (pattern.type !== "node") return false;
  if (!ORDERING.has(pattern.kind)) return pattern.args.some(arithmeticInside);
  // Equal sums are still equal when they wrap around.
  const harmless = pattern.kind === "EQ" || pattern.kind === "NE" ? "Add Sub" : "";
  return pattern.args.some((arg) => hasArithmetic(arg, harmless));
}

/** Whether a pattern contains a sum, a difference or a product of expressions. */
export function mentionsArithmetic(pattern: Pattern): boolean {
  return hasArithmetic(pattern, "");
}

function hasArithmetic(pattern: Pattern, harmless: string): boolean {
  if (pattern.type !== "node" || !mentionsExpr(pattern)) return false;
  const counts = ARITHMETIC.has(pattern.kind) && !harmless.includes(pattern.kind);
  return counts || pattern.args.some((arg) => hasArithmetic(arg, harmless));
}

// Matching --------------------------------------------------------------------------------------

/** A pattern, and the slots of the variables that it does not contain. */
export interface Alternative {
  readonly match: Matcher;
  readonly unbound: readonly number[];
}

export function compileMatcher(pattern: Pattern): Alternative {
  const bound = new Set<number>();
  const match = matcher(pattern, bound);
  return { match, unbound: Object.values(SLOT).filter((slot) => !bound.has(slot)) };
}

/** `bound` holds the slots that are filled when this part of the pattern is reached. */
function matcher(pattern: Pattern, bound: Set<number>): Matcher {
  switch (pattern.type) {
    case "literal": {
      const { value } = pattern;
      return (expr) => expr.kind === "IntImm" && expr.value === value;
    }
    case "lanes":
      throw new InternalError("lanes is a number; it cannot be used as an expression");
    case "expr":
      return exprMatcher(pattern.slot, bound);
    case "int":
      return constantMatcher("IntImm", pattern.slot, bound);
    case "float":
      return constantMatcher("FloatImm", pattern.slot, bound);
    case "node":
      return nodeMatcher(pattern.kind, pattern.args, bound);
  }
}

function exprMatcher(slot: number, bound: Set<number>): Matcher {
  if (bound.has(slot)) return (expr, slots) => exprEqual(slots[slot] as PrimExpr, expr);
  bound.add(slot);
  return (expr, slots) => {
    slots[slot] = expr;
    return true;
  };
}

function constantMatcher(kind: "IntImm" | "FloatImm", slot: number, bound: Set<number>): Matcher {
  if (bound.has(slot)) {
    return (expr, slots) => expr.kind === kind && expr.value === (slots[slot] as IntImm).value;
  }
  bound.add(slot);
  return (expr, slots) => {
    slots[slot] = expr;
    return expr.kind === kind;
  };
}

function lanesMatcher(pattern: Pattern, bound: Set<number>): (lanes: number, s: Slots) => boolean {
  if (pattern.type !== "lanes") throw new InternalError("lanes are matched by `lanes` only");
  const { slot } = pattern;
  if (bound.has(slot)) return (lanes, slots) => slots[slot] === lanes;
  bound.add(slot);
  return (lanes, slots) => {
    slots[slot] = lanes;
    return true;
  };
}

function nodeMatcher(kind: PatternKind, args: readonly Pattern[], bound: Set<number>): Matcher {
  const [first, second, third] = args;
  if (kind === "Ramp") {
    const base = matcher(first!, bound);
    const stride = matcher(second!, bound);
    const lanes = lanesMatcher(third!, bound);
    return (e, s) =>
      e.kind === "Ramp" && base(e.base, s) && stride(e.stride, s) && lanes(e.lanes, s);
  }
  const a = matcher(first!, bound);
  if (kind === "Broadcast") {
    const lanes = lanesMatcher(second!, bound);
    return (e, s) => e.kind === "Broadcast" && a(e.value, s) && lanes(e.lanes, s);
  }
  if (kind === "Not") return (e, s) => e.kind === "Not" && a(e.a, s);
  const b = matcher(second!, bound);
  if (kind === "Select") {
    const c = matcher(third!, bound);
    return (e, s) =>
      e.kind === "Select" && a(e.condition, s) && b(e.trueValue, s) && c(e.falseValue, s);
  }
  return (e, s) => e.kind === kind && a((e as OperatorExpr).a, s) && b((e as OperatorExpr).b, s);
}

// Building --------------------------------------------------------------------------------------

export function compileBuilder(pattern: Pattern): Builder {
  switch (pattern.type) {
    case "literal": {
      const { value } = pattern;
      return (_, like) => constant(value, like);
    }
    case "lanes":
      throw new InternalError("lanes is a number; it cannot be used as an expression");
    case "expr":
    case "int":
    case "float": {
      const { slot } = pattern;
      return (slots) => slots[slot] as PrimExpr;
    }
    case "node":
      return nodeBuilder(pattern.kind, pattern.args);
  }
}

function nodeBuilder(kind: PatternKind, args: readonly Pattern[]): Builder {
  if (kind === "Ramp" || kind === "Broadcast") return vectorBuilder(kind, args);
  const [a, b, c] = args.map(compileBuilder) as [Builder, Builder, Builder];
  if (kind === "Not") {
    return (slots, like) => {
      const operand = a(slots, like);
      return operand && new Not(operand);
    };
  }
  if (kind === "Select") {
    return (slots, like) => {
      const condition = a(slots, like);
      const trueValue = b(slots, like);
      const falseValue = c(slots, like);
      return condition && trueValue && falseValue && new Select(condition, trueValue, falseValue);
    };
  }
  if (args[0]!.type === "literal") {
    // A literal has the type of the other operand.
    return (slots, like) => {
      const right = b(slots, like);
      const left = right && a(slots, right.dtype);
      return left && combine(kind, left, right);
    };
  }
  const literal = args[1]!.type === "literal";
  return (slots, like) => {
    const left = a(slots, like);
    const right = left && b(slots, literal ? left.dtype : like);
    return right && combine(kind, left, right);
  };
}

function vectorBuilder(kind: "Ramp" | "Broadcast", args: readonly Pattern[]): Builder {
  const value = compileBuilder(args[0]!);
  if (kind === "Broadcast") {
    return (slots, like) => {
      const scalar = value(slots, like);
      return scalar && new Broadcast(scalar, slots[SLOT.lanes] as number);
    };
  }
  const step = compileBuilder(args[1]!);
  return (slots, like) => {
    const base = value(slots, like);
    const stride = base && step(slots, base.dtype);
    return stride && new Ramp(base, stride, slots[SLOT.lanes] as number);
  };
}

/** The folded operator; undefined when a constant would not be exact. */
function combine(kind: OperatorKind, a: PrimExpr, b: PrimExpr): PrimExpr | undefined {
  const exact = EXACT[kind];
  if (a.kind === "IntImm" && b.kind === "IntImm" && exact !== undefined) {
    const value = exact(a.value, b.value);
    return fits(value, a.dtype) ? new IntImm(value, a.dtype) : undefined;
  }
  return operate(kind, a, b);
}

const EXACT: Readonly<Partial<Record<PatternKind, (x: number, y: number) => number>>> =
  integerOperators;

// Conditions ------------------------------------------------------------------------------------

/**
 * Comparisons separated by commas, all of which must hold. Comparisons of constants are computed;
 * comparisons of expressions (`e >= n`, `e < n`, `e == n` with a constant `n`) are proved.
 */
export function compileCondition(text: string): Condition {
  const tests = parseList(text).map((pattern) => comparison(text, pattern));
  // Constants first: proofs are more expensive.
  const ordered = [...tests.filter((t) => !t.proof), ...tests.filter((t) => t.proof)];
  const holds = ordered.map((test) => test.holds);
  if (holds.length === 1) return holds[0]!;
  return (slots, like, context) => holds.every((test) => test(slots, like, context));
}

function comparison(text: string, pattern: Pattern): { proof: boolean; holds: Condition } {
  const compare = pattern.type === "node" ? COMPARE[pattern.kind] : undefined;
  if (pattern.type !== "node" || compare === undefined) {
    throw new InternalError(`the condition "${text}" is not a list of comparisons`);
  }
  const [left, right] = pattern.args as [Pattern, Pattern];
  const bound = compileNumber(right);
  if (!mentionsExpr(left)) {
    const value = compileNumber(left);
    return { proof: false, holds: (slots) => compare(value(slots), bound(slots)) };
  }
  const build = compileBuilder(left);
  const prove = PROVE[pattern.kind];
  if (prove === undefined) {
    throw new InternalError(`the condition "${text}" needs a proof that does not exist`);
  }
  return {
    proof: true,
    holds: (slots, like, context) => {
      const expr = build(slots, like);
      return expr !== undefined && context.isExact(expr) && prove(context, expr, bound(slots));
    },
  };
}

const COMPARE: Readonly<Partial<Record<PatternKind, (x: number, y: number) => boolean>>> =
  integerComparisons;

type Prove = (context: RuleContext, expr: PrimExpr, value: number) => boolean;

const PROVE: Readonly<Partial<Record<PatternKind, Prove>>> = {
  GE: (context, expr, value) => context.canProveGreaterEqual(expr, value),
  LT: (context, expr, value) => context.canProveLess(expr, value),
  EQ: (context, expr, value) => context.compare(expr, value) === "==",
};

function mentionsExpr(pattern: Pattern): boolean {
  return pattern.type === "expr" || (pattern.type === "node" && pattern.args.some(mentionsExpr));
}

/** The value of a pattern of constants; NaN when it would not be exact. */
function compileNumber(pattern: Pattern): (slots: Slots) => number {
  switch (pattern.type) {
    case "literal": {
      const { value } = pattern;
      return () => value;
    }
    case "int":
    case "float": {
      const { slot } = pattern;
      return (slots) => (slots[slot] as IntImm | FloatImm).value;
    }
    case "node": {
      const op = EXACT[pattern.kind];
      const [a, b] = pattern.args.map(compileNumber);
      if (op === undefined || a === undefined || b === undefined) break;
      return (slots) => {
        const value = op(a(slots), b(slots));
        return Number.isSafeInteger(value) ? value : NaN;
      };
    }
  }
  throw new InternalError("a condition computes with an operand that is not a constant");
}
