/** The file of each library's declarations, against which the kernel checks cells. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test.each(["tvm-ts", "vta"])("the declarations of %s need no other package's", (folder) => {
  const path = new URL(`../../lib/${folder}/dist/declarations.d.ts`, import.meta.url);
  const text = readFileSync(fileURLToPath(path), "utf8");
  const imported = [...text.matchAll(/(?:from |import\(|^import )"([^"]+)"/gm)].map(
    ([, name]) => name,
  );
  expect(imported.filter((name) => name !== "tvm-ts")).toEqual([]);
  // Node's types are larger than all other declarations that a cell is checked against.
  expect(text).not.toContain("<reference");
});

test.each(["tvm-ts", "vta"])(
  "messages do not show the generated names of %s's namespaces",
  (folder) => {
    const path = new URL(`../../lib/${folder}/dist/declarations.d.ts`, import.meta.url);
    expect(readFileSync(fileURLToPath(path), "utf8")).not.toContain("index_d_exports");
  },
);
