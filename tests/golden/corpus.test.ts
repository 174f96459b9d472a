/** Golden entries in folders with other files: entries are found by their fields, the other files are listed. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCorpus } from "./corpus";
import { Report } from "./report";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "golden-"));
  const write = (name: string, ...lines: unknown[]): void =>
    writeFileSync(join(folder, name), lines.map((line) => JSON.stringify(line)).join("\n"));
  const program = { name: "p", decls: [], schedule: [], args: [] };
  write("a.json", program);
  write("a.expect.json", { lower: {} });
  write("alone.json", program);
  write("refused.json", { ...program, reject: true });
  write("flow.pipeline.json", { program: "a", lower: "tvm", passes: [], final: "" });
  write("lost.pipeline.json", { program: "b", lower: "tvm", passes: [], final: "" });
  write("lines.jsonl", { dom: {}, expr: "x", simplify: "x" }, { stream: "00", cycles: 3 });
  write("more.jsonl", { stream: "00", cycles: 3 }, { stream: "01", cycles: 4 });
  write("list.json", [1, 2]);
  writeFileSync(join(folder, "broken.json"), "{");
  writeFileSync(join(folder, "README.md"), "what this is");
});

afterAll(() => rmSync(folder, { recursive: true }));

test("entries are recognized by their fields, in whichever file they are", () => {
  const { entries } = readCorpus([folder]);
  expect(entries.map(({ sort, name }) => `${sort} ${name}`)).toEqual([
    "program a",
    "pipeline flow",
    "arith lines:1",
    "reject refused",
  ]);
});

test("everything else is listed with the reason, and reading continues", () => {
  const { unknown } = readCorpus([folder]);
  expect(unknown.map(({ path, reason }) => `${basename(path)}: ${reason}`)).toEqual([
    "README.md: a .md, not JSON",
    "alone.json: a program without alone.expect.json",
    "broken.json: not a JSON object",
    "lines.jsonl: fields stream, cycles",
    "list.json: not a JSON object",
    "lost.pipeline.json: a pipeline of the program b, which was not found",
    "more.jsonl: fields stream, cycles",
    "more.jsonl: fields stream, cycles",
  ]);
});

test("the report counts what is not recognized, and names each file once for a reason", () => {
  const lines: string[] = [];
  new Report(readCorpus([folder]).unknown).print((line) => lines.push(line));
  expect(lines.filter((line) => line.includes("more.jsonl"))).toEqual([
    expect.stringMatching(/more\.jsonl: fields stream, cycles \(2 times\)$/) as string,
  ]);
  expect(lines.at(-1)).toBe("golden: 0 passed, 0 failed, 8 not known");
});
