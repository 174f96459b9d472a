/** Checks the kinds of loops around accelerator code. */

import { tir, UsageError } from "tvm-ts";

/**
 * One thread of the host drives the accelerator, and only `cthread`s issue separate instructions: a statement
 * that does not use the index of a `vthread` runs once for all of them.
 * @throws UsageError where accelerator code is inside a parallel loop or a `vthread`.
 */
export function checkThreads(body: tir.Stmt): void {
  tir.walk(body, {
    For(loop) {
      if (loop.forKind !== "parallel" || !drivesAccelerator(loop.body)) return;
      throw new UsageError(
        "vta-threads",
        `the loop ${loop.loopVar.name} is parallel and contains accelerator code, which only one ` +
          `thread can run; remove stage.parallel(axis)`,
        { span: loop.span },
      );
    },
    AttrStmt({ key, node, value, body: inside, span }) {
      if (key !== "virtual_thread" || !(node instanceof tir.IterVar)) return;
      if (node.threadTag === "cthread" || tir.isOne(value) || !drivesAccelerator(inside)) return;
      throw new UsageError(
        "vta-threads",
        `an axis is bound to ${node.threadTag}, whose threads share instructions; bind it to ` +
          `te.threadAxis("cthread"), whose threads have separate instructions and on-chip memory`,
        { span },
      );
    },
  });
}

function drivesAccelerator(body: tir.Stmt): boolean {
  return tir.someNode(body, (node) => node.kind === "AttrStmt" && node.key === "coproc_scope");
}
