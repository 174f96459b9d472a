import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { te, view } from "tvm-ts";

/** `C = A + 1` through a cached stage, split, bound, attached and unrolled. */
function example() {
  const A = te.placeholder([64], { name: "A", dtype: "float32" });
  const B = te.compute([64], (i) => A(i).add(1), "B");
  const C = te.compute([64], (i) => B(i).mul(2), "C");
  const s = te.createSchedule(C.op);
  const [outer, inner] = s.stage(C).split(C.op.axis[0]!, { factor: 8 });
  s.stage(C).unroll(inner);
  s.stage(C).pragma(outer, "auto_unroll_max_step", 16);
  s.stage(B).computeAt(s.stage(C), outer);
  s.stage(B).setScope("local");
  return { A, B, C, s };
}

function bundleOf(value: unknown): view.MimeBundle {
  return (value as Record<symbol, () => view.MimeBundle>)[Symbol.for("Jupyter.display")]!();
}

test("a schedule shows each stage's place, memory and loops", () => {
  const { s } = example();
  const bundle = bundleOf(s);
  const [a, b, c] = (bundle[view.mimeTypes.schedule] as view.ScheduleView).stages;
  expect(a).toMatchObject({ name: "A", operation: "placeholder", loops: [] });
  expect(b).toMatchObject({
    name: "B",
    operation: "compute",
    inputs: ["A"],
    scope: "local",
    place: { where: "loop", stage: "C", axis: "i.outer", at: [2, 0] },
    // As much as one step of i.outer needs.
    loops: [{ name: "i", extent: "8", iterType: "DataPar", loopType: "DataPar" }],
  });
  expect(c).toMatchObject({
    isOutput: true,
    place: { where: "root" },
    loops: [
      { name: "i.outer", extent: "8", pragmas: ["auto_unroll_max_step = 16"] },
      { name: "i.inner", extent: "8", loopType: "Unrolled" },
    ],
    relations: [
      { kind: "split", parent: "i", outer: "i.outer", inner: "i.inner", by: "factor", amount: "8" },
    ],
  });
  expect(bundle["text/html"]).toContain("in C's loop i.outer, in local");
  expect(JSON.parse(JSON.stringify(bundle))).toEqual(bundle);
});

test("a stage has its own view, with the reference's text", () => {
  const { s, B } = example();
  const bundle = bundleOf(s.stage(B));
  const { stages } = bundle[view.mimeTypes.schedule] as view.ScheduleView;
  expect(stages).toHaveLength(1);
  expect(stages[0]!.place).toEqual({ where: "loop", stage: "C", axis: "i.outer" });
  expect(stages[0]!.loops[0]!.extent).toBe("8");
  expect(bundle["text/plain"]).toBe(String(s.stage(B)));
});

test("a schedule that cannot be lowered yet is shown with what was declared", () => {
  const A = te.placeholder([64], { name: "A" });
  const B = te.compute([64], (i) => A(i).add(1), "B");
  const [C, D] = ["C", "D"].map((name) => te.compute([64], (i) => B(i).mul(2), name)) as [
    te.Tensor,
    te.Tensor,
  ];
  const s = te.createSchedule([C, D]);
  s.stage(B).computeAt(s.stage(C), C.op.axis[0]!); // D needs it, too
  const { stages } = view.scheduleView(s);
  expect(stages.find(({ name }) => name === "B")!.loops[0]!.extent).toBe("64");
});

test("a trace of lowering shows every pass and each text once", () => {
  const { s, A, C } = example();
  const trace = tvm.lower(s, [A, C], { trace: true });
  const bundle = bundleOf(trace);
  const passes = bundle[view.mimeTypes.passes] as view.PassView;
  expect(passes.steps.map((step) => step.name)).toContain("tir.StorageFlatten");
  expect(new Set(passes.texts).size).toBe(passes.texts.length);
  for (const step of passes.steps) expect(step.changed).toBe(step.before !== step.after);
  const last = passes.steps.at(-1)!;
  expect(passes.texts[last.after]).toBe(String(trace.module));
  const blocks = (bundle["text/html"] as string).match(/<details/g)!;
  const results = passes.steps.filter((step) => step.changed).map((step) => step.after);
  expect(blocks).toHaveLength(new Set(results).size);
});

test("in HTML a sequence is above its passes, as in JupyterLab", () => {
  const { s, A, C } = example();
  const trace = tvm.lower(s, [A, C], { trace: true });
  const { steps } = bundleOf(trace)[view.mimeTypes.passes] as view.PassView;
  expect(steps[0]).toMatchObject({ name: "sequential", isSequence: true, depth: 0 });
  steps.slice(1).forEach((step, i) => {
    expect(step.depth).toBeLessThanOrEqual(steps[i]!.depth + (steps[i]!.isSequence ? 1 : 0));
  });
  const html = bundleOf(trace)["text/html"] as string;
  // Each behind the one before it; passes of one name may have taken the same time.
  let at = -1;
  for (const { name, milliseconds } of steps) {
    at = html.indexOf(`${name} (${milliseconds.toFixed(2)}`, at + 1);
    expect(at, name).toBeGreaterThanOrEqual(0);
  }
});

