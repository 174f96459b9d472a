/** The derivation of loops from the axes that the program declared. */

import { reprExpr, type Var } from "../ir";

/** How the axis `name` was split, fused or copied. */
export interface LoopOrigin {
  readonly name: string;
  readonly how: "outer" | "inner" | "fused" | "cache" | "init" | "rfactor";
  readonly from: readonly string[];
  /** For a split: `factor` or `nparts`, and its value. */
  readonly by?: "factor" | "nparts";
  readonly amount?: string;
}

/** How the loop of `variable` was derived, then how its sources were; empty for a declared axis. */
export function loopOrigins(variable: Var): LoopOrigin[] {
  const { name, origin } = variable;
  if (origin === undefined) return [];
  const { how } = origin;
  if (how === "fused") {
    const { outer, inner } = origin;
    const own = { name, how, from: [outer.name, inner.name] };
    return [own, ...loopOrigins(outer), ...loopOrigins(inner)];
  }
  const own = { name, how, from: [origin.from.name] };
  const rest = loopOrigins(origin.from);
  if (how !== "outer" && how !== "inner") return [own, ...rest];
  return [{ ...own, by: origin.by, amount: reprExpr(origin.amount) }, ...rest];
}
