/**
 * Runs the examples in the documentation of public functions: what follows `@example` in a comment.
 * `tvm`, `vta`, `te`, `tir`, `topi` and `np` are defined without an import. A comment `// => text` says
 * how the value of the expression before it prints; lines of `//` after it continue the text.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as tvm from "tvm-ts";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import * as vta from "vta-ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Example {
  /** File and line. */
  readonly place: string;
  readonly code: string;
}

function examplesIn(file: string): Example[] {
  const text = readFileSync(join(root, file), "utf8");
  const examples: Example[] = [];
  for (const { 0: comment, index } of text.matchAll(/\/\*\*.*?\*\//gs)) {
    const lines = comment.split("\n").map((line) => line.replace(/^\s*(\/\*\*|\*\/|\*) ?/, ""));
    for (const [i, line] of lines.entries()) {
      if (line.trim() !== "@example") continue;
      const rest = lines.slice(i + 1);
      const end = rest.findIndex((each) => each.startsWith("@"));
      const number = text.slice(0, index).split("\n").length + i;
      const code = (end < 0 ? rest : rest.slice(0, end)).join("\n").trimEnd();
      examples.push({ place: `${file}:${number}`, code });
    }
  }
  return examples;
}

const files = ["lib/tvm-ts/src", "lib/vta/src"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name))),
);
const examples = files.flatMap(examplesIn);

type Check = (value: unknown, text: string) => void;

/** The example with each `expression // => text` as a call of `check`. */
function checked(code: string): string {
  const lines = code.split("\n");
  const out: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [, expression, first] = /^(.*?);?\s*\/\/ => (.*)$/.exec(lines[i]!) ?? [];
    if (expression === undefined) {
      out.push(lines[i]!);
      continue;
    }
    const text = [first!];
    while (lines[i + 1]?.startsWith("//")) text.push(lines[++i]!.replace(/^\/\/ ?/, ""));
    out.push(`check(${expression}, ${JSON.stringify(text.join("\n"))});`);
  }
  return out.join("\n");
}

async function run(code: string): Promise<void> {
  const source = `export async function example(${Object.keys(scope).join(", ")}, check) {\n${checked(code)}\n}`;
  const compilerOptions = { target: ScriptTarget.ES2022, module: ModuleKind.CommonJS };
  const { outputText } = transpileModule(source, { compilerOptions });
  const exports: { example?: (...args: unknown[]) => Promise<void> } = {};
  new Function("exports", outputText)(exports);
  const check: Check = (value, text) => expect(String(value).trimEnd()).toBe(text);
  await exports.example!(...Object.values(scope), check);
}

const { te, tir, topi, np } = tvm;
const scope = { tvm, vta, te, tir, topi, np };

describe("the examples in the documentation of functions", () => {
  beforeAll(() => tvm.ready());

  test.each(examples)("$place", ({ code }) => run(code));

  test("are there", () => {
    expect(examples.length).toBeGreaterThanOrEqual(20);
  });
});
