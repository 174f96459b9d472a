/** Traverses and rebuilds graphs, without recursion, so deep networks do not overflow the stack. */

import { Call, Func, Tuple, TupleGetItem, type Expr } from "./relay-expr";
import type { Op } from "./relay-op";

/** The operands of an expression, in order; for a function, its body. */
export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "call":
      return expr.args;
    case "tuple":
      return expr.fields;
    case "tuple_get_item":
      return [expr.tuple];
    case "function":
      return [...expr.params, expr.body];
    case "var":
    case "constant":
      return [];
  }
}

/** Visits every expression once, after its operands, in the order of the operands. */
export function visitInPostOrder(root: Expr, visit: (expr: Expr) => void): void {
  const seen = new Set<Expr>();
  const stack: { expr: Expr; next: number }[] = [{ expr: root, next: 0 }];
  seen.add(root);
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const operands = operandsOf(top.expr);
    if (top.next < operands.length) {
      const operand = operands[top.next++]!;
      if (!seen.has(operand)) {
        seen.add(operand);
        stack.push({ expr: operand, next: 0 });
      }
    } else {
      stack.pop();
      visit(top.expr);
    }
  }
}

/** All expressions in post-order. */
export function allExprs(root: Expr): Expr[] {
  const found: Expr[] = [];
  visitInPostOrder(root, (expr) => found.push(expr));
  return found;
}

/** The expression with other operands; the same object if they are equal. */
export function withOperands(expr: Expr, operands: readonly Expr[]): Expr {
  if (operandsOf(expr).every((operand, i) => operand === operands[i])) return expr;
  switch (expr.kind) {
    case "call":
      return expr.withArgs(operands);
    case "tuple":
      return new Tuple(operands);
    case "tuple_get_item":
      return new TupleGetItem(operands[0]!, expr.index);
    case "function":
      return new Func(expr.params, operands.at(-1)!, expr.primitive);
    case "var":
    case "constant":
      return expr;
  }
}

/**
 * Rebuilds a graph from its leaves. `rewrite` gets each original expression with its rewritten
 * operands, and returns the replacement.
 */
export function rewriteFromOperands(
  root: Expr,
  rewrite: (before: Expr, operands: readonly Expr[]) => Expr,
): Expr {
  const results = new Map<Expr, Expr>();
  visitInPostOrder(root, (expr) => {
    results.set(
      expr,
      rewrite(
        expr,
        operandsOf(expr).map((operand) => results.get(operand)!),
      ),
    );
  });
  return results.get(root)!;
}

/** As `rewriteFromOperands`, but `rewrite` gets the expression rebuilt with its new operands. */
export function rewriteGraph(root: Expr, rewrite: (before: Expr, rebuilt: Expr) => Expr): Expr {
  return rewriteFromOperands(root, (expr, operands) => rewrite(expr, withOperands(expr, operands)));
}

/** As `rewriteGraph`, for a function's body; the parameters stay. */
export function rewriteBody(func: Func, rewrite: (before: Expr, rebuilt: Expr) => Expr): Func {
  const body = rewriteGraph(func.body, rewrite);
  return body === func.body ? func : new Func(func.params, body, func.primitive);
}

/** The number of readers of each expression; the network's result counts as a read. */
export function countReaders(root: Expr): Map<Expr, number> {
  const counts = new Map<Expr, number>([[root, 1]]);
  visitInPostOrder(root, (expr) => {
    for (const operand of operandsOf(expr)) counts.set(operand, (counts.get(operand) ?? 0) + 1);
  });
  return counts;
}

/** Whether an expression is a call of the operator `name`. */
export function isCallOf(expr: Expr, name: string): expr is Call & { readonly op: Op } {
  return expr.kind === "call" && expr.op.kind === "op" && expr.op.name === name;
}
