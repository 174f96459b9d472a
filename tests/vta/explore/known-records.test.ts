import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { ready, te, topi } from "tvm-ts";
import { beforeAll, describe, expect, test } from "vitest";
import * as vta from "vta-ts";
import type { OperatorEntry } from "../../golden/corpus";
import { declareOperator } from "../../golden/operators";
import { convolution } from "../../support/flawed-programs";
import { direct, inputsOf, runOnVta } from "../../support/vta-run";

const { explore } = vta;
const env = vta.getEnv();
type Arguments = Parameters<typeof explore.template>[1];

const records = explore.recordsOf("resnet18");
/** C9, C10 and C11: the smallest of the ten spaces. */
const layers = readFileSync(new URL("spaces.jsonl", import.meta.url), "utf8")
  .split("\n")
  .slice(0, 10)
  .map((line) => JSON.parse(line) as { task: string; args: Arguments });

/** Tuned configurations of some of the layers, a fully connected layer, and others. */
const RECORDED = ["op_C4_18", "op_C7_696", "op_C9_121", "op_C10_80", "op_C11_24", "op_D9_29"];

beforeAll(ready, 60_000);

describe("records that come with the library", () => {
  test("are of every configuration of ResNet-18's ten convolutions that can be used", () => {
    const tried = layers.map(({ task, args }) => {
      const space = explore.template(task, args);
      return new explore.Study(space, { records: records }).trials.length;
    });
    expect(tried).toEqual([185, 142, 319, 151, 107, 299, 107, 40, 132, 40]);
    expect(explore.flagRecords(explore.readRecords(records))).toEqual([]);
  });

  test("are requested by name", () => {
    expect(() => explore.recordsOf("resnet19")).toThrow('there is "resnet18"');
  });

  test("have the cycles that a trial measures", () => {
    const { task, args } = layers[9]!;
    const space = explore.template(task, args);
    const study = new explore.Study(space, { records: records });
    const { index, measures } = study.best!;
    const result = explore.measureTrial(space, index, {});
    expect(result).toMatchObject({ kind: "measured", measures });
  });
});

describe("configurations that were recorded on the hardware", () => {
  test("get the hardware's cycles", () => {
    const golden = new URL("../../golden/", import.meta.url);
    const file = new URL("cycles/operators.jsonl.gz", golden);
    const recorded = new Map(
      gunzipSync(readFileSync(file))
        .toString()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { name: string; runs: [{ cycles: number }] })
        .map(({ name, runs }) => [name, runs[0].cycles]),
    );
    for (const name of RECORDED) {
      const text = readFileSync(new URL(`operators/${name}.json`, golden), "utf8");
      const { schedule, args } = declareOperator(JSON.parse(text) as OperatorEntry, env);
      const space = explore.space({ name: [name] }, () => [schedule, args]);
      const result = explore.measureTrial(space, 0, {});
      expect(result).toMatchObject({ measures: { cycles: recorded.get(name) } });
    }
  }, 60_000);
});

