/** Stages computed inside the loops of others: nested stages, scans, and tensors that give a reduction's length. */

import { describe, expect, test } from "vitest";
import { lower, te, tir, UsageError } from "tvm-ts";
import { counting, runSchedule } from "../../support/run-lowered";

describe("a stage in a loop that turns out to have one step", () => {
  test.each([1, 2, 3, 4, 9])("nested computeAt, rows split by %i", (factor) => {
    const A = te.placeholder([3, 9], { name: "A", dtype: "int32" });
    const B = te.compute([3, 9], (i, j) => A(i, j).mul(2).add(1), "B");
    const C = te.compute([3, 9], (i, j) => B(i, j), "C");
    const D = te.compute([3, 9], (i, j) => C(i, j).add(3), "D");
    for (const nparts of [1, 2, 3, 4]) {
      const s = te.createSchedule(D.op);
      const fused = s.stage(D).fuse(...(D.op.axis as [tir.IterVar, tir.IterVar]));
      const [part] = s.stage(D).split(fused, { nparts });
      s.stage(C).computeAt(s.stage(D), part);
      const [outer] = s.stage(C).split(C.op.axis[0]!, { factor });
      s.stage(B).computeAt(s.stage(C), outer);
      const arrays = [{ shape: [3, 9], data: counting(27) }, { shape: [3, 9] }];
      expect(runSchedule(s, [A, D], arrays)).toEqual(counting(27).map((i) => 2 * i + 4));
      const [func] = lower(s, [A, D]).functions.values();
      expect(tir.verifyFunc(func!)).toEqual([]);
    }
  });
});

