import { expect, test } from "vitest";
import { inOrder } from "../../extension/src/table-view/sorting";

const rows = [
  ["b", 10],
  ["a", null],
  ["a10", 9],
  ["a9", 100],
] as const;

const sorted = (column: number, descending: boolean) =>
  inOrder(rows, { column, descending }).map(([name]) => name);

test("rows are sorted as numbers or as texts with numbers in them, empty cells last", () => {
  expect(sorted(1, false)).toEqual(["a10", "b", "a9", "a"]);
  expect(sorted(1, true)).toEqual(["a9", "b", "a10", "a"]);
  expect(sorted(0, false)).toEqual(["a", "a9", "a10", "b"]);
  expect(inOrder(rows, undefined)).toBe(rows);
});
