import { describe, expect, test, vi } from "vitest";
import { te } from "tvm-ts";
import * as vta from "vta-ts";
import type { Engine, TrialResult } from "../../../lib/vta/src/explore/engine";
import { divisors } from "../../../lib/vta/src/explore/knobs";
import { MemoryStore, type RecordStore } from "../../../lib/vta/src/records/record-store";
import { parseRecords } from "../../../lib/vta/src/records";
import { space, type SearchSpace } from "../../../lib/vta/src/explore/search-space";
import {
  annealing,
  exhaustive,
  genetic,
  randomSearch,
  type Strategy,
} from "../../../lib/vta/src/explore/strategies";
import { Study, type StudyOptions } from "../../../lib/vta/src/explore/study";
import { studyText } from "../../../lib/vta/src/view/study-view";

/** A schedule that does not use the accelerator's memories. */
function anySchedule(): te.Schedule {
  const A = te.placeholder([8], { name: "A", dtype: "int32" });
  return te.createSchedule(te.compute([8], (i) => A(i).add(1), "B").op);
}

const knobs = {
  h: divisors(56),
  w: divisors(56),
  ci: [1, 2, 4],
  co: [1, 2, 4, 8],
  threads: [1, 2],
};

const bumpy = (): SearchSpace =>
  space(knobs, anySchedule, {
    env: vta.getEnv(),
    constraint: ({ h, threads }) =>
      (28 / h) % threads === 0 || `${28 / h} tiles cannot be shared by ${threads} threads`,
  });

/** A cost with one valley and some steps: like cycles over tiles. */
function cyclesOf({ h, w, ci, co, threads }: Record<string, number>): number {
  const area = h! * w! * co!;
  const tiles = Math.ceil((56 * 56 * 8) / area);
  return (
    tiles * (200 + area * 3 + h! * 7 + ci! * 11) * (threads === 2 ? 0.7 : 1) +
    (area > 900 ? 9e5 : 0)
  );
}

interface FakeOptions {
  readonly workers?: number;
  /** Milliseconds a trial takes: different ones end in another order. */
  readonly delay?: (index: number) => number;
  readonly result?: (index: number) => TrialResult | undefined;
}

function fakeEngine({ workers = 1, delay = () => 0, result }: FakeOptions = {}): Engine & {
  readonly measured: number[];
} {
  const measured: number[] = [];
  return {
    name: "fake",
    measured,
    open: (searched) =>
      Promise.resolve({
        workers,
        async measure(index) {
          measured.push(index);
          await new Promise((resolve) => setTimeout(resolve, delay(index)));
          const measures = { cycles: cyclesOf(searched.values(index) as Record<string, number>) };
          return result?.(index) ?? { kind: "measured", measures, seconds: 0.1 };
        },
        close: () => Promise.resolve(),
      }),
  };
}

const study = (options: Partial<StudyOptions> = {}): Study =>
  new Study(bumpy(), { engine: fakeEngine(), ...options });

const strategies: readonly (readonly [string, Strategy])[] = [
  ["exhaustive", exhaustive],
  ["random", randomSearch],
  ["genetic", genetic()],
  ["annealing", annealing()],
];

describe.each(strategies)("%s", (_, strategy) => {
  const budget = 90;

  test("tries as many distinct configurations as the budget allows", async () => {
    const { trials } = await study({ strategy, budget }).run();
    expect(trials).toHaveLength(budget);
    expect(new Set(trials.map(({ index }) => index)).size).toBe(budget);
  });

  test("makes the same trials in the same order with 1, 2 and 3 workers", async () => {
    const runs = await Promise.all(
      [1, 2, 3].map((workers) => {
        const engine = fakeEngine({ workers, delay: (index) => index % 4 });
        return study({ strategy, budget, seed: 7, engine }).run();
      }),
    );
    const [one, two, three] = runs.map(({ trials }) => trials);
    expect(two).toEqual(one);
    expect(three).toEqual(one);
  });

  test("continues from records as if it had not been stopped", async () => {
    const undisturbed = await study({ strategy, budget, seed: 3 }).run();
    const store = new MemoryStore();
    await study({ strategy, budget: 37, seed: 3, records: store }).run();
    const engine = fakeEngine();
    const resumed = await study({ strategy, budget, seed: 3, records: store, engine }).run();
    expect(resumed.trials.map(({ index }) => index)).toEqual(
      undisturbed.trials.map(({ index }) => index),
    );
    expect(engine.measured).toHaveLength(budget - 37);
    expect(resumed.best?.index).toBe(undisturbed.best?.index);
    expect(parseRecords(store.read()).records).toHaveLength(budget);
  });

  test("does not count configurations that cannot be used as trials, and gives the reason", async () => {
    const ended = await study({ strategy, budget }).run();
    for (const [index, { cause, reason }] of ended.refusals) {
      const { h, threads } = ended.space.values(index) as Record<string, number>;
      expect([cause, reason]).toEqual([
        "constraint",
        `${28 / h!} tiles cannot be shared by ${threads} threads`,
      ]);
    }
    expect(ended.trials.some(({ index }) => ended.refusals.has(index))).toBe(false);
  });

  test("tries the whole space when the budget allows it", async () => {
    const ended = await study({ strategy, budget: 10_000 }).run();
    expect(ended.trials.length + ended.refusals.size).toBe(ended.space.size);
  });
});

