import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordsIn, sweep } from "./run-sweep";

const BUDGET = 200;
let folder: string;
let undisturbed: string;
const file = (name: string): string => join(folder, name);
const trialsOf = (name: string) =>
  recordsIn(file(name)).map(({ index, note }) => [index, note!.measures]);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tvm-vta-explore-"));
  undisturbed = (await sweep(file("undisturbed.log"), "2", BUDGET)).best!;
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a sweep of 200", () => {
  test("that is killed three times loses and repeats no trial", async () => {
    let killed = 0;
    for (const after of [7 + (process.pid % 40), 23, 61]) {
      const { trials } = await sweep(file("killed.log"), "2", BUDGET, after);
      expect(trials).toBeGreaterThanOrEqual(after);
      killed++;
    }
    expect(killed).toBe(3);
    const { best } = await sweep(file("killed.log"), "2", BUDGET);
    const indices = recordsIn(file("killed.log")).map(({ index }) => index);
    expect(indices).toHaveLength(BUDGET);
    expect(new Set(indices).size).toBe(BUDGET);
    expect(best).toBe(undisturbed);
    expect(trialsOf("killed.log")).toEqual(trialsOf("undisturbed.log"));
  }, 400_000);

  test("makes the same trials with the same results with 1 and with 3 workers", async () => {
    const part = 50;
    for (const workers of ["1", "3"]) {
      const name = `${workers}.log`;
      await sweep(file(name), workers, part);
      expect(trialsOf(name)).toEqual(trialsOf("undisturbed.log").slice(0, part));
    }
  }, 400_000);
});
