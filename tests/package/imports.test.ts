/** The rules about imports hold for the sources, and each rule finds a file that breaks it. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise, type IConfiguration, type ICruiseResult } from "dependency-cruiser";
import { afterAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { forbidden, options } = createRequire(import.meta.url)(
  join(root, ".dependency-cruiser.cjs"),
) as Required<Pick<IConfiguration, "forbidden" | "options">>;

const probes = mkdtempSync(join(tmpdir(), "tvm-vta-imports-"));
afterAll(() => rmSync(probes, { recursive: true }));

async function broken(baseDir: string, folders: string[]): Promise<string[]> {
  const { output } = await cruise(folders, {
    ...options,
    baseDir,
    ruleSet: { forbidden },
    validate: true,
  });
  const { summary } = output as ICruiseResult;
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}

/** Folders that a layer must not import from; every other layer may be imported by some other. */
function forbiddenTo(rule: string): string {
  const [library] = rule.split("/") as [string];
  if (library === "vta") return rule.endsWith("/node") ? "assembly" : "node";
  return rule.endsWith("/node") ? "te" : "node";
}

/** Files that break a rule: paths with contents. */
function probesOf(rule: string): Readonly<Record<string, string>> {
  switch (rule) {
    case "cycle":
      return {
        "lib/vta/src/view/one.ts": 'import { b } from "./other";\nexport const a = () => b;\n',
        "lib/vta/src/view/other.ts": 'import { a } from "./one";\nexport const b = () => a;\n',
      };
    case "node":
      return {
        "lib/vta/src/view/reads.ts":
          'import { readFileSync } from "node:fs";\nexport const text = readFileSync("x");\n',
      };
    case "layered":
      return {
        "lib/vta/src/view/index.ts": "export const x = 1;\n",
        "lib/vta/src/attic/index.ts": 'export { x } from "../view";\n',
      };
    case "libraries":
      return {
        "lib/tvm-ts/src/ir/index.ts": "export const x = 1;\n",
        "lib/vta/src/view/digs.ts": 'export { x } from "../../../tvm-ts/src/ir";\n',
      };
    default: {
      const to = forbiddenTo(rule);
      return {
        [`lib/${rule}/probe.ts`]: `import type { X } from "../${to}";\nexport type Y = X;\n`,
        [`lib/${dirname(rule)}/${to}/index.ts`]: "export type X = number;\n",
      };
    }
  }
}

test("the sources follow the rules", async () => {
  expect(await broken(root, ["lib/tvm-ts/src", "lib/vta/src"])).toEqual([]);
});

test.each(forbidden.map(({ name }) => name!))(
  "%s: a file that breaks the rule is found",
  async (rule) => {
    const folder = mkdtempSync(join(probes, "rule-"));
    const files = probesOf(rule);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const found = await broken(folder, ["lib"]);
    expect(found.some((line) => line.startsWith(`${rule}: `))).toBe(true);
  },
);

test("files that need only each other's types are no cycle", async () => {
  const folder = mkdtempSync(join(probes, "types-"));
  mkdirSync(join(folder, "lib/vta/src/view"), { recursive: true });
  const write = (name: string, text: string): void =>
    writeFileSync(join(folder, "lib/vta/src/view", name), text);
  write("one.ts", 'import type { B } from "./other";\nexport const a = (b: B) => b;\n');
  write(
    "other.ts",
    'import { a } from "./one";\nexport type B = number;\nexport const b = a(1);\n',
  );
  expect(await broken(folder, ["lib"])).toEqual([]);
});
