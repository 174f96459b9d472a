/**
 * Assigns each ALU operation to the compute stage, as a separate kernel.
 *
 *     attr [i] "pragma_alu" = 1 { ... }
 *  => attr [vta] "coproc_scope" = 2 { attr [vta] "coproc_uop_scope" = "VTAPushALUOp" {
 *       attr [i] "pragma_alu" = 1 { ... } } }
 */

import { tir, type pass } from "tvm-ts";
import { asKernel, onStage, PUSH_ALU, QID } from "../intrin";
import { isPragma } from "./pragma";

export const annotateALUCoProcScope: pass.FunctionPass = {
  name: "tir.vta.AnnotateALUCoProcScope",
  doc: "Puts ALU operations on the compute stage; leaves out those of a mock environment.",
  run: (func) =>
    func.with({
      body: tir.mutator({
        AttrStmt(attr, recur) {
          if (isPragma(attr, "skip_alu")) return tir.noOp();
          if (!isPragma(attr, "alu")) return undefined;
          const operation = recur.children(attr);
          return onStage(QID.COMPUTE, asKernel(new tir.StringImm(PUSH_ALU), operation));
        },
      })(func.body),
    }),
};
