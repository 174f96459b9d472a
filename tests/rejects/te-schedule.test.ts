import { lower, te, tir } from "tvm-ts";
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

/** `C[x, y] = sum(A[x, k] * B[k, y])` */
function matmul(mark: Mark = () => {}) {
  const A = te.placeholder([32, 32], { name: "A" });
  const B = te.placeholder([32, 32], { name: "B" });
  mark("k");
  const k = te.reduceAxis([0, 32], "k");
  mark("C");
  const C = te.compute([32, 32], (x, y) => te.sum(A(x, k).mul(B(k, y)), k), "C");
  const s = te.createSchedule(C);
  const [x, y] = C.op.axis;
  return { A, B, C, s, c: s.stage(C), x: x!, y: y!, k };
}

testRefused([
  {
    why: "an axis is split that was split before",
    program: (mark) => {
      const { c, i } = chain();
      mark("split");
      c.split(i, { factor: 8 });
      mark();
      c.split(i, { factor: 4 });
    },
    sentence: "axis i of stage C was split and is no longer a loop; use i.outer or i.inner",
    notes: ["split"],
  },
  {
    why: "an axis is vectorized that was fused",
    program: (mark) => {
      const { c, x, y } = matmul();
      mark("fuse");
      c.fuse(x, y);
      mark();
      c.vectorize(y);
    },
    sentence: "axis y of stage C was fused and is no longer a loop; use x.y.fused",
    notes: ["fuse"],
  },
  {
    why: "an axis of another stage is reordered",
    program: (mark) => {
      const { B, b, c, i } = chain(mark);
      mark("split");
      const [outer] = c.split(i, { factor: 8 });
      mark();
      b.reorder(outer, B.op.axis[0]!);
    },
    sentence: "axis i.outer belongs to stage C, not to stage B, whose loops are i",
    notes: ["split", "B"],
  },
  {
    why: "an axis that no stage has is unrolled",
    program: (mark) => {
      const { c } = chain(mark);
      mark("k");
      const k = te.reduceAxis([0, 4], "k");
      mark();
      c.unroll(k);
    },
    sentence: "axis k is not a loop of stage C, whose loops are i",
    notes: ["k", "C"],
  },
  {
    why: "a number is passed instead of an axis",
    program: (mark) => {
      const { c } = chain();
      mark();
      c.parallel(0 as never);
    },
    sentence: "stage C needs one of its axes, such as its op.axis[0], not 0",
  },
  {
    why: "an axis is named twice in reorder",
    program: (mark) => {
      const { c, x, y } = matmul(mark);
      mark();
      c.reorder(x, y, x);
    },
    sentence: "axis x of stage C is named twice in reorder; name each once",
    notes: ["C"],
  },
  {
    why: "an axis is fused with itself",
    program: (mark) => {
      const { c, x } = matmul(mark);
      mark();
      c.fuse(x, x);
    },
    sentence: "axis x of stage C is named twice in fuse; name each once",
    notes: ["C"],
  },
  {
    why: "an axis is undefined",
    program: (mark) => {
      const { c } = chain();
      mark();
      c.fuse(undefined as never, undefined as never);
    },
    sentence: "stage C needs one of its axes, such as its op.axis[0], not undefined",
  },
  {
    why: "a split has no factor",
    program: (mark) => {
      const { c, i } = chain();
      mark();
      c.split(i, undefined as never);
    },
    sentence: "split of i of stage C needs either { factor } or { nparts }",
  },
  {
    why: "the memory of a copy has no name",
    program: (mark) => {
      const { A, B, s } = chain();
      mark();
      s.cacheRead(A, undefined as never, B);
    },
    sentence:
      'cacheRead of A: "undefined" is not a memory scope; scopes begin with global, shared, local, warp, wmma or texture',
  },
  {
    why: "axes that are not neighbours are fused",
    program: (mark) => {
      const { c, x, k } = matmul(mark);
      mark();
      c.fuse(x, k);
    },
    sentence:
      "axes x and k of stage C are not neighbours (the loops are x, y, k); reorder them before fusing",
    notes: ["C", "k"],
  },
  {
    why: "an axis is split by zero",
    program: (mark) => {
      const { c, i } = chain(mark);
      mark();
      c.split(i, { factor: 0 });
    },
    sentence:
      "axis i of stage C cannot be split by the factor 0; it must be an integer of at least 1",
    notes: ["C"],
  },
  {
    why: "an axis is split in a negative number of parts",
    program: (mark) => {
      const { c, i } = chain(mark);
      mark();
      c.split(i, { nparts: -2 });
    },
    sentence:
      "axis i of stage C cannot be split by the nparts -2; it must be an integer of at least 1",
    notes: ["C"],
  },
  {
    why: "an axis is split by neither factor nor nparts",
    program: (mark) => {
      const { c, i } = chain();
      mark();
      c.split(i, {} as never);
    },
    sentence: "split of i of stage C needs either { factor } or { nparts }",
  },
  {
    why: "the second axis of a tile is wrong",
    program: (mark) => {
      const { c, x } = matmul(mark);
      mark();
      c.tile(x, x, 4, 4);
    },
    sentence: "axis x of stage C was split and is no longer a loop; use x.outer or x.inner",
    notes: ["mistake"],
  },
  {
    why: "a reduction axis is vectorized",
    program: (mark) => {
      const { c, k } = matmul(mark);
      mark();
      c.vectorize(k);
    },
    sentence: "axis k of stage C is a reduction axis and cannot be vectorized; x, y can be",
    notes: ["k"],
  },
  {
    why: "a reduction axis runs in parallel",
    program: (mark) => {
      const { c, k } = matmul(mark);
      mark();
      c.parallel(k);
    },
    sentence: "axis k of stage C is a reduction axis and cannot be run in parallel; x, y can be",
    notes: ["k"],
  },
  {
    why: "the output is computed inside its producer",
    program: (mark) => {
      const { B, b, c } = chain(mark);
      mark();
      c.computeAt(b, B.op.axis[0]!);
    },
    sentence:
      "stage C cannot be computed inside another stage: it is an output of the schedule, which must be computed at the root",
    notes: ["C"],
  },
  {
    why: "a consumer is computed inside its producer",
    program: (mark) => {
      const { A, B } = chain(mark);
      mark("D");
      const D = te.compute([64], (i) => B(i).add(A(i)), "D");
      const E = te.compute([64], (i) => D(i).add(1), "E");
      const s = te.createSchedule(E);
      mark();
      s.stage(D).computeAt(s.stage(B), B.op.axis[0]!);
    },
    sentence:
      "stage D cannot be computed inside B: B is computed before it and does not use it; a stage is computed inside one that uses its result",
    notes: ["D", "B"],
  },
  {
    why: "a stage is computed inside itself",
    program: (mark) => {
      const { B, b } = chain();
      mark();
      b.computeAt(b, B.op.axis[0]!);
    },
    sentence:
      "stage B cannot be computed inside itself; a stage is computed inside one that uses its result",
  },
  {
    why: "a stage is computed at an axis of another than the parent",
    program: (mark) => {
      const { B, b, c } = chain(mark);
      mark();
      b.computeAt(c, B.op.axis[0]!);
    },
    sentence: "axis i belongs to stage B, not to stage C, whose loops are i",
    notes: ["B", "C"],
  },
  {
    why: "a placeholder is computed inside a stage",
    program: (mark) => {
      const { A, s, c, i } = chain(mark);
      mark();
      s.stage(A).computeAt(c, i);
    },
    sentence:
      "stage A cannot be computed inside another stage: it is a placeholder, which is not computed; make a copy of it with cacheRead",
    notes: ["A"],
  },
  {
    why: "the output is inlined",
    program: (mark) => {
      const { c } = chain(mark);
      mark();
      c.computeInline();
    },
    sentence:
      "stage C cannot be inlined: it is an output of the schedule, which must be computed at the root",
    notes: ["C"],
  },
  {
    why: "a reduction is inlined",
    program: (mark) => {
      const { C } = matmul(mark);
      const D = te.compute([32, 32], (x, y) => C(x, y).add(1), "D");
      const s = te.createSchedule(D);
      mark();
      s.stage(C).computeInline();
    },
    sentence:
      "stage C cannot be inlined: it is a reduction over k; compute it in a loop of its consumer with computeAt",
    notes: ["C"],
  },
  {
    why: "an operation of several outputs is inlined",
    program: (mark) => {
      const { A } = chain();
      mark("P");
      const [P] = te.compute([64], (i) => [A(i), A(i).neg()], "P");
      const Q = te.compute([64], (i) => P!(i).add(1), "Q");
      const s = te.createSchedule(Q);
      mark();
      s.stage(P!).computeInline();
    },
    sentence:
      "stage P cannot be inlined: it has 2 outputs; compute it in a loop of its consumer with computeAt",
    notes: ["P"],
  },
  {
    why: "the memory scope is misspelt",
    program: (mark) => {
      const { b } = chain();
      mark();
      b.setScope("lokal");
    },
    sentence:
      '"lokal" is not a memory scope for stage B; scopes begin with global, shared, local, warp, wmma or texture; write "local"',
  },
  {
    why: "a pragma is misspelt",
    program: (mark) => {
      const { c, i } = chain();
      mark();
      c.pragma(i, "auto_unroll_max_stp");
    },
    sentence: '"auto_unroll_max_stp" is not a pragma of stage C; write "auto_unroll_max_step"',
  },
  {
    why: "an axis is bound to something that is not a thread",
    program: (mark) => {
      const { c, i } = chain();
      mark();
      c.bind(i, i);
    },
    sentence:
      'axis i of stage C can only be bound to a thread axis; make one with te.threadAxis("threadIdx.x")',
  },
  {
    why: "an axis is bound to an unknown thread",
    program: (mark) => {
      const { c, i } = chain();
      mark("thread");
      const thread = te.threadAxis("treadIdx.x");
      mark();
      c.bind(i, thread);
    },
    sentence:
      'axis i of stage C cannot be bound to "treadIdx.x"; threads are blockIdx.x to z, threadIdx.x to z, vthread, cthread and pipeline',
    notes: ["thread"],
  },
  {
    why: "fused axes have more steps than an index can count",
    program: (mark) => {
      const A = te.placeholder([100000, 100000], { name: "A" });
      const B = te.compute([100000, 100000], (x, y) => A(x, y).add(1), "B");
      const s = te.createSchedule(B.op);
      const [x, y] = B.op.axis;
      mark();
      s.stage(B).fuse(x!, y!);
      lower(s, [A, B]);
    },
    sentence:
      "axis x.y.fused of stage B would take 100000 * 100000 steps, more than int32 can count; fuse fewer axes, or split them first and fuse the outer parts",
  },
  {
    why: "two loops of a stage are bound to one thread",
    program: (mark) => {
      const { c, x, y } = matmul();
      const thread = te.threadAxis("threadIdx.x");
      mark("bind");
      c.bind(x, thread);
      mark();
      c.bind(y, thread);
    },
    sentence:
      "axes x and y of stage C cannot both be bound to threadIdx.x; make a thread axis for each, or fuse them",
    notes: ["bind"],
  },
  {
    why: "threads are put around a stage that is not a scan",
    program: (mark) => {
      const { c } = chain();
      mark();
      c.envThreads(te.threadAxis([0, 4], "blockIdx.x"));
    },
    sentence: "envThreads applies to scans, but C is not a scan; bind its axes",
  },
  {
    why: "the threads around a scan have an unknown tag",
    program: (mark) => {
      const X = te.placeholder([8, 4], { name: "X" });
      const state = te.placeholder([8, 4], { name: "state" });
      const init = te.compute([1, 4], (_, i) => X(0, i), "init");
      const update = te.compute([8, 4], (t, i) => state(t.sub(1), i).add(X(t, i)), "update");
      const sum = te.scan(init, update, state, { inputs: [X] }) as te.Tensor;
      const stage = te.createSchedule(sum.op).stage(sum);
      mark();
      stage.envThreads(te.threadAxis([0, 4], "blockIndex.x"));
    },
    sentence: `threads around a scan must be thread axes with a tag and a range: te.threadAxis([0, n], "blockIdx.x")`,
  },
  {
    why: "a loop that is not a dimension is aligned",
    program: (mark) => {
      const { c, k } = matmul(mark);
      mark();
      c.storageAlign(k, 8, 0);
    },
    sentence: "axis k is not a dimension of C; align one of its op.axis",
    notes: ["k"],
  },
  {
    why: "a dimension is aligned to 0",
    program: (mark) => {
      const { b, B } = chain();
      mark();
      b.storageAlign(B.op.axis[0]!, 0, 0);
    },
    sentence:
      "storageAlign of stage B: factor 0 and offset 0 must be integers, the factor at least 1",
  },
  {
    why: "the output is double buffered",
    program: (mark) => {
      const { c } = chain(mark);
      mark();
      c.doubleBuffer();
    },
    sentence:
      "stage C cannot be double buffered: it is an output of the schedule, which must be computed at the root",
    notes: ["C"],
  },
  {
    why: "a store predicate is a number",
    program: (mark) => {
      const { c, i } = chain();
      mark();
      c.setStorePredicate(i.add(1));
    },
    sentence:
      "the store predicate of stage C is (i + 1) of type int32; write a condition, such as i.eq(0)",
  },
  {
    why: "a stage is tensorized by a value that is not an intrinsic",
    program: (mark) => {
      const { c, i } = chain();
      mark();
      c.tensorize(i, "gemm" as never);
    },
    sentence: "tensorize of stage C needs an intrinsic made by te.declTensorIntrin",
  },
  {
    why: "the stage of a tensor that is not scheduled is requested",
    program: (mark) => {
      const { s } = chain();
      mark("D");
      const D = te.placeholder([4], { name: "D" });
      mark();
      s.stage(D);
    },
    sentence:
      "D is not in this schedule, whose stages are A, B, C; only operations that the scheduled outputs need have a stage",
    notes: ["D"],
  },
  {
    why: "two operations reduce over one axis",
    program: (mark) => {
      const A = te.placeholder([8, 8], { name: "A" });
      const k = te.reduceAxis([0, 8], "k");
      mark("B");
      const B = te.compute([8], (i) => te.sum(A(i, k), k), "B");
      mark("C");
      const C = te.compute([8], (i) => te.sum(B(k).mul(A(i, k)), k), "C");
      mark();
      te.createSchedule(C);
    },
    sentence: "B and C both reduce over axis k; make an axis for each",
    notes: ["B", "C"],
  },
  {
    why: "a reader of a cache does not read the tensor",
    program: (mark) => {
      const { A, C, s } = chain(mark);
      mark();
      s.cacheRead(A, "local", C);
    },
    sentence: "C does not read A, so it cannot read its copy; name stages that read it",
    notes: ["C"],
  },
  {
    why: "a placeholder is written through a cache",
    program: (mark) => {
      mark("A");
      const A = te.placeholder([8], { name: "A" });
      const s = te.createSchedule(te.compute([8], (i) => A(i).add(1), "B"));
      mark();
      s.cacheWrite(A, "local");
    },
    sentence:
      "cacheWrite needs a computed tensor, but A is a placeholder, which is not written element by element",
    notes: ["A"],
  },
  {
    why: "one of two outputs is written through a cache",
    program: (mark) => {
      const { A } = chain();
      mark("P");
      const [P] = te.compute([64], (i) => [A(i), A(i).neg()], "P");
      const s = te.createSchedule(P!);
      mark();
      s.cacheWrite(P!, "local");
    },
    sentence: "cacheWrite gets 1 tensor of P, which has 2 outputs; pass all of them together",
    notes: ["P"],
  },
  {
    why: "a tensor is written through a cache after its reduction was split",
    program: (mark) => {
      const { C, s, c, k } = matmul();
      mark("split");
      c.split(k, { factor: 4 });
      mark();
      s.cacheWrite(C, "local");
    },
    sentence:
      "call cacheWrite of C before its reduction axes are split or fused; k.outer is already a loop",
    notes: ["split"],
  },
  {
    why: "rfactor splits a stage whose other axis runs on a thread already",
    program: (mark) => {
      const { C, s, c, x, k } = matmul();
      mark("bind");
      c.bind(x, te.threadAxis("vthread"));
      mark();
      s.rfactor(C, k);
    },
    sentence: "stage C gets new loops, but x is already bound to vthread; bind loops afterwards",
    notes: ["bind"],
  },
  {
    why: "a data axis is factored",
    program: (mark) => {
      const { C, s, x } = matmul(mark);
      mark();
      s.rfactor(C, x);
    },
    sentence: "rfactor cannot be applied to C: x is not a reduction axis",
    notes: ["C", "C"],
  },
  {
    why: "a stage that is not a reduction is factored",
    program: (mark) => {
      const { C, s, i } = chain(mark);
      mark();
      s.rfactor(C, i);
    },
    sentence: "rfactor cannot be applied to C: it is not a reduction",
    notes: ["C"],
  },
  {
    why: "a reduction is factored after its data axes were split",
    program: (mark) => {
      const { C, s, c, x, k } = matmul(mark);
      mark("split");
      c.split(x, { factor: 4 });
      mark();
      s.rfactor(C, k);
    },
    sentence:
      "rfactor cannot be applied to C: its loop x was scheduled before; factor first, then schedule the resulting stages",
    notes: ["split", "C"],
  },
  {
    why: "a reduction is factored of which a part is fused with a data axis",
    program: (mark) => {
      const { C, s, c, y, k } = matmul(mark);
      const [outer, inner] = c.split(k, { factor: 4 });
      mark("fuse");
      c.fuse(y, outer);
      mark();
      s.rfactor(C, inner);
    },
    sentence:
      "rfactor cannot be applied to C: k.outer is fused with y, a part of another axis; factor first, " +
      "then fuse",
    notes: ["fuse", "C"],
  },
  {
    why: "a reduction is factored whose reducer depends on a data axis",
    program: (mark) => {
      const A = te.placeholder([8, 8], { name: "A" });
      const k = te.reduceAxis([0, 8], "k");
      const least = (x: tir.Var) =>
        te.commReducer(
          (a, b) => te.max(a.add(b), x.astype("float32")),
          () => 0,
        );
      mark("C");
      const C = te.compute([8], (x) => least(x)(A(x, k), k), "C");
      const s = te.createSchedule(C);
      mark();
      s.rfactor(C, k);
    },
    sentence:
      "rfactor cannot be applied to C: its reducer depends on axis x, which partial results do not have",
    notes: ["C", "C"],
  },
  {
    why: "the position of the factored dimension is out of range",
    program: (mark) => {
      const { C, s, k } = matmul(mark);
      mark();
      s.rfactor(C, k, 3);
    },
    sentence:
      "rfactor cannot be applied to C: factorAxis 3 must be a position among its 2 dimensions",
    notes: ["C"],
  },
  {
    why: "a tensor of another schedule is prefetched",
    program: (mark) => {
      const { c, x } = matmul();
      mark("D");
      const D = te.placeholder([4], { name: "D" });
      mark();
      c.prefetch(D, x, 1);
    },
    sentence:
      "D is not in this schedule, whose stages are A, B, C; only operations that the scheduled outputs need have a stage",
    notes: ["D"],
  },
  {
    why: "a group is made from names",
    program: (mark) => {
      const { A, s } = chain();
      mark();
      s.createGroup("B" as never, A);
    },
    sentence: "createGroup needs tensors, not B",
  },
  {
    why: "the offset of a prefetch is not a number",
    program: (mark) => {
      const { B, c, i } = chain();
      mark();
      c.prefetch(B, i, Number.NaN);
    },
    sentence: "stage C prefetches B some steps of i ahead, which is an integer, not nanf",
  },
]);
