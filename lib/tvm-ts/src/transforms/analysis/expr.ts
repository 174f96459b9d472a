/** Small questions about expressions that several passes ask. */

import { forEachChild, postOrderVisit, type PrimExpr, type Var } from "../../ir";

/**
 * A function of expressions worked out from the results for their children and remembered. Long
 * chains of operators do not deepen the call stack.
 */
export function foldExpr<T>(
  combine: (expr: PrimExpr, parts: readonly T[]) => T,
): (expr: PrimExpr) => T {
  const known = new WeakMap<PrimExpr, T>();
  const fold = (expr: PrimExpr): T => {
    // Down the left operands as far as nothing is known, and up again.
    const spine: PrimExpr[] = [];
    let node = expr;
    let result = known.get(node);
    while (result === undefined && "b" in node) {
      spine.push(node);
      node = node.a;
      result = known.get(node);
    }
    if (result === undefined) {
      const parts: T[] = [];
      forEachChild(node, (child) => parts.push(fold(child as PrimExpr)));
      result = combine(node, parts);
      known.set(node, result);
    }
    for (let parent = spine.pop(); parent !== undefined; parent = spine.pop()) {
      result = combine(parent, [result, fold((parent as PrimExpr & { b: PrimExpr }).b)]);
      known.set(parent, result);
    }
    return result;
  };
  return fold;
}

/** How many nodes an expression has. */
export const exprSize = foldExpr<number>((_, parts) => parts.reduce((a, b) => a + b, 1));

/** The variables an expression reads but does not bind, each once. */
export function freeVars(expr: PrimExpr): Set<Var> {
  const free = new Set<Var>();
  const bound = new Set<Var>();
  postOrderVisit(expr, (node) => {
    if (node.kind === "Var") free.add(node);
    if (node.kind === "BufferLoad") free.add(node.buffer.data);
    if (node.kind === "Let") bound.add(node.var_);
  });
  for (const variable of bound) free.delete(variable);
  return free;
}