describe("a learned model", () => {
  const bestAfter = async (strategy: Strategy, seed: number): Promise<number> => {
    const ended = await study({ strategy, budget: 60, seed }).run();
    return ended.best!.measures["cycles"]!;
  };

  test("finds better configurations than random search", async () => {
    const seeds = Array.from({ length: 15 }, (_, i) => i);
    const median = async (strategy: Strategy): Promise<number> => {
      const costs = await Promise.all(seeds.map((seed) => bestAfter(strategy, seed)));
      return costs.sort((a, b) => a - b)[7]!;
    };
    expect(await median(annealing())).toBeLessThan(await median(randomSearch));
  });
});

describe("a study", () => {
  test("prefers the lower index among equals", async () => {
    const equal: TrialResult = { kind: "measured", measures: { cycles: 5 }, seconds: 0 };
    const engine = fakeEngine({ result: () => equal });
    const ended = await study({ strategy: randomSearch, budget: 20, engine }).run();
    expect(ended.best?.index).toBe(Math.min(...ended.trials.map(({ index }) => index)));
  });

  test("records a failure with AutoTVM's number and does not try it again", async () => {
    const store = new MemoryStore();
    const failing: TrialResult = { kind: "failed", errorNo: 4, error: "deadlock", seconds: 1 };
    const engine = fakeEngine({ result: (index) => (index === 0 ? failing : undefined) });
    const first = await study({ budget: 5, records: store, engine }).run();
    expect(first.trials[0]).toMatchObject({ index: 0, error: "deadlock", measures: {} });
    const [record] = parseRecords(store.read()).records;
    expect([record?.errorNo, record?.costs]).toEqual([4, [1e9]]);
    const again = fakeEngine();
    await study({ budget: 8, records: store, engine: again }).run();
    expect(again.measured).not.toContain(0);
    expect(again.measured).toHaveLength(3);
  });

  test("does not count configurations that the compiler refuses", async () => {
    const refusal = { cause: "lowering", reason: "no rectangle" } as const;
    const engine = fakeEngine({
      workers: 3,
      result: (index) => (index % 3 === 0 ? { kind: "refused", refusal } : undefined),
    });
    const ended = await study({ budget: 40, engine }).run();
    expect(ended.trials).toHaveLength(40);
    expect(ended.refusalCounts["lowering"]).toBeGreaterThan(10);
  });

  test("keeps the measured trials when the engine fails", async () => {
    const store = new MemoryStore();
    let measured = 0;
    const engine = fakeEngine({
      result: () => {
        if (++measured === 12) throw new Error("the worker is gone");
        return undefined;
      },
    });
    const broken = study({ records: store, engine });
    await expect(broken.run()).rejects.toThrow("the worker is gone");
    expect(broken.trials.length).toBe(parseRecords(store.read()).records.length);
    expect(broken.trials.length).toBeGreaterThan(5);
  });

  test("returns the trials that no other trial beats in all measures", async () => {
    const points = [
      { cycles: 9, sram: 1 },
      { cycles: 7, sram: 2 },
      { cycles: 8, sram: 3 },
      { cycles: 7, sram: 4 },
      { cycles: 3, sram: 5 },
    ];
    const engine = fakeEngine({
      result: () => ({ kind: "measured", measures: points.shift()!, seconds: 0 }),
    });
    const ended = await study({ budget: 5, engine }).run();
    expect(
      ended.front(["cycles", "sram"]).map(({ measures }) => [measures["cycles"], measures["sram"]]),
    ).toEqual([
      [3, 5],
      [7, 2],
      [9, 1],
    ]);
    expect(() => ended.front(["energy"])).toThrow(
      "trials have no measure energy; there are cycles, sram",
    );
  });

  test("ignores records of other programs and of other accelerators", async () => {
    const store: RecordStore = new MemoryStore();
    await study({ budget: 5, records: store }).run();
    const engine = fakeEngine();
    await study({ budget: 5, records: store, engine, model: "wide128" }).run();
    expect(engine.measured).toHaveLength(5);
  });

  test("refuses budgets that are not numbers of trials", () => {
    expect(() => study({ budget: 0 })).toThrow(
      "the budget is 0; it must be an integer of at least 1",
    );
  });
});

describe("refusals", () => {
  test("are counted by cause, with the first configuration of each", async () => {
    const searched = await study().run();
    const [summary, ...lines] = studyText(searched).split("\n");
    const [first] = searched.refusals.keys();
    expect(summary).toMatch(/^space: 1,536 configurations, \d[\d,]* tried; \d+ refused$/);
    const count = searched.refusals.size;
    expect(lines[0]).toBe(
      `  ${count} refused, the constraint excludes it: configuration ${first}, ` +
        "3.5 tiles cannot be shared by 1 threads",
    );
  });

  test("of a template name the knobs that do not divide", () => {
    const dense = vta.explore.template("dense_packed.vta", [
      ["TENSOR", [1, 4, 1, 16], "int8"],
      ["TENSOR", [3, 4, 16, 16], "int8"],
      null,
      "int32",
    ]);
    expect(dense.refusal(dense.size - 1)?.reason).toBe(
      "the axis of outputs has 1 tile of 3, which 2 virtual threads cannot share evenly " +
        "(tile_co = 3, oc_nthread = 2)",
    );
  });
});

test("a search that is over has a full progress bar, though refusals are no trials", async () => {
  const calls: string[] = [];
  const bar = {
    update: (done: number) => void calls.push(`${done} done`),
    complete: () => void calls.push("complete"),
    finish: () => void calls.push("finish"),
  };
  vi.stubGlobal("progress", { bar: () => bar });
  try {
    const study = await new Study(bumpy(), { engine: fakeEngine() }).run();
    expect(study.refusals.size).toBeGreaterThan(0);
    expect(calls.slice(-3)).toEqual([`${study.trials.length} done`, "complete", "finish"]);
  } finally {
    vi.unstubAllGlobals();
  }
});
