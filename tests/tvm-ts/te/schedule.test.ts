import { describe, expect, test } from "vitest";
import { te, type tir } from "tvm-ts";

function matmul() {
  const A = te.placeholder([32, 32], { name: "A" });
  const B = te.placeholder([32, 32], { name: "B" });
  const k = te.reduceAxis([0, 32], "k");
  const C = te.compute([32, 32], (x, y) => te.sum(A(x, k).mul(B(k, y)), k), "C");
  const s = te.createSchedule(C.op);
  const [x, y] = C.op.axis;
  return { A, B, C, s, c: s.stage(C), x: x!, y: y!, k };
}

const loops = (stage: te.Stage) => stage.leafIterVars.map((axis) => axis.name).join(" ");

describe("the loops of a stage", () => {
  test("are split, fused, reordered and tiled", () => {
    const { c, x, y, k } = matmul();
    const [xo, yo, xi, yi] = c.tile(x, y, 8, 8);
    expect(loops(c)).toBe("x.outer y.outer x.inner y.inner k");
    const [ko, ki] = c.split(k, { nparts: 4 });
    c.reorder(xo, yo, ko, xi, ki, yi);
    expect(loops(c)).toBe("x.outer y.outer k.outer x.inner k.inner y.inner");
    c.fuse(xo, yo);
    expect(loops(c)).toBe("x.outer.y.outer.fused k.outer x.inner k.inner y.inner");
  });

  test("keep their places when only some are reordered", () => {
    const { c, x, k } = matmul();
    c.reorder(k, x);
    expect(loops(c)).toBe("k y x");
  });

  test("may be fused in reverse order, and the fused loop keeps the loops' order", () => {
    const { c, x, y } = matmul();
    const fused = c.fuse(y, x);
    expect(fused.name).toBe("y.x.fused");
    expect(c.relations[0]).toMatchObject({ kind: "fuse", outer: x, inner: y });
  });

  test("get a loop of a single step when no axis is fused", () => {
    const { c } = matmul();
    c.fuse();
    expect(loops(c)).toBe("singleton x y k");
  });
});

test("a primitive that fails leaves the schedule as it was", () => {
  const { A, C, s, c, x, y, k } = matmul();
  const [xo] = c.split(x, { factor: 8 });
  const before = { state: c.state, stages: s.stages };
  const attempts: (() => unknown)[] = [
    () => c.tile(y, x, 4, 4),
    () => c.tile(y, y, 4, 4),
    () => c.fuse(xo, k),
    () => c.reorder(y, x),
    () => c.vectorize(k),
    () => s.cacheRead(A, "nowhere", C),
    () => s.rfactor(C, k),
    () => s.cacheWrite([C, A], "local"),
  ];
  for (const attempt of attempts) {
    expect(attempt).toThrow();
    expect(c.state).toBe(before.state);
    expect(s.stages).toBe(before.stages);
  }
});

test("primitives without a result return the stage, so that they can be chained", () => {
  const { c, x, y } = matmul();
  expect(c.parallel(x).vectorize(y).pragma(x, "note", 1)).toBe(c);
});

test("a stage is found by its tensor, its operation, and the operations that replaced it", () => {
  const { C, s, c } = matmul();
  const declared = C.op;
  const [cached] = s.cacheWrite([C], "local");
  expect(s.stage(C)).toBe(c);
  expect(s.stage(declared)).toBe(c);
  expect(s.stage(c.op)).toBe(c);
  expect(s.get(cached!).name).toBe("C.local");
  expect(s.stages.map((stage) => stage.name)).toEqual(["A", "B", "C.local", "C"]);
});

test("copies of one tensor in one memory have different names", () => {
  const { A, C, s } = matmul();
  const first = s.cacheRead(A, "shared", [C]);
  const second = s.cacheRead(A, "shared", [first]);
  const third = s.cacheRead(A, "shared", [second]);
  expect([first, second, third].map((tensor) => tensor.name)).toEqual([
    "A.shared",
    "A.d.shared",
    "A.d.d.shared",
  ]);
});

test("an axis that stages are computed at may be split afterwards", () => {
  const { A, B } = matmul();
  const D = te.compute([32, 32], (x, y) => A(x, y).add(1), "D");
  const E = te.compute([32, 32], (x, y) => D(x, y).add(B(x, y)), "E");
  const s = te.createSchedule(E);
  const x = E.op.axis[0]!;
  s.stage(D).computeAt(s.stage(E), x);
  const [, inner] = s.stage(E).split(x, { factor: 4 });
  const normalized = s.normalize().stage(D).attachment as { axis: tir.IterVar };
  expect(normalized.axis).toBe(inner);
});

test("normalizing and lowering leave the schedule as it was", () => {
  const { A, B, C, s, c } = matmul();
  const before = c.state;
  const first = te.scheduleToModule(s, [A, B, C]).toString();
  expect(c.state).toBe(before);
  expect(te.scheduleToModule(s, [A, B, C]).toString()).toBe(first);
});

describe("automatic inlining", () => {
  function stencil() {
    const A = te.placeholder([16, 16], { name: "A" });
    const k = te.reduceAxis([0, 16], "k");
    const shifted = te.compute([16, 16], (i, j) => A(j, i), "shifted");
    const same = te.compute([16, 16], (i, j) => shifted(i, j).add(1), "same");
    const sums = te.compute([16], (i) => te.sum(same(i, k), k), "sums");
    const out = te.compute([16], (i) => sums(i).mul(2), "out");
    const s = te.createSchedule(out);
    const inlined = () =>
      s.stages.filter((stage) => stage.attachment.type === "inline").map((stage) => stage.name);
    return { s, shifted, inlined };
  }

  test("inlines every stage that is not a reduction or an output", () => {
    const { s, inlined } = stencil();
    te.autoInlineInjective(s);
    expect(inlined()).toEqual(["shifted", "same"]);
  });

  test("inlines stages that read the element that they compute", () => {
    const { s, inlined } = stencil();
    te.autoInlineElemWise(s);
    expect(inlined()).toEqual(["same"]);
  });

  test("does not inline stages that are scheduled already", () => {
    const { s, shifted, inlined } = stencil();
    s.stage(shifted).unroll(shifted.op.axis[0]!);
    te.autoInlineInjective(s);
    expect(inlined()).toEqual(["same"]);
  });
});
