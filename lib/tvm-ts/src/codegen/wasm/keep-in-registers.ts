/**
 * Keeps values in registers instead of storing and reloading them.
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
  doc: "Keeps values in registers instead of storing and reloading them.",
  run(func) {
    if (!isNoAlias(func)) return func;
    return func.with({ body: promoteAccumulators(fuseStores(func.body)) });
  },
};

/** Whether the function promises that pointers do not alias. */
function isNoAlias({ attrs }: PrimFunc): boolean {
  const value = attrs["tir.noalias"];
  return value === true || (value instanceof IntImm && value.value !== 0);
}
