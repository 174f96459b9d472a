/** Each of the linter's rules finds a file that breaks it. */

import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import { expect, test } from "vitest";

const eslint = new ESLint({ cwd: fileURLToPath(new URL("../../", import.meta.url)) });

const lines = (count: number): string => "  console.log(1);\n".repeat(count);

/** A rule, where a file that breaks it may be, and the file. */
const probes: readonly (readonly [rule: string, path: string, text: string])[] = [
  ["eqeqeq", "lib/vta/src/view/probe.ts", "export const f = (x: unknown) => x == 1;\n"],
  ["no-empty", "kernel/src/probe.ts", "try {\n  console.log(1);\n} catch {}\n"],
  ["prefer-const", "lib/tvm-ts/src/ir/probe.ts", "let x = 1;\nexport const y = x;\n"],
  ["@typescript-eslint/no-explicit-any", "kernel/src/probe.ts", "export let x: any;\n"],
  ["@typescript-eslint/no-unused-vars", "tests/probe.ts", "const x = 1;\n"],
  ["@typescript-eslint/ban-ts-comment", "tests/probe.ts", "// @ts-ignore\nexport {};\n"],
  [
    "no-restricted-imports",
    "lib/tvm-ts/src/te/probe.ts",
    'import { readFileSync } from "node:fs";\nexport const text = readFileSync("x");\n',
  ],
  ...["hardware", "accelerator", "sim"].map(
    (folder) =>
      [
        "no-restricted-imports",
        `lib/vta/src/${folder}/probe.ts`,
        'import { lower } from "tvm-ts";\nexport const f = lower;\n',
      ] as const,
  ),
  ...[1, 2, 3].map(
    (depth) =>
      [
        "@typescript-eslint/no-restricted-imports",
        `lib/tvm-ts/src/${["te", "lower", "deep"].slice(0, depth).join("/")}/probe.ts`,
        `export { mutate } from "${"../".repeat(depth)}ir/mutate";\nimport "${"../".repeat(depth)}ir/mutate";\n`,
      ] as const,
  ),
  [
    "@typescript-eslint/no-restricted-imports",
    "extension/src/probe.ts",
    'import { lower } from "tvm-ts";\nexport const f = lower;\n',
  ],
  [
    "max-lines-per-function",
    "lib/tvm-ts/src/te/probe.ts",
    `export function f(): void {\n${lines(90)}}\n`,
  ],
  [
    "no-restricted-imports",
    "tests/probe.test.ts",
    'import { it } from "vitest";\nit("", () => {});\n',
  ],
];

async function rulesBroken(path: string, text: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(text, { filePath: path });
  return result!.messages.map(({ ruleId }) => ruleId);
}

test.each(probes)("%s finds a violation in %s", async (rule, path, text) => {
  expect(await rulesBroken(path, text)).toContain(rule);
});

test("a function of 90 lines, and the types that an extension takes, break no rule", async () => {
  const short = `export function f(): void {\n${lines(88)}}\n`;
  expect(await rulesBroken("lib/tvm-ts/src/te/probe.ts", short)).toEqual([]);
  const types = 'import type { view } from "tvm-ts";\nexport type V = view.IrView;\n';
  expect(await rulesBroken("extension/src/probe.ts", types)).toEqual([]);
});
