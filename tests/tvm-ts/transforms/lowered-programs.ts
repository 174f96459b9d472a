/**
 * Programs with types, options and primitives that the golden programs do not have; the texts to which
TVM 0.10 lowers them are in `lowered/`.
 */

import {
  lower,
  PassContext,
  te,
  tir,
  topi,
  transforms,
  type IRModule,
  type PassConfig,
} from "tvm-ts";

const configured = (config: PassConfig): PassContext => new PassContext({ config });

/** `C = 3*A + 1` by way of `B`. */
function threeAndOne() {
  const A = te.placeholder([64, 16], { name: "A" });
  const B = te.compute([64, 16], (i, j) => A(i, j).mul(3), "B");
  const C = te.compute([64, 16], (i, j) => B(i, j).add(1), "C");
  const s = te.createSchedule(C);
  const [row, column] = C.op.axis;
  return { A, B, C, s, b: s.stage(B), c: s.stage(C), row: row!, column: column! };
}

/** A matrix product of this size by calls of two functions, on parts of larger matrices. */
function gemm(size: number): te.TensorIntrin {
  const a = te.placeholder([size, size], { name: "a" });
  const b = te.placeholder([size, size], { name: "b" });
  const k = te.reduceAxis([0, size], "k");
  const c = te.compute([size, size], (i, j) => te.sum(a(i, k).mul(b(k, j)), k), "c");
  const part = (of: te.Tensor, name: string, stride: string): [te.Tensor, tir.Buffer] => {
    const strides = [te.var(stride), 1];
    return [of, tir.declBuffer(of.shape, of.dtype, { name, offsetFactor: 1, strides })];
  };
  return te.declTensorIntrin(
    c.op,
    ([left, right], [out]) => {
      const call = (name: string, ...args: tir.ExprLike[]) =>
        tir.callExtern("int32", name, out!.accessPtr("w"), ...args);
      const update = () =>
        call(
          "gemm_update",
          left!.accessPtr("r"),
          right!.accessPtr("r"),
          left!.strides[0]!,
          right!.strides[0]!,
          out!.strides[0]!,
        );
      return [update(), call("gemm_reset", out!.strides[0]!), update()];
    },
    {
      name: "gemm",
      binds: new Map([part(a, "Ab", "s1"), part(b, "Bb", "s2"), part(c, "Cb", "s3")]),
    },
  );
}

const rolling = configured({ "tir.add_lower_pass": [[0, transforms.injectRollingBuffer]] });

