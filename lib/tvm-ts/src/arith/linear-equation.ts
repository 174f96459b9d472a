/**
 * Interprets an expression as a linear function of variables, and a condition as bounds on them.
 */

import {
  constant,
  isConstInt,
  isBinary,
  isInt,
  max,
  min,
  mul,
  neg,
  sub,
  usesVar,
  zero,
  type PrimExpr,
  type Var,
} from "../ir";
import { Analyzer } from "./analyzer";
import { binaryOperands, fromTheInsideOut, MAX_NESTING } from "./memo";
import { plus } from "./operators";

/** `coeff * v + base`; a missing part is 0. */
interface Linear {
  readonly base?: PrimExpr | undefined;
  readonly coeff?: PrimExpr | undefined;
}

class LinearReader {
  private nesting = 0;
  private readonly deep = new Map<PrimExpr, Linear | undefined>();

  constructor(private readonly variable: Var) {}

  /** The expression as a function of the variable; undefined if it is not linear. */
  read(expr: PrimExpr): Linear | undefined {
    if (this.deep.has(expr)) return this.deep.get(expr);
    if (this.nesting >= MAX_NESTING) {
      fromTheInsideOut(
        expr,
        binaryOperands,
        (e) => this.deep.has(e),
        (e) => this.deep.set(e, this.read(e)),
      );
    }
    this.nesting++;
    const result = this.readNode(expr);
    this.nesting--;
    return result;
  }

  private readNode(expr: PrimExpr): Linear | undefined {
    switch (expr.kind) {
      case "Var":
        return expr === this.variable ? { coeff: constant(1, expr.dtype) } : { base: expr };
      case "Add":
      case "Sub":
      case "Mul": {
        const a = this.read(expr.a);
        const b = a && this.read(expr.b);
        return a && b && COMBINE[expr.kind](a, b);
      }
      default:
        return usesVar(expr, (v) => v === this.variable) ? undefined : { base: expr };
    }
  }
}

const COMBINE = {
  Add: (a: Linear, b: Linear): Linear => ({
    base: b.base === undefined ? a.base : plus(a.base, b.base),
    coeff: b.coeff === undefined ? a.coeff : plus(a.coeff, b.coeff),
  }),
  Sub: (a: Linear, b: Linear): Linear => ({
    base: minus(a.base, b.base),
    coeff: minus(a.coeff, b.coeff),
  }),
  Mul: (a: Linear, b: Linear): Linear | undefined => {
    const [factor, linear] = a.coeff === undefined ? [a, b] : [b, a];
    if (factor.coeff !== undefined) return undefined;
    return {
      base: times(factor.base, linear.base),
      coeff: times(factor.base, linear.coeff),
    };
  },
};

function minus(a: PrimExpr | undefined, b: PrimExpr | undefined): PrimExpr | undefined {
  if (b === undefined) return a;
  return a === undefined ? neg(b) : sub(a, b);
}

function times(a: PrimExpr | undefined, b: PrimExpr | undefined): PrimExpr | undefined {
  return a && b && mul(a, b);
}

/**
 * `[coeff, base]` with `expr = coeff * variable + base`, neither of which contains the variable.
 */
function linearIn(expr: PrimExpr, variable: Var): [PrimExpr, PrimExpr] | undefined {
  const linear = new LinearReader(variable).read(expr);
  if (linear === undefined) return undefined;
  const none = zero(variable.dtype);
  return [linear.coeff ?? none, linear.base ?? none];
}

/**
 * The coefficients of `vars` and then the rest, such that `expr = c[0]*vars[0] + c[1]*vars[1] + ... +
 * c[n]` and no coefficient contains a variable. Undefined if the expression is not linear.
 */
export function detectLinearEquation(
  expr: PrimExpr,
  vars: readonly Var[],
): readonly PrimExpr[] | undefined {
  let base = expr;
  const coeffs: PrimExpr[] = [];
  for (const variable of vars) {
    const linear = linearIn(base, variable);
    if (linear === undefined) return undefined;
    coeffs.push(linear[0]);
    base = linear[1];
  }
  // The coefficient of a variable must not depend on a later variable.
  const dependent = coeffs.some((coeff, i) => {
    const later = vars.slice(i + 1);
    return usesVar(coeff, (v) => later.includes(v));
  });
  return dependent ? undefined : [...coeffs, base];
}

/**
 * The bounds of a variable that follow from a condition, both included; undefined for an open end.
 */
export interface ClipBound {
  readonly min: PrimExpr | undefined;
  readonly max: PrimExpr | undefined;
}

/**
 * The bounds of `vars` that are equivalent to `condition`, a conjunction. Undefined when a part of it
 * is not a bound on one of the variables.
 */
export function detectClipBound(
  condition: PrimExpr,
  vars: readonly Var[],
): readonly ClipBound[] | undefined {
  const analyzer = new Analyzer();
  const bounds = new Map<Var, ClipBound>(vars.map((v) => [v, { min: undefined, max: undefined }]));
  for (const part of conjuncts(analyzer.simplify(condition))) {
    if (!readBound(analyzer, part, bounds)) return undefined;
  }
  return vars.map((v) => {
    const bound = bounds.get(v)!;
    return {
      min: bound.min && analyzer.simplify(bound.min),
      max: bound.max && analyzer.simplify(bound.max),
    };
  });
}

/** The conditions that a conjunction joins, in order. */
export function conjuncts(condition: PrimExpr): PrimExpr[] {
  const parts: PrimExpr[] = [];
  const pending = [condition];
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part.kind === "And") pending.push(part.b, part.a);
    else parts.push(part);
  }
  return parts;
}

/** Adds the bound in a comparison; false if it is not a bound. */
function readBound(analyzer: Analyzer, condition: PrimExpr, bounds: Map<Var, ClipBound>): boolean {
  const variable = onlyVariable(condition, bounds);
  const distance = notNegative(condition);
  if (variable === undefined || distance === undefined) return false;
  const linear = linearIn(distance, variable);
  if (linear === undefined) return false;
  const [coeff, base] = linear;
  const factor = analyzer.simplify(coeff);
  const { min: low, max: high } = bounds.get(variable)!;
  if (isConstInt(factor, 1)) {
    const bound = neg(base);
    bounds.set(variable, { min: low === undefined ? bound : max(low, bound), max: high });
    return true;
  }
  if (isConstInt(factor, -1)) {
    bounds.set(variable, { min: low, max: high === undefined ? base : min(high, base) });
    return true;
  }
  return false;
}

/** The only variable of `vars` that an expression contains, if it contains exactly one. */
function onlyVariable(expr: PrimExpr, vars: ReadonlyMap<Var, unknown>): Var | undefined {
  const found = new Set<Var>();
  usesVar(expr, (v) => {
    if (vars.has(v)) found.add(v);
    return false;
  });
  return found.size === 1 ? [...found][0] : undefined;
}

/** An expression that is non-negative exactly when an order of integers holds. */
function notNegative(condition: PrimExpr): PrimExpr | undefined {
  if (!isBinary(condition) || !isInt(condition.a.dtype)) return undefined;
  const { a, b } = condition;
  switch (condition.kind) {
    case "LT":
      return sub(sub(b, a), 1);
    case "LE":
      return sub(b, a);
    case "GT":
      return sub(sub(a, b), 1);
    case "GE":
      return sub(a, b);
    default:
      return undefined;
  }
}
