/**
 * Affine expressions: sums of integer variables times constants. Most indices and extents are affine.
 * Their simplified form is computed directly, without rewrite rules and canonical forms.
 *
 *     before   (x*4 + y - 1)*8 + z
 *     after    x*32 + y*8 + z - 8
 */

import { IntImm, mul, sub, type PrimExpr, type Var } from "../ir";
import type { Analyzer } from "./analyzer";
import { plus } from "./operators";

/** The type of indices and extents. */
const DTYPE = "int32";

/** Expressions with more nodes are left to the canonical form, which can be of any length. */
const MAX_NODES = 64;

/** Up to this sum of magnitudes, no partial sum overflows, whatever the order of the terms. */
const MAX_MAGNITUDE = 2 ** 30;

/**
 * The result of `analyzer.simplify(expr)`, if `expr` is affine. Undefined if it is not, or if the order
 * of its terms depends on the rewrite rules that apply.
 */
export function simplifyAffine(expr: PrimExpr, analyzer: Analyzer): PrimExpr | undefined {
  if (expr.dtype !== DTYPE) return undefined;
  const sum = new AffineSum(analyzer);
  return sum.add(expr, 1) ? sum.normalize() : undefined;
}

interface Term {
  readonly variable: Var;
  factor: number;
}

/** `base` plus the sum of the variables times their factors. */
class AffineSum {
  /** In the order in which the variables were added. */
  private readonly terms: Term[] = [];
  private base = 0;
  private nodes = 0;
  private magnitude = 0;
  /** Whether a term was subtracted, or negated. Rewrite rules reorder the terms of differences. */
  private isDifference = false;

  constructor(private readonly analyzer: Analyzer) {}

  /** Adds `expr * factor`; false if it is not affine, too long, or too large. */
  add(expr: PrimExpr, factor: number): boolean {
    if (++this.nodes > MAX_NODES) return false;
    switch (expr.kind) {
      case "IntImm":
        this.base += expr.value * factor;
        return this.measure(expr.value * factor);
      case "Var": {
        const value = this.analyzer.boundValue(expr);
        if (value !== undefined) return value.kind === "IntImm" && this.add(value, factor);
        this.addTerm(expr, factor);
        return this.measure(factor);
      }
      case "Add":
        return this.add(expr.a, factor) && this.add(expr.b, factor);
      case "Sub":
        this.isDifference ||= expr.b.kind !== "IntImm";
        return this.add(expr.a, factor) && this.add(expr.b, -factor);
      case "Mul": {
        const { a, b } = expr;
        if (b.kind !== "IntImm" || b.value === 0) return false;
        this.isDifference ||= b.value < 0;
        return this.add(a, factor * b.value);
      }
      default:
        return false;
    }
  }

  private addTerm(variable: Var, factor: number): void {
    const term = this.terms.find((other) => other.variable === variable);
    if (term === undefined) this.terms.push({ variable, factor });
    else term.factor += factor;
  }

  /** Counts the magnitude of a number. Returns whether the sum of all is small enough. */
  private measure(value: number): boolean {
    this.magnitude += Math.abs(value);
    return this.magnitude <= MAX_MAGNITUDE;
  }

  /** The sum as an expression: added terms, a positive base, and subtracted terms. */
  normalize(): PrimExpr | undefined {
    const { base } = this;
    const terms = this.terms.sort((a, b) => b.factor - a.factor);
    if (this.isDifference && hasEqualFactors(terms)) return undefined;
    let sum: PrimExpr | undefined;
    for (const { variable, factor } of terms) {
      if (factor > 0) sum = plus(sum, times(variable, factor));
    }
    if (base > 0) sum = plus(sum, new IntImm(base, DTYPE));
    for (const { variable, factor } of terms) {
      if (factor >= 0) continue;
      // With nothing to subtract from, the product by a negative number stays as it is.
      if (sum === undefined) return undefined;
      sum = sub(sum, times(variable, -factor));
    }
    if (sum === undefined) return new IntImm(base, DTYPE);
    return base < 0 ? sub(sum, new IntImm(-base, DTYPE)) : sum;
  }
}

function hasEqualFactors(sorted: readonly Term[]): boolean {
  return sorted.some(({ factor }, i) => factor !== 0 && factor === sorted[i + 1]?.factor);
}

function times(variable: Var, factor: number): PrimExpr {
  return factor === 1 ? variable : mul(variable, new IntImm(factor, DTYPE));
}
