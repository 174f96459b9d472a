import { describe, expect, test } from "vitest";
import * as vta from "vta-ts";
import { recordedStreams } from "../../../support/recorded-streams";

const env = vta.getEnv();
const streams = [
  ...recordedStreams("real.jsonl.gz"),
  ...recordedStreams("streams.jsonl.gz").filter(({ name }) => /^(pipeline|tiles|side)_/.test(name)),
];

function timed(words: Uint32Array, address: number) {
  const { plan, timing } = vta.simulateCycles(env, words, { address });
  return { plan, timing, timeline: vta.runTimeline(plan, timing, undefined) };
}

describe("the spans of a stage", () => {
  test("cover all cycles without gaps and have the sums of the causes", () => {
    for (const { name, words, address } of streams) {
      const { plan, timing, timeline } = timed(words, address);
      const stalls = vta.stallsOf(plan, timing);
      for (const stage of ["load", "compute", "store"] as const) {
        const spans = timeline.spans.filter((span) => span.stage === stage);
        let at = 0;
        const sums: Record<string, number> = {};
        for (const { cause, begin, end } of spans) {
          expect(begin, name).toBe(at);
          sums[cause] = (sums[cause] ?? 0) + end - begin;
          at = end;
        }
        expect(at, name).toBe(timing.cycles);
        const counted = Object.entries(stalls[stage]).filter(([, cycles]) => cycles > 0);
        expect(sums, name).toEqual(Object.fromEntries(counted));
      }
    }
  });
});

describe("the critical path", () => {
  test("ends with the program, and each step starts because the one before has ended", () => {
    let tokens = 0;
    for (const { name, words, address } of streams) {
      const { plan, timing, timeline } = timed(words, address);
      const path = timeline.criticalPath;
      expect(path.at(-1)!.begin, name).toBe(timing.cycles);
      path.forEach(({ index, reason, begin, stage }, i) => {
        const before = path[i - 1];
        expect(reason === "fetch", name).toBe(before === undefined);
        if (before === undefined) return;
        expect(before.index, name).toBeLessThan(plan.count);
        if (reason === "token") tokens++;
        if (reason === "token") expect(before.stage, `${name} ${index}`).not.toBe(stage);
        if (reason === "module") expect(before.stage, `${name} ${index}`).toBe(stage);
        if (reason === "queue") expect(begin, name).toBeGreaterThan(before.end);
        else expect(begin, `${name} ${index} ${reason}`).toBe(before.end + 1);
      });
      const spent = Object.values(vta.criticalCycles(timeline)).reduce((sum, n) => sum + n, 0);
      expect(spent, name).toBe(timing.cycles);
    }
    expect(tokens).toBeGreaterThan(100);
  });
});

test("runs follow each other in a joined timeline", () => {
  const { words, address } = streams[0]!;
  const { timeline } = timed(words, address);
  const joined = vta.joinTimelines([timeline, timeline]);
  const { cycles, starts, spans, criticalPath } = joined;
  expect(cycles).toBe(2 * timeline.cycles);
  expect(starts).toEqual([0, timeline.cycles]);
  expect(spans).toHaveLength(2 * timeline.spans.length);
  expect(criticalPath.at(-1)!.begin).toBe(2 * timeline.cycles);
  expect(joined.fetch).toHaveLength(2 * timeline.fetch.length);
  const half = vta.timelineBefore(joined, timeline.cycles);
  expect(half.spans).toEqual(timeline.spans);
  expect(half.fetch).toEqual(timeline.fetch);
});
