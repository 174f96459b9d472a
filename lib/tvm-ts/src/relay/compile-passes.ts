/** The passes over a network before its functions are compiled, and the functions that result. */

import type { Call, Func } from "./relay-expr";
import {
  canonicalizeOps,
  backwardFoldScaleAxis,
  eliminateCommonSubexpr,
  foldConstant,
  fuseOps,
  simplifyExpr,
  simplifyInference,
  type RelayPass,
} from "./passes";
import { allExprs } from "./visit";

/** The passes of the reference's build at level 3, except those that change layouts. */
export const compilePasses: readonly RelayPass[] = [
  simplifyInference,
  eliminateCommonSubexpr,
  foldConstant,
  backwardFoldScaleAxis,
  foldConstant,
  simplifyExpr,
  canonicalizeOps,
  foldConstant,
  fuseOps,
];

/** A call of a fused function, with the name of the compiled function. */
export interface FusedCall {
  readonly call: Call;
  readonly func: Func;
  readonly name: string;
}

/**
 * The calls of a fused network in execution order. Equal functions share a name; different
 * functions of the same operators are numbered.
 */
export function fusedCalls(network: Func): FusedCall[] {
  const names = new Map<string, string[]>();
  return allExprs(network.body).flatMap((expr) => {
    if (expr.kind !== "call" || expr.op.kind !== "function") return [];
    const func = expr.op;
    const base = `fused_${operatorNames(func).join("_")}`;
    const sameBase = names.get(base) ?? [];
    const key = structureOf(func);
    let number = sameBase.indexOf(key);
    if (number < 0) {
      number = sameBase.length;
      names.set(base, [...sameBase, key]);
    }
    return [{ call: expr, func, name: number === 0 ? base : `${base}_${number}` }];
  });
}

function operatorNames(func: Func): string[] {
  return allExprs(func.body).flatMap((expr) =>
    expr.kind === "call" && expr.op.kind === "op" ? [expr.op.name.replaceAll(".", "_")] : [],
  );
}

/** A key that is equal for equal functions. */
function structureOf(func: Func): string {
  const numbers = new Map(func.params.map((param, i) => [param as unknown, i]));
  const parts = func.params.map((param) => String(param.type));
  for (const expr of allExprs(func.body)) {
    if (expr.kind === "var") continue;
    numbers.set(expr, numbers.size);
    if (expr.kind === "constant") parts.push(`${expr.type} ${expr.value.data.join(" ")}`);
    if (expr.kind === "tuple") parts.push(expr.fields.map((field) => numbers.get(field)).join(" "));
    if (expr.kind === "call" && expr.op.kind === "op") {
      const args = expr.args.map((arg) => numbers.get(arg)).join(" ");
      parts.push(`${expr.op.name} ${args} ${JSON.stringify(expr.attrs)}`);
    }
  }
  return parts.join("\n");
}
