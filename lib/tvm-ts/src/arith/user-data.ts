/**
 * Determines which expressions depend on elements of arrays, and not only on indices.
 *
 * Index arithmetic is assumed not to overflow, as in TVM: its numbers are bounded by the sizes of
 * loops and arrays. An element may be any number of its type, so computations with it may wrap around.
 */

import { forEachChild, isExpr, someNode, type Node, type PrimExpr, type Var } from "../ir";

/** Expressions nested deeper are searched as a whole, to limit the stack depth. */
const MAX_NESTING = 200;

export class UserData {
  private nesting = 0;
  private cache = new WeakMap<PrimExpr, boolean>();
  private readonly variables = new Set<Var>();

  /** Treats the variable, whose value depends on elements, as an element. */
  add(variable: Var): void {
    this.variables.add(variable);
    this.cache = new WeakMap();
  }

  /** Whether the expression contains an element of an array. */
  isIn(expr: PrimExpr): boolean {
    if (this.isItself(expr)) return true;
    if (expr.kind === "Var" || expr.kind === "IntImm") return false;
    let found = this.cache.get(expr);
    if (found === undefined) this.cache.set(expr, (found = this.isInPartOf(expr)));
    return found;
  }

  private isItself(node: Node): boolean {
    switch (node.kind) {
      case "BufferLoad":
      case "ProducerLoad":
      case "Reduce":
        return true;
      case "Var":
        return this.variables.size > 0 && this.variables.has(node);
      default:
        return false;
    }
  }

  private isInPartOf(expr: PrimExpr): boolean {
    if (this.nesting >= MAX_NESTING) return someNode(expr, (node) => this.isItself(node));
    let found = false;
    this.nesting++;
    forEachChild(expr, (child) => {
      found ||= isExpr(child) && this.isIn(child);
    });
    this.nesting--;
    return found;
  }
}
