/**
 * Determines which expressions depend on elements of arrays, and not only on indices.
 *
 * Index arithmetic is assumed not to overflow, as in TVM: its numbers are bounded by the sizes of
 * loops and arrays. An element may be any number of its type, so computations with it may wrap around.
 */

import { Feature, forEachChild, hasFeature, usesVar, type PrimExpr, type Var } from "../ir";

/** Expressions nested deeper are searched as a whole, to limit the stack depth. */
const MAX_NESTING = 200;

export class UserData {
  private nesting = 0;
  private readonly variables = new Set<Var>();
  /** Whether an expression uses one of the variables. */
  private cache = new Map<PrimExpr, boolean>();

  /** Treats the variable, whose value depends on elements, as an element. */
  add(variable: Var): void {
    this.variables.add(variable);
    this.cache.clear();
  }

  /** Whether the expression contains an element of an array. */
  isIn(expr: PrimExpr): boolean {
    if (hasFeature(expr, Feature.Element)) return true;
    return this.variables.size > 0 && this.usesVariable(expr);
  }

  private usesVariable(expr: PrimExpr): boolean {
    if (expr.kind === "Var") return this.variables.has(expr);
    let found = this.cache.get(expr);
    if (found === undefined) this.cache.set(expr, (found = this.isInPartOf(expr)));
    return found;
  }

  private isInPartOf(expr: PrimExpr): boolean {
    if (this.nesting >= MAX_NESTING) return usesVar(expr, (v) => this.variables.has(v));
    let found = false;
    this.nesting++;
    forEachChild(expr, (child) => {
      found ||= this.usesVariable(child as PrimExpr);
    });
    this.nesting--;
    return found;
  }
}
