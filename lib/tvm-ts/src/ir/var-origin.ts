/**
 * What the variable of a loop was made from. A schedule knows, and notes it here, so that code that
 * shows a loop can say so; no pass asks.
 */

import type { PrimExpr, Var } from "./expr";

export type VarOrigin =
  /** A part of `from`, which was split; `amount` is the inner part's extent (or, by `nparts`, the outer's). */
  | {
      readonly how: "outer" | "inner";
      readonly from: Var;
      readonly by: "factor" | "nparts";
      readonly amount: PrimExpr;
    }
  | { readonly how: "fused"; readonly outer: Var; readonly inner: Var }
  /** `from`'s counterpart in a cached stage, in a reduction's first values, in a factored reduction. */
  | { readonly how: "cache" | "init" | "rfactor"; readonly from: Var };
