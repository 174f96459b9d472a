/**
 * Leaves out the copies of a mock environment.
 *
 *     attr [i] "pragma_skip_dma_copy" = 1 { for (i, 0, 64) { A_buf[i] = A[i] } }
 *  => 0
 */

import { tir, type pass } from "tvm-ts";
import { isPragma } from "./pragma";

export const injectSkipCopy: pass.FunctionPass = {
  name: "tir.vta.InjectSkipCopy",
  doc: "Leaves out the copies of a mock environment.",
  run: (func) =>
    func.with({
      body: tir.mutator({
        AttrStmt: (attr) => (isPragma(attr, "skip_dma_copy") ? tir.noOp() : undefined),
      })(func.body),
    }),
};
