/**
 * Keeps values in registers where memory would only be passed through.
 *
 *     C[i] = 0;  for (k, 0, n) { C[i] = C[i] + A[k] }
 *  => c = 0;     for (k, 0, n) { c = c + A[k] }   C[i] = c
 */

import { IntImm, type PrimFunc } from "../../ir";
import type { FunctionPass } from "../../pass";
import { fuseStores } from "./optimize/fuse-stores";
import { promoteAccumulators } from "./optimize/promote-accumulators";

export const keepInRegisters: FunctionPass = {
  name: "tir.KeepInRegisters",
  doc: "Keeps values in registers where memory would only be passed through.",
  run(func) {
    if (!isNoAlias(func)) return func;
    return func.with({ body: promoteAccumulators(fuseStores(func.body)) });
  },
};

/** Whether different pointers are promised to point to different memory. */
function isNoAlias({ attrs }: PrimFunc): boolean {
  const value = attrs["tir.noalias"];
  return value === true || (value instanceof IntImm && value.value !== 0);
}