describe("a scan whose consumer needs a part of it at a time", () => {
  const [rows, columns] = [3, 4];

  /** Sums down each column, and one more. */
  function sums(initialRows = 1) {
    const X = te.placeholder([rows, columns], { name: "X", dtype: "int32" });
    const state = te.placeholder([rows, columns], { name: "state", dtype: "int32" });
    const init = te.compute([initialRows, columns], (t, i) => X(t, i), "init");
    const update = te.compute([rows, columns], (t, i) => state(t.sub(1), i).add(X(t, i)), "update");
    const scan = te.scan(init, update, state, { inputs: [X] });
    return { X, init, update, scan };
  }
  const X = counting(rows * columns).map((i) => (i * 7) % 5);
  const sumAt = (t: number, i: number): number => {
    let sum = 0;
    for (let row = 0; row <= t; row++) sum += X[row * columns + i]!;
    return sum;
  };

  test.each([0, 1])("computed inside the loop over dimension %i", (dimension) => {
    const { X: input, scan } = sums();
    const out = te.compute([rows, columns], (a, b) => scan(a, b).add(1), "out");
    const s = te.createSchedule(out.op);
    if (dimension === 1) s.stage(out).reorder(out.op.axis[1]!, out.op.axis[0]!);
    s.stage(scan).computeAt(s.stage(out), out.op.axis[dimension]!);
    const arrays = [{ shape: [rows, columns], data: X }, { shape: [rows, columns] }];
    expect(runSchedule(s, [input, out], arrays)).toEqual(
      counting(rows * columns).map((at) => sumAt(Math.floor(at / columns), at % columns) + 1),
    );
  });

  test("read in part, at the root", () => {
    const { X: input, scan } = sums();
    const out = te.compute([rows, columns - 2], (a, b) => scan(a, b.add(1)), "out");
    const s = te.createSchedule(out.op);
    const arrays = [{ shape: [rows, columns], data: X }, { shape: [rows, columns - 2] }];
    expect(runSchedule(s, [input, out], arrays)).toEqual(
      counting(rows * 2).map((at) => sumAt(Math.floor(at / 2), (at % 2) + 1)),
    );
  });

  test("whose state is read through a copy, which each step makes again", () => {
    const { X: input, update, scan } = sums();
    const s = te.createSchedule(scan.op);
    const { statePlaceholder } = scan.op as te.ScanOp;
    s.cacheRead(statePlaceholder[0]!, "local", [update]);
    const arrays = [{ shape: [rows, columns], data: X }, { shape: [rows, columns] }];
    expect(runSchedule(s, [input, scan], arrays)).toEqual(
      counting(rows * columns).map((at) => sumAt(Math.floor(at / columns), at % columns)),
    );
  });

  test.each([1, 2, 3, 4, 5])("whose update is copied in tiles of %i elements", (factor) => {
    for (const width of [1, 2, 4]) {
      const m = te.sizeVar("m");
      const input = te.placeholder([rows, m], { name: "X", dtype: "int32" });
      const state = te.placeholder([rows, m], { name: "state", dtype: "int32" });
      const init = te.compute([1, m], (t, i) => input(t, i), "init");
      const update = te.compute([rows, m], (t, i) => state(t.sub(1), i).add(input(t, i)), "update");
      const scan = te.scan(init, update, state, { inputs: [input] });
      const s = te.createSchedule(scan.op);
      const [t, i] = update.op.axis as [tir.IterVar, tir.IterVar];
      s.stage(update).split(s.stage(update).fuse(t, i), { factor });
      s.cacheWrite(update, "local");
      const data = X.filter((_, at) => at % columns < width);
      const shape = [rows, width];
      expect(runSchedule(s, [input, scan], [{ shape, data }, { shape }])).toEqual(
        counting(rows * width).map((at) => sumAt(Math.floor(at / width), at % width)),
      );
    }
  });

  test("whose update is copied twice, the second time in tiles", () => {
    const { X: input, update, scan } = sums();
    const s = te.createSchedule(scan.op);
    s.cacheWrite(update, "local");
    const [t, i] = s.stage(update).op.axis as [tir.IterVar, tir.IterVar];
    s.stage(update).split(s.stage(update).fuse(t, i), { factor: columns + 2 });
    s.cacheWrite(update, "local");
    const arrays = [{ shape: [rows, columns], data: X }, { shape: [rows, columns] }];
    expect(runSchedule(s, [input, scan], arrays)).toEqual(
      counting(rows * columns).map((at) => sumAt(Math.floor(at / columns), at % columns)),
    );
  });

  test("whose update is copied, and the copy computed in tiles", () => {
    const { X: input, update, scan } = sums();
    const s = te.createSchedule(scan.op);
    const copy = s.cacheRead(update, "local", [scan.op]);
    const stage = s.stage(copy);
    stage.split(stage.fuse(...(copy.op.axis as [tir.IterVar, tir.IterVar])), { factor: 3 });
    s.cacheWrite(copy, "local");
    const arrays = [{ shape: [rows, columns], data: X }, { shape: [rows, columns] }];
    expect(runSchedule(s, [input, scan], arrays)).toEqual(
      counting(rows * columns).map((at) => sumAt(Math.floor(at / columns), at % columns)),
    );
  });

  test.each([
    [1, 1],
    [3, 1],
    [3, 4],
  ])(
    "of %i rows of %i, with sizes known at the call, its update's loops fused and reordered",
    (n, m) => {
      const [N, M] = [te.sizeVar("n"), te.sizeVar("m")];
      const input = te.placeholder([N, M], { name: "X", dtype: "int32" });
      const state = te.placeholder([N, M], { name: "state", dtype: "int32" });
      const init = te.compute([1, M], (t, i) => input(t, i), "init");
      const update = te.compute([N, M], (t, i) => state(t.sub(1), i).add(input(t, i)), "update");
      const scan = te.scan(init, update, state, { inputs: [input] });
      const s = te.createSchedule(scan.op);
      const stage = s.stage(update);
      const [outer, inner] = stage.split(stage.fuse(update.op.axis[0]!, update.op.axis[1]!), {
        factor: 2,
      });
      stage.reorder(inner, outer);
      stage.fuse(inner, outer);
      const data = X.filter((_, at) => at % columns < m).slice(0, n * m);
      const shape = [n, m];
      expect(runSchedule(s, [input, scan], [{ shape, data }, { shape }])).toEqual(
        counting(n * m).map((at) => sumAt(Math.floor(at / m), at % m)),
      );
    },
  );

  test("whose initial rows read a stage that is computed in its steps", () => {
    const A = te.placeholder([rows, columns], { name: "A", dtype: "int32" });
    const T = te.compute([rows, columns], (t, i) => A(t, i).add(1), "T");
    const state = te.placeholder([rows, columns], { name: "state", dtype: "int32" });
    const init = te.compute([1, columns], (t, i) => T(t, i), "init");
    const update = te.compute([rows, columns], (t, i) => state(t.sub(1), i).add(T(t, i)), "update");
    const scan = te.scan(init, update, state, { inputs: [T] });
    const s = te.createSchedule(scan.op);
    const step = (scan.op as te.ScanOp).scanAxis;
    s.stage(T).computeAt(s.stage(scan), step);
    s.stage(init).computeAt(s.stage(scan), step);
    expect(() => lower(s, [A, scan])).toThrow(
      /T is computed inside axis .* of scan, but init uses it outside that loop/,
    );
  });

  test("that has initial rows only, its loop split and fused", () => {
    const A = te.placeholder([1, columns], { name: "A", dtype: "int32" });
    const state = te.placeholder([1, columns], { name: "state", dtype: "int32" });
    const init = te.compute([1, columns], (t, i) => A(t, i), "init");
    const update = te.compute([1, columns], (t, i) => state(t.sub(1), i).add(A(t, i)), "update");
    const scan = te.scan(init, update, state, { inputs: [A] });
    const s = te.createSchedule(scan.op);
    const stage = s.stage(scan);
    const [outer, inner] = stage.split((scan.op as te.ScanOp).scanAxis, { nparts: 2 });
    const [again] = stage.split(stage.fuse(outer, inner), { factor: 2 });
    s.stage(init).computeAt(stage, again);
    const data = counting(columns);
    const arrays = [{ shape: [1, columns], data }, { shape: [1, columns] }];
    expect(runSchedule(s, [A, scan], arrays)).toEqual(data);
  });

  test("of which only an initial row is read", () => {
    const { X: input, scan } = sums(2);
    const out = te.compute([columns], (b) => scan(0, b), "out");
    const s = te.createSchedule(out.op);
    const arrays = [{ shape: [rows, columns], data: X }, { shape: [columns] }];
    expect(runSchedule(s, [input, out], arrays)).toEqual(X.slice(0, columns));
  });
});

