import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { te, tir } from "tvm-ts";
import { programs } from "./lowered-programs";

const folder = join(import.meta.dirname, "lowered");

describe("schedules are lowered to the reference's TIR", () => {
  test.each(Object.entries(programs))("%s", (name, program) => {
    const text = readFileSync(join(folder, `${name}.txt`), "utf8");
    expect(program().toString().trimEnd()).toBe(text.trimEnd());
  });

  test("all recorded texts are compared", () => {
    const recorded = readdirSync(folder).map((file) => file.replace(/\.txt$/, ""));
    expect(recorded.sort()).toEqual(Object.keys(programs).sort());
  });
});

/** `T1 = A + 1; T2 = T1 + 1; ...`, scheduled by `prepare`. */
function chain(length: number, prepare: (s: te.Schedule, tensors: te.Tensor[]) => void) {
  const A = te.placeholder([16, 16], { name: "A" });
  const tensors: te.Tensor[] = [];
  for (let n = 1; n <= length; n++) {
    const before = tensors.at(-1) ?? A;
    tensors.push(te.compute([16, 16], (i, j) => before(i, j).add(1), `T${n}`));
  }
  const last = tensors.at(-1)!;
  const s = te.createSchedule(last);
  prepare(s, tensors);
  return te.scheduleToModule(s, [A, last]);
}

describe("500 stages take little more than 10 times as long as 50", () => {
  const ways: [string, (s: te.Schedule, tensors: te.Tensor[]) => void][] = [
    ["at the root", () => {}],
    ["inlined", (s) => te.autoInlineInjective(s)],
    [
      "inside one another",
      (s, tensors) => {
        tensors.slice(1).forEach((tensor, i) => {
          s.stage(tensors[i]!).computeAt(s.stage(tensor), tensor.op.axis[0]!);
        });
      },
    ],
    [
      "cached",
      (s, tensors) => {
        for (const tensor of tensors) s.cacheWrite(tensor, "local");
      },
    ],
  ];
  test.each(ways)("%s", (_, prepare) => {
    const time = (length: number, times: number): number => {
      const start = performance.now();
      for (let i = 0; i < times; i++) chain(length, prepare);
      return performance.now() - start;
    };
    // Both are measured several times, and the minima compared, since the machine may be busy.
    const ratios = Array.from({ length: 8 }, () => time(500, 1) / time(50, 10));
    expect(Math.min(...ratios)).toBeLessThan(3);
  });
});

test("the arguments of a function are named as they were declared, in their order", () => {
  const n = te.var("n");
  const A = te.placeholder([n], { name: "A" });
  const B = te.compute([n], (i) => A(i).add(n), "B");
  const module = te.scheduleToModule(te.createSchedule(B), [n, B, A], { name: "f" });
  const func = module.functions.get("f")!;
  expect(func.params.map((param) => param.name)).toEqual(["n", "B", "A"]);
  expect(func.attrs).toMatchObject({ global_symbol: "f", "tir.noalias": true });
});

test("reads may be outside of a tensor where they are guarded, or where the element is not needed", () => {
  const A = te.placeholder([8], { name: "A" });
  const guarded = te.compute([8], (i) => te.ifThenElse(i.ge(1), A(i.sub(1)), 0), "guarded");
  const wide = te.compute([16], (i) => A(i).mul(2), "wide");
  const used = te.compute([8], (i) => wide(i).add(guarded(i)), "used");
  const module = te.scheduleToModule(te.createSchedule(used), [A, used]);
  expect(module.toString()).toContain("for (i_1: int32, 0, 8)");
});

test("an argument's memory is compact, or as a bound buffer says", () => {
  const A = te.placeholder([4, 4], { name: "A" });
  const B = te.compute([4, 4], (i, j) => A(i, j).add(1), "B");
  const s = te.createSchedule(B);
  const rows = tir.declBuffer([4, 4], "float32", { name: "rows", strides: [8, 1] });
  const func = te
    .scheduleToModule(s, [A, B], { binds: new Map([[A, rows]]) })
    .functions.get("main")!;
  const [a, b] = func.params.map((param) => func.bufferMap.get(param)!);
  expect(a).toBe(rows);
  expect(b!.strides).toEqual([]);
});

test("bounds can be inspected with every loop kept", () => {
  const A = te.placeholder([1, 4], { name: "A" });
  const B = te.compute([1, 4], (i, j) => A(i, j).add(1), "B");
  const s = te.createSchedule(B);
  const loops = (keepTrivialLoops: boolean): string =>
    te.scheduleToModule(s, [A, B], { keepTrivialLoops }).toString();
  expect(loops(false)).not.toContain("for (i");
  expect(loops(true)).toContain("for (i: int32, 0, 1)");
});
