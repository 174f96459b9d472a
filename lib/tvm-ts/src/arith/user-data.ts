/**
 * Determines which expressions depend on elements of arrays, and not only on indices.
 *
 * Index arithmetic is assumed not to overflow, as in TVM: its numbers are bounded by the sizes of
 * loops and arrays. An element may be any number of its type, so computations with it may wrap around.
 */

import { Feature, hasFeature, usesVar, type PrimExpr, type Var } from "../ir";

export class UserData {
  private readonly variables = new Set<Var>();

  /** Treats the variable, whose value depends on elements, as an element. */
  add(variable: Var): void {
    this.variables.add(variable);
  }

  /** Whether the expression contains an element of an array. */
  isIn(expr: PrimExpr): boolean {
    if (hasFeature(expr, Feature.Element)) return true;
    return this.variables.size > 0 && usesVar(expr, (variable) => this.variables.has(variable));
  }
}
