/**
 * Simplification by rewrite rules: an expression is rebuilt bottom-up, and at each node the first
 * applicable rule replaces it.
 *
 *     before   floordiv((x*4 + y) - x*4, 4) + z     with y in [0, 3]
 *     after    z
 */

import {
  and,
  bitsOf,
  builtin,
  Call,
  CallEffect,
  cast,
  constant,
  eq,
  exprEqual,
  FloatImm,
  ifThenElse,
  IntImm,
  isBool,
  isConstInt,
  isFloat,
  isOne,
  isZero,
  le,
  Let,
  lt,
  mapChildren,
  newOperator,
  not,
  Not,
  Select,
  shiftLeft,
  shiftRight,
  sideEffect,
  type GE,
  type LE,
  type NE,
  type Node,
  type OperatorExpr,
  type PrimExpr,
  type Reduce,
  type Var,
} from "../../ir";
import { InternalError } from "../../support";
import type { Analyzer } from "../analyzer";
import type { ConstIntBound } from "../const-int-bound";
import { extractConstraints } from "../constraints";
import { Memoized } from "../memo";
import type { ModularSet } from "../modular-set";
import { fold } from "../operators";
import type { Slots } from "./compile-rule";
import { SLOT } from "./pattern";
import type { Order, RuleContext } from "./rule-context";
import { rules, type RewrittenKind } from "./rules";

type RewrittenOperator = Extract<OperatorExpr, { kind: RewrittenKind }>;

/** The number of variables that patterns can bind. */
const SLOTS = Object.keys(SLOT).length;

/** The nesting depth to which results are simplified again. */
const FUEL = 5;

/**
 * The nesting depth to which comparisons simplify their operands; deeper ones use them as they are.
 */
const MAX_COMPARING = 16;

const NO_LITERALS: readonly PrimExpr[] = [];

/** Arrays for the bindings of rules. All simplifiers share them. */
const unusedSlots: Slots[] = [];

export class RewriteSimplifier extends Memoized<PrimExpr> implements RuleContext {
  private readonly values = new Map<Var, PrimExpr>();
  /** Conditions known to hold, in simplified form. */
  private literals = NO_LITERALS;
  private spent = 0;
  private comparing = 0;

  constructor(analyzer: Analyzer, analysis: "rewritten" | "canonical" = "rewritten") {
    super(analyzer, analysis);
  }

  /** @throws InternalError when the variable already has another value, unless it is overridden. */
  update(variable: Var, value: PrimExpr, allowOverride: boolean): void {
    const old = this.values.get(variable);
    if (!allowOverride && old !== undefined && !exprEqual(old, value)) {
      throw new InternalError(
        `${variable.name} was bound to ${old.toString()} and now to ${value.toString()}`,
      );
    }
    this.values.set(variable, value);
  }

  boundValue(variable: Var): PrimExpr | undefined {
    return this.values.get(variable);
  }

  /**
   * Assumes the parts of a condition. Returns the function that removes them, or undefined if they add
   * no fact.
   */
  enterConstraint(condition: PrimExpr): (() => void) | undefined {
    const outer = this.literals;
    const found: PrimExpr[] = [];
    for (const part of extractConstraints(this.analyzer, this.analyze(condition))) {
      if (part.kind === "IntImm" || sideEffect(part) > CallEffect.Pure) continue;
      found.push(part);
      const opposite = isBool(part.dtype) ? new Not(part) : eq(part, constant(0, part.dtype));
      const simple = this.analyze(opposite);
      if (simple.kind !== "IntImm") found.push(new Not(simple));
    }
    if (found.length === 0) return undefined;
    this.literals = [...outer, ...found];
    return () => {
      this.literals = outer;
    };
  }

  get fastMath(): boolean {
    return this.analyzer.fastMath;
  }

  isExact(expr: PrimExpr): boolean {
    return this.analyzer.isExact(expr);
  }

  // Queries of rules -----------------------------------------------------------------------------

  bound(expr: PrimExpr): ConstIntBound {
    return this.analyzer.constIntBound(expr);
  }

  modular(expr: PrimExpr): ModularSet {
    return this.analyzer.modularSet(expr);
  }

  canProveGreaterEqual(expr: PrimExpr, bound: number): boolean {
    return this.analyzer.canProveGreaterEqual(expr, bound);
  }

  canProveLess(expr: PrimExpr, bound: number): boolean {
    return this.analyzer.canProveLess(expr, bound);
  }

  compare(expr: PrimExpr, value: number): Order {
    const simple = this.simplifiedToCompare(expr);
    const { min, max } = this.analyzer.constIntBound(simple);
    if (min === value && max === value) return "==";
    if (min > value) return ">";
    if (max < value) return "<";
    if (min >= value) return ">=";
    if (max <= value) return "<=";
    if (value === 0 && this.analyzer.modularSet(simple).base !== 0) return "!=";
    return "?";
  }

  private simplifiedToCompare(expr: PrimExpr): PrimExpr {
    if (this.comparing >= MAX_COMPARING) return expr;
    this.comparing++;
    try {
      return this.analyze(expr);
    } finally {
      this.comparing--;
    }
  }

