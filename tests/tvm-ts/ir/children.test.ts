import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { buildChildren } from "../../../lib/tvm-ts/scripts/build-children.mjs";

const generated = new URL("../../../lib/tvm-ts/src/ir/children.generated.ts", import.meta.url);

test("the code that visits children agrees with the shape table; if not: npm run children -w tvm-ts", async () => {
  expect(readFileSync(fileURLToPath(generated), "utf8")).toBe(await buildChildren());
});
