/** Which loops the accelerator's instructions may be repeated by. */

import { tir, UsageError } from "tvm-ts";

/**
 * One thread of the host drives the accelerator, and only `cthread`s have instructions of their own:
 * statements that do not mention a `vthread` are run once for all of them, whatever they write.
 * @throws UsageError where accelerator code is inside a parallel loop or a `vthread`.
 */
export function checkThreads(body: tir.Stmt): void {
  tir.walk(body, {
    For(loop) {
      if (loop.forKind !== "parallel" || !drivesAccelerator(loop.body)) return;
      throw new UsageError(
        "vta-threads",
        `the loop ${loop.loopVar.name} is parallel and drives the accelerator, which one thread ` +
          `alone can do; leave out stage.parallel(axis)`,
        { span: loop.span },
      );
    },
    AttrStmt({ key, node, value, body: inside, span }) {
      if (key !== "virtual_thread" || !(node instanceof tir.IterVar)) return;
      if (node.threadTag === "cthread" || tir.isOne(value) || !drivesAccelerator(inside)) return;
      throw new UsageError(
        "vta-threads",
        `an axis is bound to ${node.threadTag}, whose threads share instructions; bind it to ` +
          `te.threadAxis("cthread"), whose threads have instructions and on-chip memory of their own`,
        { span },
      );
    },
  });
}

function drivesAccelerator(body: tir.Stmt): boolean {
  return tir.someNode(body, (node) => node.kind === "AttrStmt" && node.key === "coproc_scope");
}
