import { expect, test } from "vitest";
import { recordsBundle } from "../../kernel/src/evaluator/records";

const TABLE = "application/vnd.tvm-vta.table.v1+json";

test("an array of plain records is a table with a column for every field", () => {
  const bundle = recordsBundle([
    { name: "C2", cycles: 1200, ok: true },
    { name: "<C3>", cycles: NaN, share: null },
    { cycles: 12n },
  ])!;
  expect(bundle[TABLE]).toEqual({
    version: 1,
    columns: ["name", "cycles", "ok", "share"],
    rows: [
      ["C2", 1200, true, null],
      ["<C3>", "NaN", null, null],
      [null, "12", null, null],
    ],
  });
  const html = bundle["text/html"] as string;
  expect(html).toContain("&#60;C3&#62;");
  for (const row of html.match(/<(?:tr|td|th)[^>]*>/g)!) {
    expect(row).toMatch(/background:#\w+;color:#\w+/);
  }
});

test("a long table says how many records there are", () => {
  const bundle = recordsBundle(Array.from({ length: 1500 }, (_, i) => ({ i })))!;
  const table = bundle[TABLE] as { rows: unknown[]; total: number };
  expect([table.rows.length, table.total]).toEqual([1000, 1500]);
  expect(bundle["text/html"]).toContain("the first 1000 of 1500");
});

test.each([
  ["one record", [{ a: 1 }]],
  ["numbers", [1, 2]],
  ["records of records", [{ a: { b: 1 } }, { a: { b: 2 } }]],
  ["functions", [{ a: () => 1 }, { a: () => 2 }]],
  ["instances", [new Date(0), new Date(1)]],
  ["empty records", [{}, {}]],
  ["no array", { a: 1 }],
])("other values are shown as usual: %s", (_, value) => {
  expect(recordsBundle(value)).toBeUndefined();
});
