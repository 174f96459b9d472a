/** Small analyses of expressions, shared by several passes. */

import { forEachChild, isBinary, postOrderVisit, type PrimExpr, type Var } from "../../ir";

const sizes = new WeakMap<PrimExpr, number>();

/** The number of nodes of an expression. */
export function exprSize(expr: PrimExpr): number {
  if (isLeaf(expr)) return 1;
  const cached = sizes.get(expr);
  if (cached !== undefined) return cached;
  let size = 0;
  let inner = expr;
  for (; isBinary(inner); inner = inner.a) size += 1 + exprSize(inner.b);
  size++;
  forEachChild(inner, (child) => {
    size += exprSize(child as PrimExpr);
  });
  sizes.set(expr, size);
  return size;
}

/** Whether an expression is a variable or a constant. */
export function isLeaf(expr: PrimExpr): boolean {
  return (
    expr.kind === "Var" ||
    expr.kind === "IntImm" ||
    expr.kind === "FloatImm" ||
    expr.kind === "StringImm"
  );
}

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
