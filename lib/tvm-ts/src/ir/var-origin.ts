/**
 * The origin of a loop variable in the schedule. Schedule primitives set it, and views of loops show
 * it; no pass uses it.
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
