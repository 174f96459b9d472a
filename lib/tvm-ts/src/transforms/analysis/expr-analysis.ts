/** Small analyses of expressions, shared by several passes. */

import { forEachChild, isBinary, postOrderVisit, type PrimExpr, type Var } from "../../ir";

/** The number of nodes of an expression. */
export function exprSize(expr: PrimExpr): number {
  if (isLeaf(expr)) return 1;
  if (expr.size !== 0) return expr.size;
  let size = 0;
  let inner = expr;
  for (; isBinary(inner); inner = inner.a) size += 1 + exprSize(inner.b);
  size++;
  forEachChild(inner, (child) => {
    size += exprSize(child as PrimExpr);
  });
  return (expr.size = size);
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
