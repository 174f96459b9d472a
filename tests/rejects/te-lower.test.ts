import { build, lower, te, tir } from "tvm-ts";
import { testRefused, type Mark } from "../support/refused";

/** A chain `A -> B -> C` of 64 elements each, its axes named `i`. */
function chain(mark: Mark = () => {}) {
  mark("A");
  const A = te.placeholder([64], { name: "A" });
  mark("B");
  const B = te.compute([64], (i) => A(i).add(1), "B");
  mark("C");
  const C = te.compute([64], (i) => B(i).mul(2), "C");
  const s = te.createSchedule(C);
  return { A, B, C, s, b: s.stage(B), c: s.stage(C), i: C.op.axis[0]! };
}

/** An intrinsic that adds `n` elements. */
function adder(n: number, mark: Mark = () => {}): te.TensorIntrin {
  const a = te.placeholder([n], { name: "a" });
  const b = te.placeholder([n], { name: "b" });
  const c = te.compute([n], (i) => a(i).add(b(i)), "c");
  mark("adder");
  return te.declTensorIntrin(
    c.op,
    (ins, outs) =>
      tir.callExtern(
        "int32",
        "vadd",
        outs[0]!.accessPtr("w"),
        ins[0]!.accessPtr("r"),
        ins[1]!.accessPtr("r"),
      ),
    { name: "adder", defaultBufferParams: { offsetFactor: n } },
  );
}

function sums(mark: Mark) {
  const A = te.placeholder([4, 64], { name: "A" });
  const B = te.placeholder([4, 64], { name: "B" });
  mark("C");
  const C = te.compute([4, 64], (i, j) => A(i, j).add(B(i, j)), "C");
  const s = te.createSchedule(C);
  return { A, B, C, s, c: s.stage(C), i: C.op.axis[0]!, j: C.op.axis[1]! };
}

/** `step` applied ten thousand times. */
function nested(step: (inner: tir.PrimExpr) => tir.PrimExpr, start: tir.PrimExpr): tir.PrimExpr {
  return Array.from({ length: 10_000 }).reduce<tir.PrimExpr>((inner) => step(inner), start);
}