  // The walk -------------------------------------------------------------------------------------

  /** The fuel spent: with less fuel left the same expression may simplify less. */
  override get level(): number {
    return this.spent;
  }

  /** The node with its parts simplified and the rules applied. */
  protected compute(expr: PrimExpr): PrimExpr {
    switch (expr.kind) {
      case "IntImm":
      case "FloatImm":
      case "StringImm":
        return expr;
      case "Var":
        return this.truthOf(expr) ?? this.values.get(expr) ?? expr;
      case "Add":
      case "Sub":
      case "Mul":
      case "Div":
      case "Mod":
      case "FloorDiv":
      case "FloorMod":
      case "Min":
      case "Max":
      case "EQ":
      case "LT":
      case "And":
      case "Or":
        return this.rewriteOperator(expr);
      // The other orders are the negation of one of these, or have swapped operands.
      case "NE":
        return sameOr(expr, this.analyze(not(eq(expr.a, expr.b))));
      case "LE":
        if (this.mayBeNaN(expr)) return this.rewriteOrder(expr, expr.a, expr.b);
        return sameOr(expr, this.analyze(not(lt(expr.b, expr.a))));
      case "GE":
        if (this.mayBeNaN(expr)) return this.rewriteOrder(expr, expr.b, expr.a);
        return sameOr(expr, this.analyze(not(lt(expr.a, expr.b))));
      case "GT":
        return this.analyze(lt(expr.b, expr.a));
      case "Not":
        return this.rewriteNot(expr);
      case "Select":
        return this.rewriteSelect(expr);
      case "Cast": {
        const simple = cast(expr.dtype, this.analyze(expr.value));
        return simple.kind === "Cast" && simple.value === expr.value ? expr : simple;
      }
      case "Call":
        return expr.op === builtin.ifThenElse
          ? this.rewriteIfThenElse(expr)
          : this.rewriteCall(expr);
      case "Let":
        return this.rewriteLet(expr);
      case "Reduce":
        return this.rewriteReduce(expr);
      case "BufferLoad":
      case "ProducerLoad":
      case "Ramp":
      case "Broadcast":
      case "Shuffle":
        return this.rewriteParts(expr);
    }
  }

  private rewriteParts<E extends PrimExpr>(expr: E): E {
    return mapChildren(expr, this.rewritePart);
  }

  private readonly rewritePart = (part: Node): PrimExpr => this.analyze(part as PrimExpr);

  private rewriteOperator(expr: RewrittenOperator): PrimExpr {
    const a = this.analyze(expr.a);
    const b = this.analyze(expr.b);
    const folded = fold(expr.kind, a, b);
    if (folded !== undefined) return folded;
    const node = a === expr.a && b === expr.b ? expr : newOperator(expr.kind, a, b);
    return this.truthOf(node) ?? this.applyRules(node, expr.kind, a, b);
  }

  /** With a NaN neither `a <= b` nor `b < a` holds: so the two are not each other's negation. */
  private mayBeNaN(expr: LE | GE): boolean {
    return !this.fastMath && isFloat(expr.a.dtype);
  }

  /** `lesser <= greater`, the meaning of `expr`. */
  private rewriteOrder(expr: LE | GE, lesser: PrimExpr, greater: PrimExpr): PrimExpr {
    const node = le(this.analyze(lesser), this.analyze(greater));
    const same = exprEqual(node, expr) ? expr : node;
    return this.truthOf(same) ?? same;
  }

  private rewriteNot(expr: Not): PrimExpr {
    const a = this.analyze(expr.a);
    if (a.kind === "IntImm") return new IntImm(a.value === 0 ? 1 : 0, "bool");
    const node = a === expr.a ? expr : new Not(a);
    return this.truthOf(node) ?? this.applyRules(node, "Not", a, a);
  }

  private rewriteSelect(expr: Select): PrimExpr {
    const { condition, trueValue, falseValue } = expr;
    const [test, a, b] = this.rewriteBranches(condition, trueValue, falseValue);
    if (isZero(test)) return b;
    if (isOne(test)) return a;
    const same = test === condition && a === trueValue && b === falseValue;
    const node = same ? expr : new Select(test, a, b);
    return this.applyRules(node, "Select", test, a);
  }

  /**
   * A condition and the branches it selects, each simplified with the condition's value as a fact.
   */
  private rewriteBranches(
    condition: PrimExpr,
    whenTrue: PrimExpr,
    whenFalse: PrimExpr,
  ): [PrimExpr, PrimExpr, PrimExpr] {
    const test = this.analyze(condition);
    const a = this.rewriteUnder(() => test, whenTrue);
    const b = this.rewriteUnder(() => this.analyzer.rewriteSimplify(new Not(test)), whenFalse);
    return [test, a, b];
  }

  /** A branch, simplified with a condition as a fact. Numbers need no facts. */
  private rewriteUnder(condition: () => PrimExpr, branch: PrimExpr): PrimExpr {
    if (isNumber(branch)) return branch;
    return this.analyzer.withConstraint(condition(), () => this.analyze(branch));
  }

