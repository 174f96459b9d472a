/**
 * Evaluates calls with constant arguments:
 *
 *     multiply(meta[0], meta[1])   =>   meta[2]
 */

import { evaluate } from "../evaluate";
import { Constant, isConstant, Tuple, type Call, type Expr } from "../relay-expr";
import { rewriteBody } from "../visit";
import type { RelayPass } from "./relay-pass";

export const foldConstant: RelayPass = {
  name: "FoldConstant",
  doc: "evaluates calls that do not depend on the network's inputs",
  run: (func) => rewriteBody(func, (_, rebuilt) => foldedExpr(rebuilt)),
};

function foldedExpr(expr: Expr): Expr {
  if (expr.kind === "tuple_get_item" && expr.tuple.kind === "tuple") {
    return expr.tuple.fields[expr.index]!;
  }
  return expr.kind === "call" && canFold(expr) ? computed(expr) : expr;
}

function canFold(call: Call): boolean {
  const { op, args, type } = call;
  if (op.kind !== "op" || !op.isComputable || type.kind === "unknown") return false;
  return args.length > 0 && args.every(isConstant);
}

function computed(call: Call): Expr {
  const values = evaluate(call).map((value) => new Constant(value));
  return call.type.kind === "tuple" ? new Tuple(values) : values[0]!;
}
