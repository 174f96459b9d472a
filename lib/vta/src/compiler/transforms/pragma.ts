/** The pragmas that assign a schedule's work to the accelerator. */

import { nearName, tir, UsageError } from "tvm-ts";

const PREFIX = "pragma_";

/** All pragmas; `skip_` marks work that is left out to measure the rest. */
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

/** @throws UsageError for a pragma that is one of the accelerator's misspelt, shortened or in other letters. */
export function checkPragmas(body: tir.Stmt): void {
  tir.walk(body, {
    AttrStmt({ key, span }) {
      if (!key.startsWith(PREFIX)) return;
      const name = key.slice(PREFIX.length);
      const remedy = remedyFor(name);
      if (remedy === undefined) return;
      throw new UsageError(
        "te-pragma",
        `"${name}" is not a pragma of the accelerator, so the host would run the loop; write ${remedy}`,
        { span },
      );
    },
  });
}

/** What to write instead of a pragma; undefined for a pragma that is not meant for the accelerator. */
function remedyFor(name: string): string | undefined {
  if (PRAGMAS.includes(name)) return undefined;
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  if (words.includes("gemm")) return "stage.tensorize(axis, env.gemm)";
  const text = words.join("_");
  const meant =
    nearName(name, PRAGMAS) ??
    PRAGMAS.find((pragma) => pragma === text || pragma.split("_").includes(text)) ??
    PRAGMAS.find((pragma) => words.includes(pragma));
  return meant === undefined ? undefined : `"${meant}"`;
}