  private rewriteIfThenElse(expr: Call): PrimExpr {
    const [condition, whenTrue, whenFalse] = expr.args as [PrimExpr, PrimExpr, PrimExpr];
    const [test, a, b] = this.rewriteBranches(condition, whenTrue, whenFalse);
    if (isZero(test)) return b;
    if (isOne(test)) return a;
    // if (p) (if (q) a else c) else c  ->  if (p && q) a else c
    if (a.kind === "Call" && a.op === builtin.ifThenElse) {
      const [inner, value, otherwise] = a.args as [PrimExpr, PrimExpr, PrimExpr];
      const numbers = isNumber(otherwise) && isNumber(b);
      if (numbers && this.analyzer.canProve(eq(otherwise, b))) {
        return ifThenElse(and(test, inner), value, b);
      }
    }
    const same = test === condition && a === whenTrue && b === whenFalse;
    return same ? expr : new Call(expr.dtype, expr.op, [test, a, b]);
  }

  private rewriteCall(expr: Call): PrimExpr {
    const node = this.rewriteParts(expr);
    const [x, y] = node.args;
    if (x === undefined) return node;
    switch (node.op) {
      case builtin.likely:
        return isConstInt(x) ? x : (this.truthOf(x) ?? node);
      case builtin.shiftRight:
        return isConstInt(x) && isShiftAmount(y!) ? shiftRight(x, y) : node;
      case builtin.shiftLeft:
        return isConstInt(x) && isShiftAmount(y!) ? shiftLeft(x, y) : node;
      case builtin.ceil:
        return foldCeil(node, x);
      default:
        return node;
    }
  }

  private rewriteLet(expr: Let): PrimExpr {
    const value = this.analyze(expr.value);
    if (isNumber(expr.value) || expr.value.kind === "Var") {
      // The value is substituted, so the body does not need the binding any more.
      this.analyzer.bind(expr.var_, value);
      return this.analyze(expr.body);
    }
    if (this.analyzer.userData.isIn(value)) this.analyzer.bindUserData(expr.var_);
    const body = this.analyze(expr.body);
    return value === expr.value && body === expr.body ? expr : new Let(expr.var_, value, body);
  }

  protected rewriteReduce(expr: Reduce): Reduce {
    for (const axis of expr.axis) {
      if (axis.dom !== undefined) this.analyzer.bind(axis.var_, axis.dom);
    }
    return this.rewriteParts(expr);
  }

  /** The value of a condition, if it follows from the assumed conditions. */
  private truthOf(expr: PrimExpr): PrimExpr | undefined {
    if (this.literals.length === 0 || !isBool(expr.dtype)) return undefined;
    for (const literal of this.literals) {
      if (exprEqual(literal, expr)) return constant(1, expr.dtype);
      if (literal.kind === "Not" && exprEqual(literal.a, expr)) return constant(0, expr.dtype);
    }
    return undefined;
  }

  private applyRules(
    node: PrimExpr,
    kind: RewrittenKind,
    first: PrimExpr,
    second: PrimExpr,
  ): PrimExpr {
    const candidates = rules[kind].rulesFor(first.dtype, first.kind, second.kind);
    if (candidates.length === 0) return node;
    const slots = unusedSlots.pop() ?? new Array<undefined>(SLOTS);
    for (const rule of candidates) {
      const result = rule.apply(node, slots, this);
      if (result === undefined) continue;
      unusedSlots.push(slots);
      this.analyzer.onRewrite?.(rule, node, result);
      return rule.simplifiesResult ? this.simplifyAgain(result) : result;
    }
    unusedSlots.push(slots);
    return node;
  }

  private simplifyAgain(expr: PrimExpr): PrimExpr {
    if (this.spent >= FUEL) return expr;
    this.spent++;
    try {
      return this.analyze(expr);
    } finally {
      this.spent--;
    }
  }
}

/** `node` if `result` is an equal expression. */
function sameOr(node: NE | LE | GE, result: PrimExpr): PrimExpr {
  if (result.kind !== node.kind) return result;
  return result.a === node.a && result.b === node.b ? node : result;
}

function isNumber(expr: PrimExpr): boolean {
  if (expr.kind === "Broadcast") return isNumber(expr.value);
  return expr.kind === "IntImm" || expr.kind === "FloatImm";
}

/**
 * Whether a shift by the constant is defined; an undefined shift may be in a branch that is never
 * taken.
 */
function isShiftAmount(expr: PrimExpr): expr is IntImm {
  return expr.kind === "IntImm" && expr.value >= 0 && expr.value < bitsOf(expr.dtype);
}

/** `ceil` of a constant, and of the logarithm of one: exact on every target. */
function foldCeil(node: Call, x: PrimExpr): PrimExpr {
  if (x.kind === "IntImm") return cast(node.dtype, x);
  if (x.kind === "FloatImm") return cast(node.dtype, new FloatImm(Math.ceil(x.value), x.dtype));
  if (x.kind === "Call" && x.op === builtin.log2) {
    const argument = x.args[0]!;
    if (argument.kind === "FloatImm") {
      return new FloatImm(Math.ceil(Math.log2(argument.value)), node.dtype);
    }
  }
  return node;
}
