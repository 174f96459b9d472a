/**
 * Records of AutoTVM: the public log, if it is available (it is not part of the project), and an
excerpt in its format.
 */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as vta from "vta-ts";

const { explore } = vta;

const excerpt = new URL("public-records.jsonl", import.meta.url);
const publicLog = new URL("../../../../shared/autotvm/vta_v0.10.log", import.meta.url);
const logs = [excerpt, publicLog].filter((log) => existsSync(log));

const MISPLACED = /^its index is \d+, and its entity is configuration \d+$/;
const TOO_FAST = /^it claims [\d.]+ GOPS of at most 51\.2$/;

function read(log: URL) {
  const { records, problems } = explore.parseRecords(readFileSync(log, "utf8"));
  const flags = explore.flagRecords(records);
  return { records, problems, flags };
}

/** Whether two entities are equivalent: the outer size of a split follows from the inner ones. */
function same(a: Entity, b: Entity): boolean {
  const inner = (entity: Entity) =>
    entity.map(([name, kind, value]) => [
      name,
      kind,
      Array.isArray(value) ? value.slice(1) : value,
    ]);
  return JSON.stringify(inner(a)) === JSON.stringify(inner(b));
}

type Entity = ReturnType<typeof read>["records"][number]["entity"];

describe.each(logs.map((log) => [log.pathname.split("/").at(-1), log] as const))("%s", (_, log) => {
  const { records, problems, flags } = read(log);

  test("is read to its last line, records of other targets and knobs included", () => {
    expect(problems).toEqual([]);
    expect(records.some(({ target }) => target.startsWith("llvm"))).toBe(true);
  });

  test("has the knobs, indices and entities of our spaces in every consistent record", () => {
    const misplaced = new Set(
      flags.filter(({ text }) => MISPLACED.test(text)).map((f) => f.record),
    );
    const own = records.filter(({ task }) => task.endsWith(".vta"));
    for (const record of own) {
      const { configs } = explore.template(record.task, record.args);
      expect(record.entity.map(([name]) => name)).toEqual(configs.knobs.map(({ name }) => name));
      const agrees =
        record.index < configs.size && same(configs.entity(record.index), record.entity);
      expect(agrees).toBe(!misplaced.has(record));
    }
  });
});

describe("the excerpt", () => {
  test("has one record whose index is another configuration's, and one above the peak", () => {
    const { records, flags } = read(excerpt);
    expect(records).toHaveLength(5);
    expect(flags.map(({ record, text }) => [record.timestamp, text])).toEqual([
      [1562800001.5, "its index is 7, and its entity is configuration 177"],
      [1562800002.5, "it claims 424.7 GOPS of at most 51.2"],
    ]);
  });
});

describe.runIf(existsSync(publicLog))("the public log", () => {
  test("has 106 records, of which 11 are misplaced and 9 above the peak", () => {
    const { records, flags } = read(publicLog);
    expect(records).toHaveLength(106);
    expect(flags.filter(({ text }) => MISPLACED.test(text))).toHaveLength(11);
    expect(flags.filter(({ text }) => TOO_FAST.test(text))).toHaveLength(9);
    expect(flags).toHaveLength(20);
  });
});
