/** The pragmas by which a schedule says what the accelerator does. */

import { nearName, tir, UsageError } from "tvm-ts";

const PREFIX = "pragma_";

/** All of them; `skip_` is for what is left out to measure the rest. */
const PRAGMAS = [
  "alu",
  "conv2d_transpose_gemm",
  "coproc_sync",
  "dma_copy",
  "skip_alu",
  "skip_dma_copy",
  "trim_loop",
];

/** Whether an attribute is the pragma `name`, as `stage.pragma(axis, name)` leaves it. */
export function isPragma(attr: tir.AttrStmt, name: string): boolean {
  return attr.key === `${PREFIX}${name}`;
}

/** @throws UsageError for a pragma that differs from one of the accelerator's by a letter or two. */
export function checkPragmas(body: tir.Stmt): void {
  tir.walk(body, {
    AttrStmt({ key, span }) {
      if (!key.startsWith(PREFIX)) return;
      const name = key.slice(PREFIX.length);
      const near = nearName(name, PRAGMAS);
      if (near === undefined) return;
      throw new UsageError(
        "te-pragma",
        `"${name}" is not a pragma of the accelerator, which leaves the loop to the host; write "${near}"`,
        { span },
      );
    },
  });
}
