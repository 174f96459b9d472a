/** Each error code has a section in docs/errors, and each section's example ends in that error. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import * as grade from "../../lib/vta/src/grade";
import { classes, raised, seenIn } from "./raised-errors";

beforeAll(tvm.ready);

const root = fileURLToPath(new URL("../../", import.meta.url));

function files(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

/** The codes that sources give to errors: `new UsageError("code", ...)` and `super("code", ...)`. */
function codesOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  if (!text.includes("Error(") && !text.includes("super(")) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const codes: string[] = [];
  const visit = (node: ts.Node): void => {
    const first = argumentOf(node);
    if (first !== undefined && ts.isStringLiteral(first)) codes.push(first.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return codes;
}

const WITH_CODE = new Set(["UsageError", "DeviceError", "RpcError"]);

function argumentOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
    return WITH_CODE.has(node.expression.text) ? node.arguments?.[0] : undefined;
  }
  const isSuper = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword;
  // Only errors pass their parent a code and a message.
  return isSuper && node.arguments.length >= 2 ? node.arguments[0] : undefined;
}

interface Section {
  readonly code: string;
  readonly text: string;
  readonly example: string | undefined;
}

const sections: Section[] = files("docs/errors", ".md").flatMap((file) =>
  readFileSync(join(root, file), "utf8")
    .split(/^## /m)
    .slice(1)
    .map((text) => ({
      code: /^\S+/.exec(text)![0],
      text: text.slice(text.indexOf("\n")),
      example: /```ts\n(.*?)```/s.exec(text)?.[1],
    })),
);

test("every code has a section, and every section a code", () => {
  const used = new Set(
    ["lib/tvm-ts/src", "lib/vta/src", "lite/src"]
      .flatMap((folder) => files(folder, ".ts"))
      .flatMap(codesOf),
  );
  expect(sections.map(({ code }) => code).sort()).toEqual([...used].sort());
});

const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
  ...texts: string[]
) => (...values: unknown[]) => Promise<unknown>;

const { te, tir, topi, np, nd, pass, view, rpc } = tvm;
const scope = { tvm, vta, grade, te, tir, topi, np, nd, pass, view, rpc };

async function codeOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
  return "no error";
}

describe("the example of", () => {
  test.each(sections.filter(({ example }) => example !== undefined))("$code", async (section) => {
    const env = section.example!.includes("const env") ? [] : ["env"];
    const names = [...Object.keys(scope), ...env];
    const values = [...Object.values(scope), vta.getEnv()];
    const run = new AsyncFunction(...names, section.example!);
    expect(await codeOf(() => run(...values))).toBe(section.code);
  });
});

describe("without an example", () => {
  test.each(Object.keys(raised))("%s is raised", async (code) => {
    expect(await codeOf(raised[code]!)).toBe(code);
  });

  test.each(Object.entries(seenIn))("%s is raised in another test", (_, [file, sentence]) => {
    expect(readFileSync(join(root, file), "utf8")).toContain(sentence);
  });

  test("each code is raised", () => {
    const seen = [raised, seenIn, classes].flatMap((each) => Object.keys(each));
    const without = sections.filter(({ example }) => example === undefined);
    expect(without.map(({ code }) => code).filter((code) => !seen.includes(code))).toEqual([]);
  });
});