test("a pass that changes only white space has changed nothing", () => {
  const { s, A, C } = example();
  const trace = tvm.lower(s, [A, C], { trace: true });
  const { steps, texts } = bundleOf(trace)[view.mimeTypes.passes] as view.PassView;
  const bare = texts.map((text) => text.replace(/\s+/g, " "));
  expect(new Set(bare).size).toBe(bare.length);
  for (const step of steps.filter(({ changed }) => changed)) {
    expect(bare[step.before]).not.toBe(bare[step.after]);
  }
});

test("lowering that fails shows the passes until then, and the error", () => {
  const { s, A, C } = example();
  const failing: tvm.pass.FunctionPass = {
    name: "test.Refuse",
    doc: "Refuses every function.",
    run() {
      throw new tvm.UsageError("te-stage", "this function is refused");
    },
  };
  const context = new tvm.PassContext({ config: { "tir.add_lower_pass": [[1, failing]] } });
  const trace = tvm.lower(s, [A, C], { context, trace: true });
  expect(trace.failure?.error.message).toContain("this function is refused");
  expect(() => trace.module).toThrow("this function is refused");
  expect(() => tvm.lower(s, [A, C], { context })).toThrow("this function is refused");
  const bundle = bundleOf(trace);
  const passes = bundle[view.mimeTypes.passes] as view.PassView;
  expect(passes.failure?.error).toBe("UsageError");
  expect(passes.failure?.message).toContain("this function is refused");
  expect(passes.steps.at(-1)).toMatchObject({ name: "test.Refuse", changed: false });
  expect(passes.steps.map(({ name }) => name)).toContain("tir.StorageFlatten");
  expect(bundle["text/html"]).toContain("test.Refuse failed");
  expect(bundle["text/plain"]).toContain("test.Refuse failed: this function is refused");
});

test("a stage in an on-chip memory shows how much of the memory it needs", () => {
  const { s } = example();
  const sizes = { local: 64 };
  const [, b, c] = view.scheduleView(s, sizes).stages;
  // As much as one step of i.outer needs: 8 floats.
  expect(b!.memory).toEqual({ needed: 32, capacity: 64 });
  expect(c!.memory).toBeUndefined();
});

test("the title of an array is the name of its variable, if there is a kernel", () => {
  const array = tvm.np.arange(6);
  const session = globalThis as { jupyter?: object };
  session.jupyter = {
    variables: () =>
      new Map<string, unknown>([
        ["other", 1],
        ["data", array],
      ]),
  };
  try {
    expect(bundleOf(array)[view.mimeTypes.tensor]).toMatchObject({ name: "data" });
    expect(bundleOf(view.heatmap(array, "A"))[view.mimeTypes.tensor]).toMatchObject({ name: "A" });
  } finally {
    delete session.jupyter;
  }
});

