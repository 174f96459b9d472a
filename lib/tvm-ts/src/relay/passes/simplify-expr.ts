/**
 * Algebraic simplifications of tensor expressions:
 *
 *     add(add(x, c1), c2)   =>   add(x, add(c1, c2))
 */

import { Call, type Expr } from "../relay-expr";
import { sameShape, tensorType } from "../type";
import { isCallOf, rewriteBody } from "../visit";
import type { RelayPass } from "./relay-pass";
import { add } from "./shorthand";

export const simplifyExpr: RelayPass = {
  name: "SimplifyExpr",
  doc: "combines successive additions of constants, and removes operators without effect",
  run: (func) => rewriteBody(func, (_, rebuilt) => simplified(rebuilt)),
};

function simplified(expr: Expr): Expr {
  if (isCallOf(expr, "add")) return withJoinedConstants(expr);
  if (isCallOf(expr, "cast") && isSameType(expr)) return expr.args[0]!;
  if (isCallOf(expr, "reshape") && isCallOf(expr.args[0]!, "reshape")) {
    const shape = tensorType(expr.type, "a shape").shape;
    return new Call(expr.op, expr.args[0].args, { ...expr.attrs, newshape: shape }, expr.origin);
  }
  return expr;
}

function isSameType(cast: Call): boolean {
  const [from, to] = [cast.args[0]!.type, cast.type].map((type) => tensorType(type, "a cast"));
  return from!.dtype === to!.dtype && sameShape(from!.shape, to!.shape);
}

function withJoinedConstants(sum: Call): Expr {
  const [inner, outer] = constantLast(sum) ?? [];
  if (inner === undefined || outer === undefined || !isCallOf(inner, "add")) return sum;
  const [x, first] = constantLast(inner) ?? [];
  if (x === undefined || first === undefined || x.kind === "constant") return sum;
  return add(x, add(first, outer));
}

/** The arguments of an addition, with a constant as the second. */
function constantLast(sum: Call): [Expr, Expr] | undefined {
  const [a, b] = sum.args as [Expr, Expr];
  if (b.kind === "constant") return [a, b];
  return a.kind === "constant" ? [b, a] : undefined;
}
