import { describe, expect, test } from "vitest";
import {
  formatRecord,
  meanCost,
  parseRecords,
  type TuningRecord,
} from "../../../lib/vta/src/records";

const record: TuningRecord = {
  target: "ext_dev -keys=vta,cpu -device=vta -model=sim_1x16_i8w8a32_15_15_18_17",
  task: "dense_packed.vta",
  args: [["TENSOR", [1, 8, 1, 16], "int8"], ["TENSOR", [8, 8, 16, 16], "int8"], null, "int32"],
  index: 17,
  entity: [
    ["tile_b", "sp", [-1, 1]],
    ["tile_ci", "sp", [-1, 2]],
    ["tile_co", "sp", [-1, 1]],
    ["oc_nthread", "ot", 2],
  ],
  costs: [0.00012],
  errorNo: 0,
  allCost: 0.25,
  timestamp: 1790000000.5,
  tvmVersion: "0.10.0",
};

/** The format of AutoTVM's `record.decode`, written independently of our reader. */
function strictRead(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const row = JSON.parse(line) as Record<string, unknown>;
      expect(Object.keys(row)).toEqual(["input", "config", "result", "version", "tvm_version"]);
      expect(row["version"]).toBe(0.2);
      const [target, task, args, kwargs] = row["input"] as [string, string, unknown[], object];
      expect([typeof target, typeof task, Array.isArray(args), kwargs]).toEqual([
        "string",
        "string",
        true,
        {},
      ]);
      const config = row["config"] as Record<string, unknown>;
      expect(Object.keys(config)).toEqual(["index", "code_hash", "entity"]);
      for (const [name, kind, value] of config["entity"] as [string, string, unknown][]) {
        expect(typeof name).toBe("string");
        if (kind === "sp") expect((value as number[])[0]).toBe(-1);
        else expect(kind).toBe("ot");
      }
      const [costs, errorNo, allCost, timestamp] = row["result"] as [number[], ...number[]];
      for (const number of [...costs, errorNo, allCost, timestamp])
        expect(number).toBeTypeOf("number");
      return config["index"];
    });
}

describe("records", () => {
  test("are read by a strict reader of the format", () => {
    const note = { trial: 3, measures: { cycles: 12_000 } };
    expect(strictRead(formatRecord(record) + formatRecord({ ...record, note }))).toEqual([17, 17]);
  });

  test("are the same after writing and reading", () => {
    const noted = { ...record, note: { trial: 3, measures: { cycles: 12_000 } } };
    const { records, problems } = parseRecords(formatRecord(record) + formatRecord(noted));
    expect(records).toEqual([record, noted]);
    expect(problems).toEqual([]);
  });

  test("skip comments, accept version 0.1, and report lines that are not records", () => {
    const old = JSON.stringify({ ...JSON.parse(formatRecord(record)), version: 0.1 });
    const text = `# a comment\n\n${old}\n${formatRecord(record)}{"input": ["ext_dev"\n`;
    const { records, problems } = parseRecords(text);
    expect(records).toEqual([record]);
    expect(problems).toEqual([
      { line: 5, text: 'this is not a line of JSON: {"input": ["ext_dev"' },
    ]);
  });

  test("give a note to the record below it only", () => {
    const note = '# vta-ts {"trial":1,"measures":{}}\n';
    const { records } = parseRecords(`${note}${formatRecord(record)}${formatRecord(record)}`);
    expect(records.map((each) => each.note?.trial)).toEqual([1, undefined]);
  });

  test("of failures have an infinite cost", () => {
    expect(meanCost({ ...record, costs: [1, 3] })).toBe(2);
    expect(meanCost({ ...record, costs: [1e9], errorNo: 4 })).toBe(Infinity);
  });
});