test("every row of every table has both colours, so that its text is visible in every theme", () => {
  const { np } = tvm;
  const html = bundleOf(view.difference(np.arange(4), np.zeros([4])))["text/html"] as string;
  const rows = html.match(/<(?:tr|td|th)[^>]*>/g)!;
  expect(rows.length).toBeGreaterThan(4);
  for (const row of rows) expect(row).toMatch(/background:#\w+;color:#\w+/);
});

test("tensors have a picture for front ends without HTML; agreement is a tick", () => {
  const { np } = tvm;
  expect(bundleOf(np.arange(4))["image/png"]).toMatch(/^iVBOR/);
  const same = bundleOf(view.difference(np.arange(4), np.arange(4)));
  expect(same["text/html"]).toContain("✓");
  expect(same["text/html"]).not.toContain("<img");
});

test("expressions, tensors, axes and statements are shown as their texts, also in console.log", () => {
  const { A, C } = example();
  const axis = C.op.axis[0]!;
  for (const value of [A, A.op, axis, A(axis)]) {
    expect(bundleOf(value)).toEqual({ "text/plain": String(value) });
    expect(inspect(value)).toBe(String(value));
  }
  const loop = new tvm.tir.Evaluate(new tvm.tir.IntImm(3));
  expect(inspect(loop)).toBe("3");
  expect(bundleOf(loop)["text/plain"]).toBe("3");
});

/** The origins of the loops of `module`, by the names of their variables. */
function originsIn(module: tvm.IRModule): Map<string, readonly view.LoopOrigin[]> {
  const { facts } = view.irView(module);
  return new Map(
    facts.flatMap((fact) =>
      fact.kind === "loop"
        ? [[(facts[fact.variable] as view.VariableFact).name, fact.origins] as const]
        : [],
    ),
  );
}

test("an array of one number is shown as the number, not as a picture", () => {
  const { nd, np } = tvm;
  expect(bundleOf(np.array([1, 2, 3]).sum())).toEqual({ "text/plain": "6.0" });
  const single = nd.array(np.array([[7]]).astype("int8"));
  expect(bundleOf(single)).toEqual({ "text/plain": "<NDArray shape=[1, 1], int8, cpu(0)>\n[[7]]" });
  expect(Object.keys(bundleOf(np.array([1, 2])))).toContain(view.mimeTypes.tensor);
});

test("a device is shown as its name", () => {
  expect(bundleOf(tvm.cpu(0))).toEqual({ "text/plain": "cpu(0)" });
  expect(inspect({ on: tvm.cpu(0) })).toBe("{ on: cpu(0) }");
});

test("a loop knows what it was split, fused and copied from, back to the declared axes", () => {
  const A = te.placeholder([64, 64], { name: "A" });
  const k = te.reduceAxis([0, 64], "k");
  const B = te.compute([64], (i) => te.sum(A(i, k), k), "B");
  const s = te.createSchedule(B.op);
  const cache = s.cacheWrite(B, "global");
  const [outer, inner] = s.stage(B).split(B.op.axis[0]!, { nparts: 4 });
  const [innerOuter, innerInner] = s.stage(B).split(inner, { factor: 2 });
  const fused = s.stage(B).fuse(outer, innerOuter);
  s.stage(cache).computeAt(s.stage(B), fused);
  s.stage(cache).reorder(cache.op.reduceAxis[0]!, cache.op.axis[0]!);
  const origins = originsIn(tvm.lower(s, [A, B], { simpleMode: true }));

  const split = { from: ["i"], by: "nparts", amount: "4" };
  const splitAgain = { from: ["i.inner"], by: "factor", amount: "2" };
  expect(origins.get("i.outer.i.inner.outer.fused")).toEqual([
    {
      name: "i.outer.i.inner.outer.fused",
      how: "fused",
      from: ["i.outer", "i.inner.outer"],
    },
    { name: "i.outer", how: "outer", ...split },
    { name: "i.inner.outer", how: "outer", ...splitAgain },
    { name: "i.inner", how: "inner", ...split },
  ]);
  expect(origins.get(innerInner.name)).toEqual([
    { name: "i.inner.inner", how: "inner", ...splitAgain },
    { name: "i.inner", how: "inner", ...split },
  ]);
  expect(origins.get("i.c")).toEqual([{ name: "i.c", how: "cache", from: ["i"] }]);
  expect(origins.get("i.c.init")?.[0]).toEqual({ name: "i.c.init", how: "init", from: ["i.c"] });
  expect(origins.get("k")).toEqual([]);
});

test("variables that passes make keep the place and origin of the original", () => {
  const n = 1 << 20;
  const A = te.placeholder([new tvm.tir.IntImm(n, "int64")], { name: "A" });
  const B = te.compute(A.shape, (i) => A(i).add(1), "B");
  const s = te.createSchedule(B.op);
  s.stage(B).split(B.op.axis[0]!, { factor: 16 });
  const { facts } = view.irView(tvm.lower(s, [A, B], { simpleMode: true }));
  const inner = facts.find((fact) => fact.kind === "variable" && fact.name === "i.inner");
  expect(inner).toMatchObject({ dtype: "int32", madeAt: { file: fileURLToPath(import.meta.url) } });
  const loops = facts.filter((fact) => fact.kind === "loop");
  expect(loops.map(({ origins }) => origins[0]?.how)).toEqual(["outer", "inner"]);
});

test("buffers and loops have the place where the program made them", () => {
  const { s, A, C } = example();
  const { facts } = view.irView(tvm.lower(s, [A, C], { simpleMode: true }));
  const madeAt = (kind: string, name: string) => {
    const fact = facts.find((each) => each.kind === kind && "name" in each && each.name === name);
    return (fact as view.VariableFact | undefined)?.madeAt;
  };
  const here = fileURLToPath(import.meta.url);
  const lines = readFileSync(here, "utf8").split("\n");
  const lineOf = (kind: string, name: string) => {
    const place = madeAt(kind, name)!;
    expect(place.file).toBe(here);
    return lines[place.line - 1];
  };
  expect(lineOf("variable", "i.outer")).toContain(".split(C.op.axis[0]!");
  expect(lineOf("buffer", "A")).toContain("const A = te.placeholder");
  expect(lineOf("buffer", "B")).toContain("const B = te.compute");
});