export const programs: Readonly<Record<string, () => IRModule>> = {
  "bfloat16-matmul"() {
    const A = te.placeholder([8, 8], { name: "A", dtype: "bfloat16" });
    const B = te.placeholder([8, 8], { name: "B", dtype: "bfloat16" });
    const k = te.reduceAxis([0, 8], "k");
    const C = te.compute([8, 8], (i, j) => te.sum(A(i, k).mul(B(k, j)), k), "C");
    return lower(te.createSchedule(C), [A, B, C], { simpleMode: true });
  },

  "int4-vectorized"() {
    const A = te.placeholder([8], { name: "A", dtype: "int4" });
    const C = te.compute([8], (i) => A(i).mul(A(i)).add(te.const(3, "int4")), "C");
    const s = te.createSchedule(C);
    s.stage(C).vectorize(C.op.axis[0]!);
    return lower(s, [A, C], { simpleMode: true });
  },

  "no-elements"() {
    const A = te.placeholder([4, 0], { name: "A" });
    const B = te.compute([4, 0], (i, j) => A(i, j).add(1), "B");
    return lower(te.createSchedule(B), [A, B], { simpleMode: true });
  },

  "vector-elements"() {
    const A = te.placeholder([8], { name: "A", dtype: "float32x2" });
    const B = te.compute([8], (i) => A(i).add(A(i)), "B");
    const C = te.compute([8], (i) => B(i).mul(B(i)), "C");
    return lower(te.createSchedule(C), [A, C], { simpleMode: true });
  },

  "bool-elements"() {
    const A = te.placeholder([8], { name: "A", dtype: "bool" });
    const B = te.placeholder([8], { name: "B", dtype: "int32" });
    const either = (i: tir.Var) => te.any(B(i).lt(9), tir.not(A(i)));
    const C = te.compute([8], (i) => te.all(A(i), B(i).gt(3), either(i)), "C");
    const D = te.compute([8], (i) => te.select(C(i), B(i), B(i).neg()), "D");
    const s = te.createSchedule(D);
    s.stage(C).computeAt(s.stage(D), D.op.axis[0]!);
    return lower(s, [A, B, D], { simpleMode: true });
  },

  "int64-extents"() {
    const n = te.var("n", "int64");
    const A = te.placeholder([n], { name: "A" });
    const B = te.compute([n], (i) => A(n.sub(1).sub(i)).mul(2), "B");
    const s = te.createSchedule(B);
    s.stage(B).split(B.op.axis[0]!, { factor: 8 });
    return lower(s, [A, B]);
  },

  "symbolic-convolution"() {
    const [n, m] = [te.var("n"), te.var("m")];
    const A = te.placeholder([n.add(2), m.add(2)], { name: "A" });
    const W = te.placeholder([3, 3], { name: "W" });
    const [y, x] = [te.reduceAxis([0, 3], "y"), te.reduceAxis([0, 3], "x")];
    const product = (i: tir.Var, j: tir.Var) => A(i.add(y), j.add(x)).mul(W(y, x));
    const C = te.compute([n, m], (i, j) => te.sum(product(i, j), [y, x]), "C");
    const D = te.compute([n, m], (i, j) => tir.max(C(i, j), 0), "D");
    const s = te.createSchedule(D);
    const [, column, , lanes] = s.stage(D).tile(D.op.axis[0]!, D.op.axis[1]!, 4, 8);
    s.stage(C).computeAt(s.stage(D), column).unroll(y);
    s.stage(D).vectorize(lanes);
    return lower(s, [A, W, D]);
  },

  "tensorized-tiles"() {
    const A = te.placeholder([32, 64], { name: "A" });
    const B = te.placeholder([64, 48], { name: "B" });
    const k = te.reduceAxis([0, 64], "k");
    const C = te.compute([32, 48], (i, j) => te.sum(A(i, k).mul(B(k, j)), k), "C");
    const s = te.createSchedule(C);
    const [rows, columns, row, column] = s.stage(C).tile(C.op.axis[0]!, C.op.axis[1]!, 16, 16);
    const [parts, inner] = s.stage(C).split(k, { factor: 16 });
    s.stage(C).reorder(rows, columns, parts, row, column, inner).tensorize(row, gemm(16));
    return lower(s, [A, B, C], { simpleMode: true });
  },

  "double-buffer-split"() {
    const { A, C, s, b, c, row } = threeAndOne();
    b.computeAt(c, row).doubleBuffer().setScope("local");
    const context = configured({ "tir.InjectDoubleBuffer": { splitLoop: 4 } });
    return lower(s, [A, C], { simpleMode: true, context });
  },

  "double-buffer-in-contexts"() {
    const { A, B, C, s, b, c, row } = threeAndOne();
    const [outer, inner] = c.split(row, { nparts: 2 });
    c.bind(outer, te.threadAxis("cthread"));
    b.setScope("local").computeAt(c, inner).doubleBuffer().pragma(B.op.axis[1]!, "dma_copy");
    return lower(s, [A, C], { simpleMode: true });
  },

  "many-contexts"() {
    const { A, C, s, b, c, row, column } = threeAndOne();
    const [outer, inner] = c.split(row, { nparts: 32 });
    c.bind(outer, te.threadAxis("cthread"));
    b.computeAt(c, inner);
    const [half] = c.split(column, { nparts: 2 });
    c.bind(half, te.threadAxis("cthread"));
    return lower(s, [A, C], { simpleMode: true });
  },

  "prefetch-parts"() {
    const A = te.placeholder([32, 33], { name: "A" });
    const B = te.compute([32, 31], (i, j) => A(i, j).add(A(i, j.add(2))), "B");
    const s = te.createSchedule(B);
    const [outer] = s.stage(B).split(B.op.axis[1]!, { factor: 8 });
    s.stage(B).prefetch(A, outer, 1);
    return lower(s, [A, B], { simpleMode: true });
  },

  "padding-partitioned"() {
    const A = te.placeholder([30, 30], { name: "A" });
    const P = topi.nn.pad(A, [1, 1], [1, 1], { name: "P" });
    const [y, x] = [te.reduceAxis([0, 3], "y"), te.reduceAxis([0, 3], "x")];
    const C = te.compute([30, 30], (i, j) => te.sum(P(i.add(y), j.add(x)), [y, x]), "C");
    const s = te.createSchedule(C);
    s.stage(P).computeInline();
    const context = configured({ "tir.LoopPartition": { partitionConstLoop: true } });
    return lower(s, [A, C], { context });
  },

  "threads-reduce-and-one-stores"() {
    const A = te.placeholder([8, 64], { name: "A" });
    const k = te.reduceAxis([0, 64], "k");
    const B = te.compute([8], (i) => te.max(A(i, k), k), "B");
    const s = te.createSchedule(B);
    const [, inner] = s.stage(B).split(k, { factor: 16 });
    const partial = s.rfactor(B, inner) as te.Tensor;
    const { axis, reduceAxis } = s.stage(B).op;
    const thread = te.threadAxis("threadIdx.x");
    s.stage(partial).computeAt(s.stage(B), reduceAxis[0]!);
    s.stage(B).bind(reduceAxis[0]!, thread).bind(axis[0]!, te.threadAxis("blockIdx.x"));
    s.stage(B).setStorePredicate(thread.eq(0));
    return lower(s, [A, B], { simpleMode: true });
  },

  "rolling-window"() {
    const A = te.placeholder([34], { name: "A" });
    const B = te.compute([34], (i) => A(i).mul(2), "B");
    const D = te.compute([32], (i) => B(i).add(B(i.add(2))), "D");
    const s = te.createSchedule(D);
    s.stage(B).computeAt(s.stage(D), D.op.axis[0]!).rollingBuffer();
    return lower(s, [A, D], { simpleMode: true, context: rolling });
  },

  "rolling-pools"() {
    const pool = (of: te.Tensor, [rows, columns]: [number, number], name: string) => {
      const [y, x] = [te.reduceAxis([0, 3], `${name}_y`), te.reduceAxis([0, 3], `${name}_x`)];
      return te.compute([rows, columns], (h, w) => te.max(of(h.add(y), w.add(x)), [y, x]), name);
    };
    const A = te.placeholder([14, 16], { name: "A", dtype: "int32" });
    const B = pool(A, [12, 14], "B");
    const D = pool(B, [10, 12], "D");
    const s = te.createSchedule(D);
    const [outer] = s.stage(D).split(D.op.axis[0]!, { factor: 4 });
    s.stage(B).computeAt(s.stage(D), outer).rollingBuffer();
    return lower(s, [A, D], { simpleMode: true, context: rolling });
  },

  "rolling-in-two-dimensions"() {
    const A = te.placeholder([18, 17], { name: "A", dtype: "int32" });
    const B = te.compute([18, 17], (h, w) => A(h, w).mul(2), "B");
    const D = te.compute([16, 17], (h, w) => B(h, w).add(B(h.add(2), w)), "D");
    const E = te.compute([16, 14], (h, w) => D(h, w).add(D(h, w.add(3))), "E");
    const s = te.createSchedule(E);
    const e = s.stage(E);
    const [ho, hi] = e.split(E.op.axis[0]!, { factor: 4 });
    const [wo, wi] = e.split(E.op.axis[1]!, { factor: 5 });
    e.reorder(ho, wo, hi, wi);
    const d = s.stage(D).computeAt(e, wo).rollingBuffer();
    d.storageAlign(D.op.axis[0]!, 8, 1);
    s.stage(B).computeAt(e, wo).rollingBuffer().setScope("local");
    return lower(s, [A, E], { simpleMode: true, context: rolling });
  },
};
