/**
 * The computations a statement or an expression is sure to do, with how often: what common
 * subexpression elimination chooses from.
 */

import { ExprMap, forEachChild, isExpr, type Node, type PrimExpr } from "../../ir";
import { foldExpr } from "./expr";

/** Expressions with how often they are computed. */
export type Computations = ExprMap<number>;

/**
 * Whether an expression may be computed once and kept: it is no leaf, and neither loads nor calls,
 * whose values may change. Ramps and broadcasts stay where they are, as passes and code generators
 * look for them.
 */
export function isEligible(expr: PrimExpr): boolean {
  switch (expr.kind) {
    case "Var":
    case "IntImm":
    case "FloatImm":
    case "StringImm":
    case "Ramp":
    case "Broadcast":
      return false;
    default:
      return isPure(expr);
  }
}

const isPure = foldExpr<boolean>(
  (expr, parts) =>
    expr.kind !== "Call" && expr.kind !== "BufferLoad" && parts.every((part) => part),
);

const none: Computations = new ExprMap<number>();

/** Finds computations, remembering what was found in each node. */
export class ComputationFinder {
  private readonly known = new WeakMap<Node, Computations>();

  /** The largest eligible computations that `node` does whatever happens. */
  of(node: Node): Computations {
    if (isLeaf(node)) return none;
    let found = this.known.get(node);
    if (found === undefined) {
      found = this.find(node);
      this.known.set(node, found);
    }
    return found;
  }

  private find(node: Node): Computations {
    if (isExpr(node) && isEligible(node)) {
      const itself: Computations = new ExprMap();
      itself.set(node, 1);
      return itself;
    }
    switch (node.kind) {
      case "For":
        return this.sharedBy([node.min, node.extent, node.body]);
      case "IfThenElse": {
        const parts = [node.condition, node.thenCase];
        return this.sharedBy(node.elseCase === undefined ? parts : [...parts, node.elseCase]);
      }
      case "While":
        return this.sharedBy([node.condition, node.body]);
      default:
        return this.all(node);
    }
  }

  private all(node: Node): Computations {
    const parts: Computations[] = [];
    forEachChild(node, (child) => {
      const part = this.of(child);
      if (part.size > 0) parts.push(part);
    });
    if (parts.length <= 1) return parts[0] ?? none;
    const sum: Computations = new ExprMap();
    for (const part of parts) {
      for (const { key, value } of part.entries()) sum.set(key, (sum.get(key) ?? 0) + value);
    }
    return sum;
  }

  /** What at least two of the parts do: not all of them may be executed, or equally often. */
  private sharedBy(parts: readonly Node[]): Computations {
    const tables = parts.map((part) => this.of(part)).filter((table) => table.size > 0);
    if (tables.length < 2) return none;
    const shared: Computations = new ExprMap();
    for (const table of tables) {
      for (const { key } of table.entries()) {
        const counts = tables.map((other) => other.get(key)).filter((n) => n !== undefined);
        if (counts.length >= 2)
          shared.set(
            key,
            counts.reduce((a, b) => a + b),
          );
      }
    }
    return shared;
  }
}

function isLeaf(node: Node): boolean {
  return (
    node.kind === "Var" ||
    node.kind === "IntImm" ||
    node.kind === "FloatImm" ||
    node.kind === "StringImm"
  );
}

/** The largest eligible computations strictly inside an expression, in order, with repetition. */
export function directComputations(expr: PrimExpr): PrimExpr[] {
  const found: PrimExpr[] = [];
  const visit = (node: PrimExpr): void => {
    forEachChild(node, (child) => {
      if (isEligible(child as PrimExpr)) found.push(child as PrimExpr);
      else visit(child as PrimExpr);
    });
  };
  visit(expr);
  return found;
}
