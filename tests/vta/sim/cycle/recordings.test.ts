import { ready } from "tvm-ts";
import { beforeAll, describe, expect, test } from "vitest";
import { checkEntry } from "../../../golden/check";
import { readCorpus } from "../../../golden/corpus";
import { Report } from "../../../golden/report";

const FOLDER = new URL("../../../golden/cycles/", import.meta.url).pathname;
const CONFIGURATIONS = ["pynq", "w128", "w256", "w512", "k8", "k32"];
/** The programs whose cycles differ between memory interfaces; CI checks all programs. */
const FILES = [
  "streams.jsonl.gz",
  "real.jsonl.gz",
  ...CONFIGURATIONS.flatMap((folder) => [`${folder}/streams.jsonl.gz`, `${folder}/real.jsonl.gz`]),
];

beforeAll(ready);

describe("recordings of the hardware", () => {
  test.each(FILES)("%s: cycles, instructions and hazards equal the hardware's", async (file) => {
    const { entries, unknown } = readCorpus([FOLDER + file]);
    const report = new Report(unknown);
    const options = { kinds: new Set(["cycles"] as const), cpuTarget: "wasm" as const };
    for (const entry of entries) await checkEntry(entry, options, report);
    const { kinds, mismatches } = JSON.parse(JSON.stringify(report)) as {
      kinds: Record<string, { passed: number; failed: number }>;
      mismatches: unknown[];
    };
    expect(mismatches).toEqual([]);
    expect(kinds["cycles"]!.passed).toBeGreaterThanOrEqual(100);
    expect(kinds["instructions"]!.passed).toBe(kinds["cycles"]!.passed);
    expect(kinds["hazards"]!.passed).toBeGreaterThan(0);
  });
});
