/** Whole networks compared with the reference's results. */

import { ready } from "tvm-ts";
import { beforeAll, expect, test } from "vitest";
import { checkEntry } from "../golden/check";
import { readCorpus } from "../golden/corpus";
import { Report } from "../golden/report";

const folder = new URL("../golden/networks", import.meta.url).pathname;
const { entries, unknown } = readCorpus([folder]);

beforeAll(ready);

test("every file there belongs to a network", () => {
  expect(unknown).toEqual([]);
  expect(entries.length).toBe(5);
});

test.each(entries.map((entry) => [entry.name, entry] as const))(
  "%s is quantized, packed and run as recorded",
  async (_, entry) => {
    const report = new Report();
    await checkEntry(entry, { kinds: new Set(["networks"]), cpuTarget: "wasm" }, report);
    const lines: string[] = [];
    report.print((line) => lines.push(line));
    expect(report.failures, lines.join("\n")).toBe(0);
  },
  60_000,
);
