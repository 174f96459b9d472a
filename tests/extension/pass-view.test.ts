import { expect, test } from "vitest";
import { view } from "tvm-ts";
import { readView } from "../../extension/src/mime/read-view";
import { diffIgnoringIndent } from "../../extension/src/pass-view/line-diff";
import { PassModel } from "../../extension/src/pass-view/model";
import { passViewSchema } from "../../extension/src/pass-view/schema";
import { passStories } from "../../extension/stories/passes";
import { trans } from "./trans";

function modelOf(id: string): PassModel {
  const { bundle } = passStories.find((story) => story.id === id)!;
  const json: unknown = JSON.parse(JSON.stringify(bundle[view.mimeTypes.passes]));
  return new PassModel(readView(passViewSchema, json, trans));
}

/** The removed and the added text. */
function changes(before: string, after: string): string[][] {
  return diffIgnoringIndent(before, after, {}).map(({ fromA, toA, fromB, toB }) => [
    before.slice(fromA, toA),
    after.slice(fromB, toB),
  ]);
}

test("a removed loop is a change, its body is not", () => {
  const before = "a\nfor (i) {\n  b\n    c\n}\nd";
  const after = "a\nb\n  c\nd";
  expect(changes(before, after)).toEqual([
    ["for (i) {\n", ""],
    ["\n}", ""],
  ]);
});

test("white space alone is not a change", () => {
  expect(changes("a\n  b\n", "a\n      b\n")).toEqual([]);
});

test("a change inside an indented line is where it is", () => {
  expect(changes("  x = 10 + y\n", "      x = 20 + y\n")).toEqual([["1", "2"]]);
});

test("the view opens on the first pass that changed something", () => {
  const model = modelOf("passes-matmul");
  expect(model.rows[model.first]).toMatchObject({ changed: true, isSequence: false });
  expect(model.rows.slice(0, model.first).filter((row) => !row.isSequence && row.changed)).toEqual(
    [],
  );
});

test("the view opens on the pass that failed, which the filter of changes keeps", () => {
  const model = modelOf("passes-failed");
  expect(model.first).toBe(model.rows.length - 1);
  expect(model.failed(model.first)).toBe(true);
  expect(model.failure?.message).toContain("out of local memory");
  expect(model.visible({ onlyChanged: true, name: "" })).toContain(model.first);
});