describe("a reduction whose length is read from a tensor", () => {
  const lengths = [0, 1, 3, 6];

  function ragged(computedLength: boolean) {
    const E = te.placeholder([6], { name: "E", dtype: "int32" });
    const L0 = te.placeholder([4], { name: "L0", dtype: "int32" });
    const L = computedLength ? te.compute([4], (i) => L0(i).add(0), "L") : L0;
    const Y = te.compute(
      [4],
      (n) => {
        const rg = te.reduceAxis([0, L(n)], "rg");
        return te.sum(E(rg), rg);
      },
      "Y",
    );
    return { E, L0, L, Y, s: te.createSchedule(Y.op) };
  }

  function run({ s, E, L0, Y }: ReturnType<typeof ragged>): number[] {
    return runSchedule(
      s,
      [E, L0, Y],
      [{ shape: [6], data: counting(6) }, { shape: [4], data: lengths }, { shape: [4] }],
    );
  }

  const schedules: Record<string, (program: ReturnType<typeof ragged>) => void> = {
    "with the default schedule": () => undefined,
    cacheWrite: ({ s, Y }) => void s.cacheWrite(Y, "local"),
    "cacheWrite in tiles that the rows do not fill": ({ s, Y }) => {
      s.stage(Y).split(Y.op.axis[0]!, { factor: 3 });
      s.cacheWrite(Y, "local");
    },
    cacheRead: ({ s, L, Y }) => void s.cacheRead(L, "local", [Y]),
    "cacheRead, then cacheWrite": ({ s, L, Y }) => {
      s.cacheRead(L, "local", [Y]);
      s.cacheWrite(Y, "local");
    },
    "cacheRead inside the loop of its reader": ({ s, L, Y }) => {
      const copy = s.cacheRead(L, "local", [Y]);
      s.stage(copy).computeAt(s.stage(Y), Y.op.axis[0]!);
    },
    "split, then cacheRead": ({ s, L, Y }) => {
      s.stage(Y).split(Y.op.reduceAxis[0]!, { factor: 2 });
      s.cacheRead(L, "local", [Y]);
    },
    "cacheRead, then split": ({ s, L, Y }) => {
      s.cacheRead(L, "local", [Y]);
      s.stage(Y).split(s.stage(Y).op.reduceAxis[0]!, { factor: 4 });
    },
  };
  test.each(Object.entries(schedules))("%s", (_, schedule) => {
    for (const computedLength of [false, true]) {
      const program = ragged(computedLength);
      schedule(program);
      expect(run(program)).toEqual([0, 0, 3, 15]);
    }
  });

  test("the length computed inline, also after its copy was split", () => {
    const program = ragged(true);
    program.s.stage(program.Y).split(program.Y.op.reduceAxis[0]!, { factor: 2 });
    program.s.stage(program.L).computeInline();
    expect(run(program)).toEqual([0, 0, 3, 15]);
  });

  test("a length is read only where it is needed: the rows of a tile may be more", () => {
    const L = te.placeholder([3], { name: "L", dtype: "int32" });
    const A = te.placeholder([3, 5], { name: "A", dtype: "int32" });
    const T = te.compute(
      [3, 5],
      (i, j) => {
        const r = te.reduceAxis([0, L(i)], "r");
        return te.sum(A(i, r).add(j), r);
      },
      "T",
    );
    const U = te.compute([3, 5], (i, j) => T(i, j).mul(2), "U");
    const s = te.createSchedule(U.op);
    const fused = s.stage(U).fuse(...(U.op.axis as [tir.IterVar, tir.IterVar]));
    const [outer] = s.stage(U).split(fused, { factor: 4 });
    s.stage(T).computeAt(s.stage(U), outer);
    const arrays = [
      { shape: [3], data: [2, 0, 5] },
      { shape: [3, 5], data: counting(15) },
      { shape: [3, 5] },
    ];
    const total = [1, 0, 60];
    const lengthOf = [2, 0, 5];
    expect(runSchedule(s, [L, A, U], arrays)).toEqual(
      counting(15).map((at) => {
        const [i, j] = [Math.floor(at / 5), at % 5];
        return 2 * (total[i]! + lengthOf[i]! * j);
      }),
    );
  });

  test("an axis of such a length cannot be fused with a data axis, or factored out", () => {
    const { s, E, L0, Y } = ragged(false);
    expect(() => s.rfactor(Y, Y.op.reduceAxis[0]!)).toThrow("is read from a tensor");
    s.stage(Y).fuse(Y.op.axis[0]!, Y.op.reduceAxis[0]!);
    expect(() => lower(s, [E, L0, Y])).toThrow("cannot be fused with a data axis");
  });

  test("an extent cannot be computed inside its own loop", () => {
    const { s, L, L0, E, Y } = ragged(true);
    s.stage(L).computeAt(s.stage(Y), Y.op.reduceAxis[0]!);
    expect(() => lower(s, [E, L0, Y])).toThrow(UsageError);
    expect(() => lower(s, [E, L0, Y])).toThrow(
      "stage L is computed at axis rg of Y, but it gives the extent of rg",
    );
  });

  test("the axis from before the copy is refused; the message names the new one", () => {
    const { s, L, Y } = ragged(false);
    s.cacheRead(L, "local", [Y]);
    expect(() => s.stage(Y).split(Y.op.reduceAxis[0]!, { factor: 2 })).toThrow(
      "take the axis from schedule.stage(Y).op.reduceAxis",
    );
  });
});

test("a part of one output is read, and another part of the other", () => {
  const A = te.placeholder([2, 5], { name: "A", dtype: "int32" });
  const [sum, twice] = te.compute([2, 5], (i, j) => [A(i, j).add(1), A(i, j).mul(2)], "B");
  const C = te.compute([5], (j) => sum!(1, j).add(twice!(te.floorMod(j, 2), j)), "C");
  const s = te.createSchedule(C.op);
  const arrays = [{ shape: [2, 5], data: counting(10) }, { shape: [5] }];
  expect(runSchedule(s, [A, C], arrays)).toEqual(
    counting(5).map((j) => 5 + j + 1 + 2 * ((j % 2) * 5 + j)),
  );
});
