import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { view } from "tvm-ts";
import { commandIds } from "../../extension/src/commands/ids";
import { IR_TYPE, lastFunction } from "../../extension/src/commands/last-function";

const cell = (execution_count: number | null, text?: string) => ({
  cell_type: "code",
  execution_count,
  outputs: text === undefined ? [] : [{ data: { [IR_TYPE]: {}, "text/plain": text } }],
});

const found = (...cells: object[]) => lastFunction({ cells })?.["text/plain"];

test("the last lowered function is that of the cell that ran last", () => {
  expect(found(cell(1, "a"), cell(7, "b"), cell(3, "c"), cell(8))).toBe("b");
});

test("among cells that did not run here it is that of the last one", () => {
  expect(found(cell(null, "a"), { cell_type: "markdown" }, cell(null, "b"))).toBe("b");
});

test("what is not a notebook has no lowered function", () => {
  expect(found(cell(1))).toBeUndefined();
  expect(lastFunction(null)).toBeUndefined();
  expect(lastFunction("text")).toBeUndefined();
});

test("lowered functions have the type that the library gives them", () => {
  expect(IR_TYPE).toBe(view.mimeTypes.ir);
});

test("menus and toolbars name commands that exist", () => {
  const path = fileURLToPath(new URL("../../extension/schema/commands.json", import.meta.url));
  const named = [...readFileSync(path, "utf8").matchAll(/"command": "([^"]+)"/g)];
  const known: readonly string[] = Object.values(commandIds);
  expect(named.length).toBeGreaterThan(0);
  for (const [, id] of named) expect(known).toContain(id);
});
