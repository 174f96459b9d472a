/**
 * Sets the runtime's debug flags when the function starts.
 *
 *     { body }
 *  => { VTASetDebugMode(command_handle, flags)  body }
 */

import { tir, type pass } from "tvm-ts";
import { commandHandle } from "../intrin";

/** @param flags the sum of `DEBUG` flags */
export function addDebug(flags: number): pass.FunctionPass {
  return {
    name: "add_debug",
    doc: "Sets the runtime's debug flags when the function starts.",
    run(func) {
      const call = tir.callExtern("int32", "VTASetDebugMode", commandHandle(), flags);
      return func.with({ body: tir.flattenSeq(new tir.Evaluate(call), func.body) });
    },
  };
}
