/**
 * Makes the stages wait for one another, and the host for all of them: by `CoProcSync`, and where a pragma of
 * the schedule requests it.
 *
 *     attr [i] "pragma_coproc_sync" = 1 { body }
 *  => { body  @tir.vta.coproc_sync() }
 *
 * `pragma_trim_loop` cuts a loop to two iterations, to inspect a large program's instructions.
 */

import { tir, transforms, UsageError, type pass } from "tvm-ts";
import { vtaOps } from "../intrin";
import { checkThreads } from "./check-threads";
import { isPragma } from "./pragma";

const TRIMMED_EXTENT = 2;

export const injectCoProcSync: pass.Pass = {
  name: "tir.vta.InjectCoProcSync",
  doc: "Makes the stages wait for one another, and the host for all of them.",
  passes: [
    {
      name: "tir.vta.InjectCoProcSync",
      doc: "Makes the host wait where a pragma requests it.",
      run(func) {
        checkThreads(func.body);
        return func.with({ body: followPragmas(func.body) });
      },
    },
    transforms.coProcSync({
      sync: vtaOps.coprocSync,
      depPush: vtaOps.coprocDepPush,
      depPop: vtaOps.coprocDepPop,
    }),
  ],
};

function followPragmas(body: tir.Stmt): tir.Stmt {
  return tir.mutator({
    AttrStmt(attr, recur) {
      if (isPragma(attr, "coproc_sync")) {
        const sync = new tir.Call("int32", vtaOps.coprocSync, []);
        return tir.flattenSeq(recur(attr.body), new tir.Evaluate(sync));
      }
      if (!isPragma(attr, "trim_loop")) return undefined;
      const loop = recur(attr.body);
      if (loop.kind !== "For") {
        throw new UsageError("te-pragma", "pragma trim_loop must mark a loop", {
          span: attr.span,
        });
      }
      return tir.update(loop, { extent: new tir.IntImm(TRIMMED_EXTENT) });
    },
  })(body);
}
