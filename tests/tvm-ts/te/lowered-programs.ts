/** Programs; the texts to which TVM 0.10 lowers them are in `lowered/`. */

import { te, tir, type IRModule } from "tvm-ts";

type Thread = "blockIdx.x" | "blockIdx.y" | "threadIdx.x" | "threadIdx.y" | "vthread";

const thread = (tag: Thread, name?: string) =>
  te.threadAxis(tag, name === undefined ? {} : { name });

function square(n: number) {
  const A = te.placeholder([n, n], { name: "A" });
  const B = te.compute([n, n], (i, j) => A(i, j).add(1), "B");
  const C = te.compute([n, n], (i, j) => B(i, j).mul(2), "C");
  return { A, B, C };
}

function rowSums(rows: number, columns: number) {
  const A = te.placeholder([rows, columns], { name: "A" });
  const k = te.reduceAxis([0, columns], "k");
  const B = te.compute([rows], (i) => te.sum(A(i, k), k), "B");
  const s = te.createSchedule(B);
  return { A, B, k, s, b: s.stage(B) };
}

/** The sum of each row, but never less than the row's number. */
function sumsAtLeast() {
  const A = te.placeholder([10, 8], { name: "A" });
  const k = te.reduceAxis([0, 8], "k");
  const sum = (i: tir.Var) =>
    te.commReducer(
      (x, y) => te.max(x.add(y), i.astype("float32")),
      (dtype) => i.astype(dtype),
    );
  const B = te.compute([10], (i) => sum(i)(A(i, k), k), "B");
  return { A, B, k, s: te.createSchedule(B) };
}

/** The largest of each row, with its index. */
function largest() {
  const argmax = te.tupleReducer(
    (x, y) => {
      const wins = x[1]!.ge(y[1]!);
      return [te.select(wins, x[0]!, y[0]!), te.select(wins, x[1]!, y[1]!)];
    },
    ([t0, t1]) => [te.const(-1, t0), te.minValue(t1!)],
  );
  const A = te.placeholder([4, 8], { name: "A", dtype: "int32" });
  const k = te.reduceAxis([0, 8], "k");
  const outputs = te.compute([4], (i) => argmax([k, A(i, k)], k), "M");
  return { A, k, outputs, s: te.createSchedule(outputs[0]!) };
}

/** `z(i) = sum of a(k) * b(i, k)`, by calls of three functions. */
function dotIntrinsic(): te.TensorIntrin {
  const a = te.placeholder([16], { name: "a" });
  const b = te.placeholder([4, 16], { name: "b" });
  const k = te.reduceAxis([0, 16], "k");
  const z = te.compute([4], (i) => te.sum(a(k).mul(b(i, k)), k), "z");
  return te.declTensorIntrin(
    z.op,
    (ins, outs) => [
      callOf("body", ins, outs),
      callOf("reset", ins, outs),
      callOf("update", ins, outs),
    ],
    { name: "gv", defaultBufferParams: { offsetFactor: 1 } },
  );
}

function callOf(
  name: string,
  ins: readonly tir.Buffer[],
  outs: readonly tir.Buffer[],
): tir.PrimExpr {
  const reads = ins.map((buffer) => buffer.accessPtr("r"));
  return tir.callExtern("int32", name, outs[0]!.accessPtr("w"), ...reads);
}

function reducingCalls() {
  const A = te.placeholder([6, 4, 16], { name: "A" });
  const B = te.placeholder([4, 4, 16], { name: "B" });
  const kk = te.reduceAxis([0, 4], "kk");
  const dot = dotIntrinsic();
  const C = te.compute(
    [6, 4],
    (i) => dot.call([A.region(i, kk, [0, 16]), B.region(kk, [0, 4], [0, 16])], { reduceAxis: kk }),
    "C",
  );
  return { A, B, C, s: te.createSchedule(C) };
}

