import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { workload } from "../../../lib/vta/src/explore/templates";
import { ConfigSpace } from "../../../lib/vta/src/explore/config-space";
import { divisors, otherKnob } from "../../../lib/vta/src/explore/knobs";

interface RecordedSpace {
  readonly task: string;
  readonly args: Parameters<typeof workload>[1];
  readonly flop: number;
  readonly length: number;
  readonly knobs: readonly (readonly [string, number])[];
  readonly entities: readonly (readonly [number, Parameters<ConfigSpace["indexOfEntity"]>[0]])[];
}

/** Spaces that AutoTVM made for the same workloads. */
const recorded = readFileSync(new URL("spaces.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as RecordedSpace);

describe("spaces are AutoTVM's", () => {
  test.each(recorded.map((space, i) => [`${i} ${space.task}`, space] as const))(
    "%s",
    (_, space) => {
      const { knobs, flop } = workload(space.task, space.args);
      const configs = new ConfigSpace(knobs);
      expect(flop).toBe(space.flop);
      expect(configs.size).toBe(space.length);
      expect(knobs.map(({ name, choices }) => [name, choices.length])).toEqual(space.knobs);
      for (const [index, entity] of space.entities) {
        expect(configs.entity(index)).toEqual(entity);
        expect(configs.indexOfEntity(entity)).toBe(index);
      }
    },
  );

  test("the ten convolutions of ResNet-18 have 13,760 configurations", () => {
    const convolutions = recorded.slice(0, 10);
    const sizes = convolutions.map(({ task, args }) => new ConfigSpace(workload(task, args).knobs));
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBe(13_760);
  });
});

describe("a numbered space", () => {
  const configs = new ConfigSpace([otherKnob("a", [1, 2, 4]), otherKnob("b", ["x", "y"])]);

  test("varies its first knob fastest", () => {
    expect([0, 1, 2, 3].map((index) => configs.values(index))).toEqual([
      { a: 1, b: "x" },
      { a: 2, b: "x" },
      { a: 4, b: "x" },
      { a: 1, b: "y" },
    ]);
  });

  test("returns the number of each configuration", () => {
    for (let index = 0; index < configs.size; index++) {
      expect(configs.index(configs.values(index))).toBe(index);
    }
  });

  test("refuses numbers and choices that it does not have", () => {
    expect(() => configs.values(6)).toThrow("there is no configuration 6; the space has 6");
    expect(() => configs.index({ a: 3, b: "x" })).toThrow(
      "the knob a is 3; its choices are 1, 2, 4",
    );
    expect(() => configs.indexOfEntity([["a", "ot", 1]])).toThrow(
      "the record has the knobs a; the space has a, b",
    );
  });

  test("refuses knobs without choices, with repeated choices, and with one name", () => {
    expect(() => otherKnob("a", [])).toThrow("the knob a needs at least one choice");
    expect(() => otherKnob("a", [1, 1])).toThrow("the knob a lists the choice 1 twice");
    expect(() => new ConfigSpace([otherKnob("a", [1]), otherKnob("a", [2])])).toThrow(
      "two knobs are named a",
    );
  });
});

describe("divisors", () => {
  test("are ascending and complete", () => {
    expect(divisors(36)).toEqual([1, 2, 3, 4, 6, 9, 12, 18, 36]);
    expect(divisors(1)).toEqual([1]);
    expect(() => divisors(0)).toThrow("divisors: 0 is not an integer of at least 1");
  });
});

describe("a template", () => {
  test("names the argument that does not fit", () => {
    expect(() => workload("conv3d.vta", [])).toThrow(
      "there is no template conv3d.vta; there are conv2d_packed.vta",
    );
    expect(() => workload("dense_packed.vta", [["TENSOR", [1, 8, 16], "int8"]])).toThrow(
      "dense_packed.vta: the argument data is",
    );
    const { args, task } = recorded[0]!;
    expect(() => workload(task, args.slice(0, 3))).toThrow("the argument padding is missing");
    const dense = recorded.at(-1)!;
    expect(() => workload(dense.task, [...dense.args, 1])).toThrow(
      "takes 4 arguments; 5 were passed",
    );
  });
});
