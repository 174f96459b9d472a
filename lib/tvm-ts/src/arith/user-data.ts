/**
 * Which expressions compute with the elements of arrays, and not only with indices.
 *
 * Index arithmetic is taken never to overflow, as in TVM: its numbers are as large as loops and
 * arrays are. An element may be any number of its type, and what is computed from it wraps around.
 */

import { forEachChild, isExpr, someNode, type Node, type PrimExpr, type Var } from "../ir";

/** Expressions nested deeper are searched as a whole, to spare the stack. */
const MAX_NESTING = 200;

export class UserData {
  private nesting = 0;
  private cache = new WeakMap<PrimExpr, boolean>();
  private readonly variables = new Set<Var>();

  /** Takes the variable, which stands for a value with elements in it, for an element itself. */
  add(variable: Var): void {
    this.variables.add(variable);
    this.cache = new WeakMap();
  }

  /** Whether an element of an array is part of the expression. */
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