export const programs: Readonly<Record<string, () => IRModule>> = {
  extern() {
    const A = te.placeholder([4, 8], { name: "A" });
    const B = te.placeholder([4, 8], { name: "B" });
    const C = te.extern(
      [4, 8],
      [A, B],
      ([a, b], [c]) =>
        tir.callExtern("int32", "f", a!.accessPtr("r"), b!.accessPtr("r"), c!.accessPtr("w")),
      { name: "C" },
    );
    const D = te.compute([4, 8], (i, j) => C(i, j).add(1), "D");
    return te.scheduleToModule(te.createSchedule(D), [A, B, D]);
  },

  "extern-builder"() {
    const n = te.var("n");
    const A = te.placeholder([n], { name: "A" });
    const build = (ins: readonly tir.Buffer[], outs: readonly tir.Buffer[]): tir.Stmt => {
      const ib = tir.irBuilder();
      const a = ib.bufferPtr(ins[0]!);
      const [b, c] = outs.map((buffer) => ib.bufferPtr(buffer));
      ib.forRange(0, n, {}, (i) => {
        ib.ifScope(i.lt(3), () => b!.set(i, a.get(i).add(1)));
        ib.elseScope(() => b!.set(i, a.get(i).mul(2)));
        c!.set(i, a.get(i));
      });
      return ib.get();
    };
    const [B, C] = te.extern([[n], [n]], [A], build, {
      name: "X",
      dtype: ["float32", "float32"],
    });
    return te.scheduleToModule(te.createSchedule(B!), [A, B!, C!]);
  },

  "threads-reduce-together"() {
    const A = te.placeholder([16, 100], { name: "A" });
    const k = te.reduceAxis([0, 100], "k");
    const C = te.compute([16], (i) => te.sum(A(i, k), k, { where: A(i, k).gt(0) }), "C");
    const s = te.createSchedule(C);
    const [, inner] = s.stage(C).split(k, { factor: 32 });
    s.stage(C)
      .bind(inner, thread("threadIdx.x"))
      .bind(C.op.axis[0]!, thread("blockIdx.x"))
      .setStorePredicate(thread("threadIdx.x").eq(0));
    return te.scheduleToModule(s, [A, C]);
  },

  "reducer-of-an-axis"() {
    const { A, B, s } = sumsAtLeast();
    s.stage(B).split(B.op.axis[0]!, { factor: 4 });
    const local = s.cacheWrite(B, "local");
    s.stage(local).split(local.op.reduceAxis[0]!, { factor: 4 });
    return te.scheduleToModule(s, [A, B]);
  },

  "reducer-of-an-axis-in-threads"() {
    const { A, B, k, s } = sumsAtLeast();
    const [, inner] = s.stage(B).split(k, { factor: 4 });
    s.stage(B).bind(inner, thread("threadIdx.x")).bind(B.op.axis[0]!, thread("blockIdx.x"));
    return te.scheduleToModule(s, [A, B]);
  },

  "rfactor-in-threads"() {
    const { A, B, k, s, b } = rowSums(16, 128);
    const [, inner] = b.split(k, { factor: 16 });
    const factored = s.rfactor(B, inner) as te.Tensor;
    const [outer, row] = b.split(b.op.axis[0]!, { factor: 4 });
    const tx = thread("threadIdx.x");
    const reduced = b.op.reduceAxis[0]!;
    b.bind(outer, thread("blockIdx.x")).bind(row, thread("threadIdx.y")).bind(reduced, tx);
    s.stage(factored).computeAt(b, reduced);
    b.setStorePredicate(tx.eq(0));
    return te.scheduleToModule(s, [A, B]);
  },

  "rfactor-second-dimension"() {
    const A = te.placeholder([16, 128], { name: "A" });
    const k = te.reduceAxis([0, 128], "k");
    const m = te.reduceAxis([0, 4], "m");
    const B = te.compute([16], (i) => te.sum(A(i, k).mul(m), [k, m]), "B");
    const s = te.createSchedule(B);
    const [outer] = s.stage(B).split(k, { factor: 24 });
    s.rfactor(B, outer, 1);
    return te.scheduleToModule(s, [A, B]);
  },

  "rfactor-of-pairs"() {
    const { A, k, outputs, s } = largest();
    const [outer] = s.stage(outputs[0]!).split(k, { factor: 4 });
    s.rfactor(outputs[0]!, outer);
    return te.scheduleToModule(s, [A, ...outputs]);
  },

  group() {
    const { A, C } = square(32);
    const D = te.compute([32, 32], (i, j) => C(i, j).sub(1), "D");
    const s = te.createSchedule(D);
    s.createGroup(C, A).computeAt(s.stage(D), D.op.axis[0]!);
    return te.scheduleToModule(s, [A, D]);
  },

  "groups-nested"() {
    const { A, B, C } = square(32);
    const D = te.compute([32, 32], (i, j) => C(i, j).sub(1), "D");
    const E = te.compute([32, 32], (i, j) => D(i, j).sub(1), "E");
    const s = te.createSchedule(E);
    s.stage(B).computeAt(s.stage(C), C.op.axis[1]!);
    const inner = s.createGroup(C, A);
    const outer = s.createGroup(D, A);
    inner.computeAt(s.stage(D), D.op.axis[1]!);
    outer.computeAt(s.stage(E), E.op.axis[0]!);
    return te.scheduleToModule(s, [A, E]);
  },

  "scan-in-threads"() {
    const [m, n] = [te.var("m"), te.var("n")];
    const X = te.placeholder([m, n], { name: "X" });
    const state = te.placeholder([m, n], { name: "st" });
    const init = te.compute([1, n], (_, i) => X(0, i), "init");
    const update = te.compute([m, n], (t, i) => state(t.sub(1), i).add(X(t, i)), "up");
    const result = te.scan(init, update, state, { inputs: [X], name: "sc" });
    const s = te.createSchedule(result);
    for (const part of [update, init]) {
      const [, inner] = s.stage(part).split(part.op.axis[1]!, { factor: 32 });
      s.stage(part).bind(inner, thread("threadIdx.x"));
    }
    return te.scheduleToModule(s, [X, result]);
  },

  "scan-with-inner-stage"() {
    const n = te.var("n");
    const X = te.placeholder([8, n], { name: "X" });
    const state = te.placeholder([8, n], { name: "st" });
    const init = te.compute([1, n], (_, i) => X(0, i), "init");
    const doubled = te.compute([8, n], (t, i) => state(t.sub(1), i).mul(2), "tmp");
    const update = te.compute([8, n], (t, i) => doubled(t, i).add(X(t, i)), "up");
    const result = te.scan(init, update, state, { inputs: [X], name: "sc" });
    const out = te.compute([4, n], (i, j) => result(i, j).add(1), "out");
    const s = te.createSchedule(out);
    s.stage(doubled).computeAt(s.stage(update), update.op.axis[1]!);
    return te.scheduleToModule(s, [X, out]);
  },

  "scan-of-two-states"() {
    const [m, n, l] = [te.var("m"), te.var("n"), te.var("l")];
    const X = te.placeholder([m, n], { name: "X" });
    const s1 = te.placeholder([m, n], { name: "s1" });
    const s2 = te.placeholder([m, l], { name: "s2" });
    const i1 = te.compute([1, n], (_, i) => X(0, i), "i1");
    const i2 = te.compute([1, l], () => te.const(0, "float32"), {
      name: "i2",
      varargsNames: ["_", "i"],
    });
    const u1 = te.compute([m, n], (t, i) => s1(t.sub(1), i).add(X(t, i)), "u1");
    const u2 = te.compute([m, l], (t, i) => s2(t.sub(1), i).add(s1(t.sub(1), 0)), "u2");
    const results = te.scan([i1, i2], [u1, u2], [s1, s2], { inputs: [X], name: "sc" });
    return te.scheduleToModule(te.createSchedule(results[0]!), [X, ...results, l]);
  },

  "intrinsic-call"() {
    const n = 16;
    const a = te.placeholder([n], { name: "a" });
    const b = te.placeholder([n], { name: "b" });
    const z = te.compute([n], (i) => a(i).add(b(i)), "z");
    const vectors = te.declTensorIntrin(
      z.op,
      ([x, y], [sum]) => {
        const [left, right] = [x!, y!].map((buffer) => buffer.vload([0], "float32x16"));
        return sum!.vstore([0], left!.add(right!));
      },
      { defaultBufferParams: { offsetFactor: n } },
    );
    const A = te.placeholder([8, n], { name: "A" });
    const B = te.placeholder([8, n], { name: "B" });
    const rows = (i: tir.Var) => vectors.call([A.region(i, [0, n]), B.region(i, [0, n])]);
    const C = te.compute([8, n], (i) => rows(i), "C");
    const s = te.createSchedule(C);
    s.stage(C).split(C.op.axis[0]!, { factor: 3 });
    return te.scheduleToModule(s, [A, B, C]);
  },

  "intrinsic-call-reducing"() {
    const { A, B, C, s } = reducingCalls();
    return te.scheduleToModule(s, [A, B, C]);
  },

  "intrinsic-call-cached"() {
    const { A, B, C, s } = reducingCalls();
    s.cacheWrite(C, "local");
    return te.scheduleToModule(s, [A, B, C]);
  },

  "tensorize-without-reset"() {
    const a = te.placeholder([16], { name: "a" });
    const b = te.placeholder([16], { name: "b" });
    const k = te.reduceAxis([0, 16], "k");
    const z = te.compute([1], () => te.sum(a(k).mul(b(k)), k), "z");
    const dot = te.declTensorIntrin(
      z.op,
      (ins, outs) => [callOf("body", ins, outs), null, callOf("update", ins, outs)],
      { name: "dot", defaultBufferParams: { offsetFactor: 1 } },
    );
    const A = te.placeholder([64], { name: "A" });
    const B = te.placeholder([64], { name: "B" });
    const kk = te.reduceAxis([0, 64], "kk");
    const C = te.compute([1], () => te.sum(A(kk).mul(B(kk)), kk), {
      name: "C",
      varargsNames: ["i"],
    });
    const s = te.createSchedule(C);
    const c = s.stage(C);
    const [outer, inner] = c.split(kk, { factor: 16 });
    c.reorder(outer, C.op.axis[0]!, inner).tensorize(C.op.axis[0]!, dot);
    return te.scheduleToModule(s, [A, B, C]);
  },

  "no-dimensions"() {
    const A = te.placeholder([], { name: "A" });
    const B = te.compute([], () => A().add(1), "B");
    const s = te.createSchedule(B);
    s.stage(B).bind(s.stage(B).fuse(), thread("threadIdx.x"));
    return te.scheduleToModule(s, [A, B]);
  },

  "long-indices"() {
    const n = te.var("n", "int64");
    const four = te.const(4, "int64");
    const A = te.placeholder([n, four], { name: "A" });
    const B = te.compute([n, four], (i, j) => A(i, j).add(1), "B");
    const s = te.createSchedule(B);
    const b = s.stage(B);
    const [outer, inner] = b.split(B.op.axis[0]!, { factor: 8 });
    b.fuse(inner, B.op.axis[1]!);
    b.bind(outer, thread("blockIdx.x"));
    return te.scheduleToModule(s, [A, B]);
  },

  "symbolic-tile"() {
    const [n, m] = [te.var("n"), te.var("m")];
    const A = te.placeholder([n, m], { name: "A" });
    const B = te.compute([n, m], (i, j) => A(i, j).add(1), "B");
    const C = te.compute([m, n], (i, j) => B(j, i).mul(2), "C");
    const s = te.createSchedule(C);
    const [, yOuter] = s.stage(C).tile(C.op.axis[0]!, C.op.axis[1]!, 8, 4);
    s.stage(B).computeAt(s.stage(C), yOuter).split(B.op.axis[1]!, { nparts: 3 });
    return te.scheduleToModule(s, [A, C]);
  },

  "warp-memory"() {
    const { A, B, C } = square(64);
    const s = te.createSchedule(C);
    const [b, c] = [s.stage(B), s.stage(C)];
    const tx = thread("threadIdx.x");
    const [outer, inner] = c.split(C.op.axis[1]!, { factor: 32 });
    c.bind(inner, tx).bind(C.op.axis[0]!, thread("blockIdx.x"));
    b.setScope("warp").computeAt(c, outer);
    b.bind(b.split(B.op.axis[1]!, { factor: 32 })[1], tx);
    return te.scheduleToModule(s, [A, C]);
  },

  "gpu-matmul"() {
    const n = 1024;
    const A = te.placeholder([n, n], { name: "A" });
    const B = te.placeholder([n, n], { name: "B" });
    const k = te.reduceAxis([0, n], "k");
    const C = te.compute([n, n], (i, j) => te.sum(A(i, k).mul(B(k, j)), k), "C");
    const s = te.createSchedule(C);
    const shared = [A, B].map((tensor) => s.cacheRead(tensor, "shared", C));
    const local = shared.map((tensor) => s.cacheRead(tensor, "local", C));
    const [c, cached] = [s.stage(C), s.stage(s.cacheWrite(C, "local"))];
    const [tx, ty] = [thread("threadIdx.x"), thread("threadIdx.y")];

    const [y, x] = C.op.axis;
    const [by, yRest] = c.split(y!, { factor: 64 });
    const [bx, xRest] = c.split(x!, { factor: 64 });
    const [vy, yThread] = c.split(yRest, { nparts: 2 });
    const [cy, yi] = c.split(yThread, { nparts: 8 });
    const [vx, xThread] = c.split(xRest, { nparts: 2 });
    const [cx, xi] = c.split(xThread, { nparts: 8 });
    c.reorder(by, bx, vy, vx, cy, cx, yi, xi)
      .bind(by, thread("blockIdx.y"))
      .bind(bx, thread("blockIdx.x"))
      .bind(vy, thread("vthread", "vy"))
      .bind(vx, thread("vthread", "vx"))
      .bind(cy, ty)
      .bind(cx, tx);

    cached.computeAt(c, cx);
    const [ko, kRest] = cached.split(k, { factor: 8 });
    const [kt, ki] = cached.split(kRest, { factor: 1 });
    cached.reorder(ko, kt, ki, ...cached.op.axis).unroll(kt);
    for (const tensor of shared) {
      const stage = s.stage(tensor).computeAt(cached, ko);
      const [row, rows] = stage.split(stage.op.axis[0]!, { nparts: 8 });
      const [column, columns] = stage.split(stage.op.axis[1]!, { nparts: 8 });
      const [, lanes] = stage.split(columns, { factor: 4 });
      stage.reorder(row, column, rows).bind(row, ty).bind(column, tx);
      stage.vectorize(lanes).doubleBuffer();
    }
    for (const tensor of local) s.stage(tensor).computeAt(cached, kt);
    return te.scheduleToModule(s, [A, B, C]);
  },

  "align-and-prefetch"() {
    const { A, B, C } = square(16);
    const s = te.createSchedule(C);
    const [i, j] = B.op.axis;
    s.stage(B).storageAlign(i!, 16, 8).storageAlign(j!, 4, 1).computeAt(s.stage(C), C.op.axis[0]!);
    s.stage(C).prefetch(B, C.op.axis[1]!, 2);
    return te.scheduleToModule(s, [A, C]);
  },

  pragmas() {
    const { A, B } = square(16);
    const s = te.createSchedule(B);
    const [i, j] = B.op.axis;
    s.stage(B)
      .pragma(i!, "import_llvm", "abc")
      .pragma(i!, "parallel_launch_point")
      .pragma(j!, "vectorize")
      .pragma(j!, "x", 3.5)
      .pragma(j!, "y", true);
    return te.scheduleToModule(s, [A, B]);
  },

  binds() {
    const A = te.placeholder([16], { name: "A" });
    const B = te.compute([16], (i) => A(i).add(1), "B");
    const a = tir.declBuffer([16], "float32", {
      name: "Ab",
      strides: [te.var("st")],
      offsetFactor: 1,
    });
    const b = tir.declBuffer([16], "float32", { name: "Bb", scope: "local", dataAlignment: 32 });
    const binds = new Map([
      [A, a],
      [B, b],
    ]);
    return te.scheduleToModule(te.createSchedule(B), [A, B, te.var("nn")], { binds });
  },

  "inline-chain"() {
    const A = te.placeholder([16, 16], { name: "A" });
    const X = [0, 1, 2, 3].reduce(
      (x, q) => te.compute([16, 16], (i, j) => x(j, i).add(q), `X${q}`),
      A,
    );
    const k = te.reduceAxis([0, 16], "k");
    const Y = te.compute([16], (i) => te.max(X(i, k), k, { where: X(k, i).gt(0) }), "Y");
    const s = te.createSchedule(Y);
    te.autoInlineInjective(s);
    return te.scheduleToModule(s, [A, Y]);
  },
};
