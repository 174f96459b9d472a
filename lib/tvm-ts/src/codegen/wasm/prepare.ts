/** What is done to a lowered function before WebAssembly is generated for it. */

import { IntImm, type PrimFunc } from "../../ir";
import { fuseStores } from "./optimize/fuse-stores";
import { promoteAccumulators } from "./optimize/promote-accumulators";

/** The function with values in registers where memory would only be passed through. */
export function prepare(func: PrimFunc): PrimFunc {
  if (!isNoAlias(func)) return func;
  return func.with({ body: promoteAccumulators(fuseStores(func.body)) });
}

/** Whether different pointers are promised to point to different memory. */
function isNoAlias({ attrs }: PrimFunc): boolean {
  const value = attrs["tir.noalias"];
  return value === true || (value instanceof IntImm && value.value !== 0);
}