describe("a replay", () => {
  const median = (values: readonly number[]): number =>
    [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;

  test.each([7, 8, 9])(
    "finds the annealer within 2 %% of the optimum after a tenth of the trials, and not behind random search (layer %i)",
    async (layer) => {
      const { task, args } = layers[layer]!;
      const space = explore.template(task, args);
      const known = new explore.Study(space, { records: records });
      const optimum = known.best!.measures["cycles"]!;
      const engine = explore.replay(records);
      const budget = Math.ceil(known.trials.length / 10);
      const medianOf = async (strategy: vta.explore.Strategy): Promise<number> => {
        const costs: number[] = [];
        for (let seed = 0; seed < 50; seed++) {
          const study = new explore.Study(space, { engine, strategy, seed, budget });
          await study.run();
          expect(study.trials.length).toBeLessThanOrEqual(budget);
          costs.push(study.best!.measures["cycles"]!);
        }
        return median(costs);
      };
      const annealed = await medianOf(explore.annealing());
      expect(annealed).toBeLessThanOrEqual(1.02 * optimum);
      expect(annealed).toBeLessThan(await medianOf(explore.randomSearch));
    },
    120_000,
  );

  test("refuses records of other workloads with a message", async () => {
    const space = explore.template(layers[0]!.task, layers[0]!.args);
    const study = new explore.Study(space, { engine: explore.replay([]) });
    await expect(study.run()).rejects.toThrow("the records hold no trial of conv2d_packed.vta");
  });
});

describe("records in use", () => {
  /** C11 as a user declares it. */
  const declare = () => {
    const data = te.placeholder([1, 32, 7, 7, 1, 16], { name: "data", dtype: "int8" });
    const kernel = te.placeholder([32, 32, 3, 3, 16, 16], { name: "kernel", dtype: "int8" });
    const sums = vta.topi.conv2dPacked(data, kernel, { padding: 1 });
    const shifted = topi.rightShift(sums, 8);
    const result = topi.cast(vta.topi.clip(shifted, 0, 127), env.outDtype);
    return { result, args: [data, kernel, result] };
  };

  test("are used by schedules without knobs between applyBest and its end", () => {
    const { result } = declare();
    const text = (schedule: te.Schedule): string => schedule.stages.map(String).join("\n");
    const plain = text(vta.topi.scheduleConv2dPacked(result));
    const end = explore.applyBest(records);
    const best = text(vta.topi.scheduleConv2dPacked(result));
    end();
    const knobs = { tileH: 7, tileW: 7, tileCi: 1, tileCo: 8, ocNthread: 2, hNthread: 1 };
    const expected = text(vta.topi.scheduleConv2dPacked(result, knobs));
    const lower = (schedule: te.Schedule): string =>
      vta.lower(schedule, declareArgs(result), { name: "f" }).toString();
    expect(best).toBe(expected);
    expect(lower(explore.applyBest(records, () => vta.topi.scheduleConv2dPacked(result)))).toBe(
      lower(vta.topi.scheduleConv2dPacked(result, knobs)),
    );
    expect(text(vta.topi.scheduleConv2dPacked(result))).toBe(plain);
  });

  const declareArgs = (result: te.Tensor): te.Tensor[] => {
    const inputs = new Set<te.Tensor>();
    const visit = (tensor: te.Tensor): void => {
      if (tensor.op.kind === "placeholder") inputs.add(tensor);
      else tensor.op.inputTensors.forEach(visit);
    };
    visit(result);
    return [...inputs, result];
  };

  test("schedule what vta.build compiles", () => {
    const { result, args } = declare();
    const context = vta.buildConfig({ env, disabledPass: ["tir.CommonSubexprElimTIR"] });
    const f = vta.build(te.createSchedule(result.op), args, { records: records, context });
    const text = f.getSource("tir");
    expect(text).toContain("VTALoadBuffer2D");
    expect(text).toContain("cthread");
  });

  test("that do not fit are refused with a message", () => {
    const A = te.placeholder([16], { name: "A", dtype: "int32" });
    const B = te.compute([16], (i) => A(i).add(1), "B");
    expect(() => vta.build(te.createSchedule(B.op), [A, B], { records })).toThrow(
      "records are for packed operators",
    );
    const { schedule, args } = convolution({ inputs: 1, outputs: 1, size: 14, window: 3 });
    expect(() => vta.build(schedule, args, { records })).toThrow(
      /the records have no trial of conv2d_packed\.vta with .*tune it first/,
    );
  });
});

describe("records that cannot be true", () => {
  test("are flagged with the reason", () => {
    const [record] = explore.readRecords(records);
    const claims = { ...record!, costs: [1e-4] };
    const moved = { ...record!, index: record!.index + 1 };
    const [first, second] = explore.flagRecords([record!, claims, moved]).map(({ text }) => text);
    expect(first).toBe("it claims 2312.1 GOPS of at most 51.2");
    expect(second).toBe(
      `its index is ${moved.index}, and its entity is configuration ${record!.index}`,
    );
  });
});

describe("the nearest known record", () => {
  test("is tried first, and is as good as the best of the new shape", async () => {
    const { task, args } = layers[9]!;
    const space = explore.template(task, args);
    const others = explore
      .readRecords(records)
      .filter((record) => JSON.stringify(record.args) !== JSON.stringify(args));
    const engine = explore.replay(records);
    const strategy = explore.nearest(others);
    const study = new explore.Study(space, { engine, strategy, budget: 9 });
    await study.run();
    const known = new explore.Study(space, { records: records });
    expect(study.best!.measures["cycles"]).toBeLessThan(1.02 * known.best!.measures["cycles"]!);
    expect(new Set(study.trials.map(({ index }) => index)).size).toBe(9);
  });
});

describe("measures of the user's own", () => {
  const dense = () =>
    explore.template("dense_packed.vta", [
      ["TENSOR", [1, 8, 1, 16], "int8"],
      ["TENSOR", [8, 8, 16, 16], "int8"],
      null,
      "int32",
    ]);

  test("are functions of a trial's profile, and can be the objective", async () => {
    const engine = explore.thisThread();
    const measures = { waiting: (profile: vta.Profile) => profile.modules.compute.tokenFromLoad };
    const study = new explore.Study(dense(), { engine, measures, objective: "waiting", budget: 6 });
    await study.run();
    const waiting = study.ranked.map(({ measures: measured }) => measured["waiting"]!);
    expect(waiting).toHaveLength(6);
    expect(waiting).toEqual([...waiting].sort((a, b) => a - b));
    expect(Math.max(...waiting)).toBeGreaterThan(0);
  });

  test("cannot be sent to worker threads", async () => {
    const measures = { one: () => 1 };
    const study = new explore.Study(dense(), { engine: explore.workerThreads(1), measures });
    await expect(study.run()).rejects.toThrow("vta.explore.thisThread()");
  });
});

describe("the templates of additions and multiplications", () => {
  const args: Arguments = [
    ["TENSOR", [1, 2, 4, 4, 1, 16], "int32"],
    ["TENSOR", [1, 2, 4, 4, 1, 16], "int32"],
  ];

  test("have AutoTVM's knobs, and compute in every configuration that is allowed", () => {
    const space = explore.template("add.vta", args);
    expect(space.configs.knobs.map(({ name, choices }) => [name, choices.length])).toEqual([
      ["tile_co", 2],
      ["tile_h", 3],
      ["tile_w", 3],
    ]);
    let computed = 0;
    for (let index = 0; index < space.size; index++) {
      const verdict = explore.compileTrial(space, index);
      if ("refusal" in verdict) continue;
      const program = space.program(index);
      const inputs = inputsOf(program, 8);
      expect(String(runOnVta(program, inputs).result.data)).toBe(
        String(direct(program, inputs).data),
      );
      computed++;
    }
    expect(computed).toBeGreaterThan(8);
  });

  test("multiply, which the hardware cannot: a trial fails with that message", () => {
    const space = explore.template("multiply.vta", args);
    const result = explore.measureTrial(space, 0, {});
    expect(result).toMatchObject({ kind: "failed", errorNo: explore.ERROR.runtime });
  });
});
