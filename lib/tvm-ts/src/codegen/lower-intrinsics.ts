/**
 * Lowers target-specific operators to operators that every target has.
 *
 *     @tir.vta.coproc_dep_push(1, 2)
 *  => @tir.call_extern("VTADepPush", @tir.tvm_thread_context(...), 1, 2)
 */

import { mutate } from "../ir";
import type { FunctionPass } from "../pass";
import type { CodegenTarget } from "./code-generator";

export function lowerIntrinsics({ lowerings }: Pick<CodegenTarget, "lowerings">): FunctionPass {
  return {
    name: "tir.LowerIntrin",
    doc: "Lowers target-specific operators to operators that every target has.",
    run(func) {
      if (lowerings.size === 0) return func;
      const body = mutate(func.body, {
        Call(call, recur) {
          const inner = recur.children(call);
          const lowering = lowerings.get(call.op);
          // The result of a lowering may contain target-specific operators again.
          return lowering === undefined ? inner : recur(lowering(inner));
        },
      });
      return func.with({ body });
    },
  };
}
