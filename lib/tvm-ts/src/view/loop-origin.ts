/** What a loop came from, back to the axes that the program declared. */

import { reprExpr, type Var } from "../ir";

/** The axis `name` was split, fused or copied from others. */
export interface LoopOrigin {
  readonly name: string;
  readonly how: "outer" | "inner" | "fused" | "cache" | "init" | "rfactor";
  readonly from: readonly string[];
  /** Of a split: by what, and by how much. */
  readonly by?: "factor" | "nparts";
  readonly amount?: string;
}

/** How the loop of `variable` was made, then how those were that it was made of; empty for a plain axis. */
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
