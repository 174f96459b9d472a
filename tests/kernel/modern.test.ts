import { createRequire } from "node:module";
import { join } from "node:path";
import * as vm from "node:vm";
import { beforeAll, expect, test } from "vitest";
import { tested } from "../../kernel/src/evaluator/conditions";
import { Session } from "../../kernel/src/evaluator/session";
import { Language } from "../../kernel/src/language/language";
import { buildPackages, root } from "../support/jupyter-env";
import { modernCells } from "./modern-cells";

let language: Language;

beforeAll(() => {
  buildPackages();
  language = new Language(root);
}, 300_000);

test("there are rows for new features of TypeScript", () => {
  expect(modernCells.length).toBeGreaterThanOrEqual(40);
});

test.each(modernCells)("$cell", async ({ cell, value, needs }) => {
  const conversion = language.convert("", cell, "cell [1]");
  expect(conversion).toMatchObject({ ok: true });
  if (!conversion.ok || (needs !== undefined && !has(needs))) return;
  const { code, resultName } = conversion.cell;
  const { exports, bind, take } = boundSession();
  const run = vm.runInThisContext(code) as (...args: unknown[]) => Promise<void>;
  const same = (awaited: unknown): unknown => awaited;
  await run(exports, createRequire(join(root, "cell")), "", "", bind, same, same, tested);
  expect(String(take(resultName!))).toBe(value);
});

/** Whether this Node.js has the functions that an expression names. */
function has(expression: string): boolean {
  return vm.runInThisContext(`(${expression}) !== undefined`) as boolean;
}

function boundSession() {
  const session = new Session();
  return { exports: session.exports, bind: session.bind, take: session.take.bind(session) };
}
