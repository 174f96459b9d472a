/** Warms up the language before the first request, in a snapshot or while a page opens. */

import { Language } from "./language";

const CELL = `import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
const { te, np } = tvm;
const n = te.sizeVar("n");
const A = te.placeholder([n, n], { name: "A" });
const B = te.compute([n, n], (i, j) => A(i, j) + A(j, i) * 2, "B");
for (const x of [1, 2]) console.log(await Promise.resolve(x), vta.getEnv());
B`;

/**
 * Sends typical requests to the language in `folder`, so that the types are read and the code is compiled.
 * Completion is left out: it sorts by `Intl.Collator`, which a snapshot cannot contain.
 */
export function warmUp(folder: string): void {
  const language = new Language(folder);
  const first = language.convert("", CELL, "cell [1]");
  const declarations = first.ok ? first.declarations : "";
  language.convert(declarations, 'const wrong: number = "a";', "cell [2]");
  language.inspect(declarations, "te.compute", 10);
  language.completeness("for (;;) {");
  language.close();
}