testRefused([
  {
    why: "an input is missing from the arguments",
    program: (mark) => {
      const { C, s } = chain(mark);
      mark();
      te.scheduleToModule(s, [C]);
    },
    sentence: "the placeholder A is read, but is not among the arguments (C); add it",
    notes: ["A"],
  },
  {
    why: "the output is missing from the arguments",
    program: (mark) => {
      const { A, s } = chain(mark);
      mark();
      te.scheduleToModule(s, [A]);
    },
    sentence: "the output C is not among the arguments (A), so the caller would not get it; add it",
    notes: ["C"],
  },
  {
    why: "an argument is passed twice",
    program: (mark) => {
      const { A, C, s } = chain();
      mark();
      te.scheduleToModule(s, [A, A, C]);
    },
    sentence: "A is among the arguments twice; pass it once",
  },
  {
    why: "an argument is a number",
    program: (mark) => {
      const { A, C, s } = chain();
      mark();
      te.scheduleToModule(s, [A, C, 3 as never]);
    },
    sentence: "the argument 3 is neither a tensor, nor a buffer, nor a variable",
  },
  {
    why: "a reduction axis is used outside of a reduction",
    program: (mark) => {
      const A = te.placeholder([8, 8], { name: "A" });
      mark("k");
      const k = te.reduceAxis([0, 8], "k");
      mark();
      const B = te.compute([8], (i) => A(i, k), "B");
      te.scheduleToModule(te.createSchedule(B), [A, B]);
    },
    sentence:
      "B uses the variable k, which is neither one of its axes (a reduction axis counts only inside te.sum and other reducers) nor defined by an argument",
    notes: ["k"],
  },
  {
    why: "a tensor is read outside of it",
    program: (mark) => {
      mark("A");
      const A = te.placeholder([8], { name: "A" });
      mark();
      const B = te.compute([8], (i) => A(i).add(A(i.add(1))), "B");
      te.scheduleToModule(te.createSchedule(B), [A, B]);
    },
    sentence:
      "B reads A outside its bounds: index 0 is from 1 to 8, but there are 8 elements; guard the read with te.ifThenElse, or compute fewer elements",
    notes: ["A"],
  },
  {
    why: "a tensor is read before its beginning",
    program: (mark) => {
      mark("A");
      const A = te.placeholder([8, 8], { name: "A" });
      const k = te.reduceAxis([0, 3], "k");
      mark();
      const B = te.compute([8], (i) => te.sum(A(i, k.sub(1)), k), "B");
      te.scheduleToModule(te.createSchedule(B), [A, B]);
    },
    sentence:
      "B reads A outside its bounds: index 1 is from -1 to 1, but there are 8 elements; guard the read with te.ifThenElse, or compute fewer elements",
    notes: ["A"],
  },
  {
    why: "a stage is computed where one of its consumers is not",
    program: (mark) => {
      const { A, B } = chain(mark);
      mark("C");
      const C = te.compute([64], (i) => B(i).add(1), "C");
      mark("D");
      const D = te.compute([64], (i) => B(i).add(C(i)), "D");
      const s = te.createSchedule(D);
      mark();
      s.stage(B).computeAt(s.stage(C), C.op.axis[0]!);
      te.scheduleToModule(s, [A, D]);
    },
    sentence:
      "stage B is computed inside axis i of C, but D uses it outside that loop; compute it at a loop that is around all its consumers",
    notes: ["B", "D"],
  },
  {
    why: "the axis a stage is computed at was fused into another since",
    program: (mark) => {
      const { A, B } = chain();
      mark("D");
      const D = te.compute([8, 8], (i, j) => B(i.mul(8).add(j!)), "D");
      const s = te.createSchedule(D);
      const [i, j] = D.op.axis;
      mark();
      s.stage(B).computeAt(s.stage(D), i!);
      s.stage(D).fuse(i!, j!);
      te.scheduleToModule(s, [A, D]);
    },
    sentence:
      "stage B is computed at axis i of D, which is no longer a loop (the loops are i.j.fused); move it with computeAt after changing the loops",
    notes: ["D"],
  },
  {
    why: "a stage is computed in a loop of an inlined stage",
    program: (mark) => {
      const { A, B } = chain();
      mark("C");
      const C = te.compute([64], (i) => B(i).add(1), "C");
      const D = te.compute([64], (i) => C(i).add(1), "D");
      const s = te.createSchedule(D);
      mark();
      s.stage(B).computeAt(s.stage(C), C.op.axis[0]!);
      s.stage(C).computeInline();
      te.scheduleToModule(s, [A, D]);
    },
    sentence:
      "stage B is computed at axis i of C, which is inlined and has no loops; compute it inside a stage that is not inlined, or inline it too",
    notes: ["C"],
  },
  {
    why: "the initial stage of a scan is inlined",
    program: (mark) => {
      const X = te.placeholder([8, 4], { name: "X" });
      const state = te.placeholder([8, 4], { name: "state" });
      const init = te.compute([1, 4], (_, i) => X(0, i!), "init");
      const update = te.compute([8, 4], (t, i) => state(t.sub(1), i!), "update");
      mark("scan");
      const scan = te.scan(init, update, state, { name: "sc" });
      const s = te.createSchedule(scan);
      mark();
      s.stage(init).computeInline();
      te.scheduleToModule(s, [X, scan]);
    },
    sentence:
      "stage init cannot be inlined into sc, which is a scan and reads it from memory; leave out computeInline",
    notes: ["scan"],
  },
  {
    why: "loops of different extents run on one thread",
    program: (mark) => {
      const { A, B } = chain();
      const C = te.compute([32], (i) => B(i), "C");
      const s = te.createSchedule(C);
      mark("thread");
      const thread = te.threadAxis("threadIdx.x");
      s.stage(C).bind(C.op.axis[0]!, thread);
      const [outer] = s.stage(B).split(B.op.axis[0]!, { factor: 8 });
      mark();
      s.stage(B).bind(outer, thread);
      te.scheduleToModule(s, [A, C]);
    },
    sentence:
      "axis i.outer of stage B has extent 4, but its thread axis threadIdx.x is also bound to a loop of extent 32; loops on the same thread have the same extent",
    notes: ["thread"],
  },
  {
    why: "a virtual thread has a symbolic extent",
    program: (mark) => {
      const n = te.var("n");
      const A = te.placeholder([n], { name: "A" });
      const B = te.compute([n], (i) => A(i), "B");
      const s = te.createSchedule(B);
      mark();
      s.stage(B).bind(B.op.axis[0]!, te.threadAxis("vthread"));
      te.scheduleToModule(s, [A, B]);
    },
    sentence:
      "axis i of stage B is bound to vthread and must have a constant extent, but its extent is n; split it with nparts and bind the outer part",
  },
  {
    why: "a data axis is inside a reduction over threads",
    program: (mark) => {
      const A = te.placeholder([8, 8], { name: "A" });
      const k = te.reduceAxis([0, 8], "k");
      mark("B");
      const B = te.compute([8], (i) => te.sum(A(i, k), k), "B");
      const s = te.createSchedule(B);
      s.stage(B).reorder(k, B.op.axis[0]!);
      mark();
      s.stage(B).bind(k, te.threadAxis("threadIdx.x"));
      te.scheduleToModule(s, [A, B]);
    },
    sentence:
      "axis i of stage B is inside the reduction axis k, which is bound to threads; reorder the data axes outward",
    notes: ["B"],
  },
  {
    why: "a tensor is prefetched in a loop of one step",
    program: (mark) => {
      const { A, B, C, s, c, i } = chain();
      const [, inner] = c.split(i, { factor: 1 });
      mark();
      c.prefetch(B, inner, 1);
      te.scheduleToModule(s, [A, C]);
    },
    sentence:
      "axis i.inner of stage C has only one step, so there is no later step to prefetch for; prefetch at a loop of more steps",
  },
  {
    why: "an intrinsic covers more than the loop",
    program: (mark) => {
      const { A, B, C, s, c, j } = sums(mark);
      const [, inner] = c.split(j, { factor: 8 });
      mark();
      c.tensorize(inner, adder(16, mark));
      te.scheduleToModule(s, [A, B, C]);
    },
    sentence:
      "stage C cannot be tensorized by adder: it covers 8 steps of axis j, but the intrinsic's axis i has 16; split the axis so that they agree",
    notes: ["C", "adder"],
  },
  {
    why: "an intrinsic has no axis for an outer loop inside of it",
    program: (mark) => {
      const { A, B, C, s, c, i } = sums(mark);
      mark();
      c.tensorize(i, adder(64, mark));
      te.scheduleToModule(s, [A, B, C]);
    },
    sentence:
      "stage C cannot be tensorized by adder: the intrinsic has no axis for i, of which it would cover 4 steps; tensorize a loop inside of that one",
    notes: ["C", "adder"],
  },
  {
    why: "an intrinsic computes something else",
    program: (mark) => {
      const A = te.placeholder([64], { name: "A" });
      const B = te.placeholder([64], { name: "B" });
      mark("C");
      const C = te.compute([64], (i) => A(i).mul(B(i)), "C");
      const s = te.createSchedule(C);
      const [, inner] = s.stage(C).split(C.op.axis[0]!, { factor: 16 });
      mark();
      s.stage(C).tensorize(inner, adder(16, mark));
      te.scheduleToModule(s, [A, B, C]);
    },
    sentence:
      "stage C cannot be tensorized by adder: it computes (a[i]*b[i]), but the intrinsic computes (a[i] + b[i])",
    notes: ["C", "adder"],
  },
  {
    why: "an intrinsic reads other data types",
    program: (mark) => {
      const A = te.placeholder([64], { name: "A", dtype: "int8" });
      const B = te.placeholder([64], { name: "B" });
      mark("C");
      const C = te.compute([64], (i) => A(i).astype("float32").add(B(i)), "C");
      const s = te.createSchedule(C);
      const [, inner] = s.stage(C).split(C.op.axis[0]!, { factor: 16 });
      mark();
      s.stage(C).tensorize(inner, adder(16, mark));
      te.scheduleToModule(s, [A, B, C]);
    },
    sentence:
      "stage C cannot be tensorized by adder: it reads int8 values of A, but the intrinsic reads float32",
    notes: ["C", "adder"],
  },
  {
    why: "an intrinsic reads another number of tensors",
    program: (mark) => {
      const A = te.placeholder([64], { name: "A" });
      mark("C");
      const C = te.compute([64], (i) => A(i).add(A(i)), "C");
      const s = te.createSchedule(C);
      const [, inner] = s.stage(C).split(C.op.axis[0]!, { factor: 16 });
      mark();
      s.stage(C).tensorize(inner, adder(16, mark));
      te.scheduleToModule(s, [A, C]);
    },
    sentence: "stage C cannot be tensorized by adder: it reads 1 tensor, but the intrinsic reads 2",
    notes: ["C", "adder"],
  },
  {
    why: "a split inside an intrinsic does not divide its axis",
    program: (mark) => {
      const { A, B, C, s, c, j } = sums(mark);
      const [, inner] = c.split(j, { factor: 24 });
      mark();
      c.tensorize(inner, adder(24, mark));
      te.scheduleToModule(s, [A, B, C]);
    },
    sentence:
      "stage C cannot be tensorized by adder: a split does not divide its axis, so the condition tir.likely(((j.inner + (j.outer*24)) < 64)) would be inside the intrinsic; split by a factor that divides the extent",
    notes: ["C", "adder"],
  },
  {
    why: "two loops of a stage are tensorized",
    program: (mark) => {
      const { A, B, C, s, c, i, j } = sums(mark);
      c.tensorize(i, adder(64, mark));
      mark();
      c.tensorize(j, adder(64, mark));
      te.scheduleToModule(s, [A, B, C]);
    },
    sentence: "stage C is tensorized at i and j; tensorize only one of its loops",
  },
  {
    why: "a stage is computed in a loop that an intrinsic replaced",
    program: (mark) => {
      const A = te.placeholder([64], { name: "A" });
      const B = te.placeholder([64], { name: "B" });
      const D = te.compute([64], (i) => A(i).mul(2), "D");
      const C = te.compute([64], (i) => D(i).add(B(i)), "C");
      const s = te.createSchedule(C);
      mark("split");
      const [outer, inner] = s.stage(C).split(C.op.axis[0]!, { factor: 16 });
      s.stage(C).tensorize(outer, adder(64, mark));
      mark();
      s.stage(D).computeAt(s.stage(C), inner);
      te.scheduleToModule(s, [A, B, C]);
    },
    sentence:
      "stage D is computed at axis i.inner of C, but that loop is inside an intrinsic; compute it at a loop outside of it",
    notes: ["split"],
  },
  {
    why: "the output is a placeholder",
    program: (mark) => {
      mark("A");
      const A = te.placeholder([64], { name: "A" });
      const s = te.createSchedule(A);
      mark();
      te.scheduleToModule(s, [A]);
    },
    sentence:
      "the schedule computes nothing: its output A is a placeholder; create the schedule for a tensor that is computed from it",
    notes: ["A"],
  },
  {
    why: "an inlined stage has split loops",
    program: (mark) => {
      const { A, B, C, s, b } = chain();
      mark("split");
      b.split(B.op.axis[0]!, { factor: 4 });
      mark();
      b.computeInline();
      te.scheduleToModule(s, [A, C]);
    },
    sentence:
      "stage B is inlined and has no loops, but its axis i is split; leave out one of the two",
    notes: ["split"],
  },
  {
    why: "a tensor is prefetched that is not read",
    program: (mark) => {
      const { A, C, s, c, i } = chain(mark);
      mark();
      c.prefetch(A, i, 1);
      te.scheduleToModule(s, [A, C]);
    },
    sentence: "stage C cannot prefetch A at axis i: C does not read it; it reads B",
    notes: ["A"],
  },
  {
    why: "a tensor is prefetched that is inlined",
    program: (mark) => {
      const { A, B, C, s, b, c, i } = chain(mark);
      b.computeInline();
      mark();
      c.prefetch(B, i, 1);
      te.scheduleToModule(s, [A, C]);
    },
    sentence: "stage C cannot prefetch B at axis i: it is inlined and has no memory",
    notes: ["B"],
  },
  {
    why: "a loop is unrolled into more statements than allowed",
    program: (mark) => {
      const A = te.placeholder([1 << 20], { name: "A" });
      const B = te.compute([1 << 20], (i) => A(i).add(1), "B");
      const s = te.createSchedule(B);
      mark();
      s.stage(B).unroll(B.op.axis[0]!);
      lower(s, [A, B]);
    },
    sentence:
      "loop i cannot be unrolled to 1048576 statements; at most 262144 are possible: split it and unroll the inner loop",
  },
  {
    why: "ten thousand operations are nested, each in the right operand of another",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      const B = te.compute([8], (i) => nested((inner) => i.add(inner), A(i)), "B");
      const s = te.createSchedule(B);
      mark();
      lower(s, [A, B]);
    },
    sentence:
      "main is nested too deeply to be lowered; compute parts of its longest expressions as separate tensors, and inline fewer stages",
  },
  {
    why: "the code for a sum of ten thousand summands would be nested as deeply",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      const B = te.compute([8], (i) => nested((inner) => inner.add(i), A(i)), "B");
      const s = te.createSchedule(B);
      const module = lower(s, [A, B]);
      mark();
      build(module);
    },
    sentence:
      "main is nested too deeply to be compiled; compute parts of its longest expressions as separate tensors, and inline fewer stages",
  },
  {
    why: "the arguments are one tensor",
    program: (mark) => {
      const { A, s } = chain();
      mark();
      lower(s, A as never);
    },
    sentence: "lower of a schedule needs the arguments of its function, such as [A, B, C]",
  },
  {
    why: "a name is passed instead of the options of lower",
    program: (mark) => {
      const { A, C, s } = chain();
      mark();
      lower(s, [A, C], "double" as never);
    },
    sentence: 'the options must be an object, such as { name: "main" }, not "double"',
  },
  {
    why: "a function has an empty name",
    program: (mark) => {
      const { A, C, s } = chain();
      mark();
      lower(s, [A, C], { name: "" });
    },
    sentence: 'the name of a function must be a non-empty string, not ""',
  },
  {
    why: "the context of lower is a plain object",
    program: (mark) => {
      const { A, C, s } = chain();
      mark();
      lower(s, [A, C], { context: {} as never });
    },
    sentence: "the context of lower must be a PassContext; write new tvm.PassContext({ ... })",
  },
  {
    why: "the buffers of arguments are a plain object, not a Map",
    program: (mark) => {
      const { A, C, s } = chain();
      mark();
      lower(s, [A, C], { binds: { A } as never });
    },
    sentence: "binds must be a Map from tensors to their buffers",
  },
  {
    why: "a target is passed instead of the options of build",
    program: (mark) => {
      const { A, C, s } = chain();
      mark();
      build(s, [A, C], "c" as never);
    },
    sentence: 'the options must be an object, such as { target: "c" }, not "c"',
  },
  {
    why: "a target is a number",
    program: (mark) => {
      const { A, C, s } = chain();
      mark();
      build(s, [A, C], { target: 3 as never });
    },
    sentence: 'a target is a text such as "wasm" or "c", not 3',
  },
  {
    why: "a loop is moved outside of the loop that its length depends on",
    program: (mark) => {
      const A = te.placeholder([4, 8], { name: "A", dtype: "int32" });
      const L = te.placeholder([4], { name: "L", dtype: "int32" });
      mark();
      const T = te.compute(
        [4],
        (i) => {
          const k = te.reduceAxis([0, L(i)], "k");
          return te.sum(A(i, k), k);
        },
        "T",
      );
      const s = te.createSchedule(T.op);
      s.stage(T).reorder(T.op.reduceAxis[0]!, T.op.axis[0]!);
      lower(s, [A, L, T]);
    },
    sentence:
      "a loop of stage T has an extent that depends on axis i, but the loop over i is inside of it; " +
      "move i further out with reorder",
    notes: ["mistake"],
  },
]);
