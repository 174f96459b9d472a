/** Invalid layouts and rolling buffers: the message for each, and its place. */

import * as tvm from "tvm-ts";
import { te } from "tvm-ts";
import { testRefused, type Mark } from "../support/refused";

function chain(mark: Mark) {
  mark("A");
  const A = te.placeholder([16], { name: "A" });
  mark("B");
  const B = te.compute([16], (i) => A(i).add(1), "B");
  mark("C");
  const C = te.compute([16], (i) => B(i).mul(2), "C");
  const s = te.createSchedule(C.op);
  return { A, B, C, s, a: s.stage(A), b: s.stage(B), c: s.stage(C) };
}

testRefused([
  {
    why: "the function of a layout takes too few indices",
    program: (mark) => {
      mark("D");
      const D = te.compute([4, 4], () => te.const(1), "D");
      const s = te.createSchedule(D.op);
      mark();
      s.stage(D).transformLayout((i) => [i]);
    },
    sentence:
      "the layout of stage D cannot be transformed: the function takes 1 index, but the layout [4, 4] has 2 dimensions",
    notes: ["D"],
  },
  {
    why: "the function of a layout returns nothing",
    program: (mark) => {
      const { b } = chain(mark);
      mark();
      b.transformLayout(() => undefined as never);
    },
    sentence:
      "the layout of stage B cannot be transformed: the function takes 0 indices, but the layout [16] has 1 dimension",
    notes: ["B"],
  },
  {
    why: "the function of a layout has no return statement",
    program: (mark) => {
      const { b } = chain(mark);
      mark();
      b.transformLayout((i) => void i as never);
    },
    sentence:
      'the layout of stage B cannot be transformed: the function returns undefined; is a "return" missing?',
    notes: ["B"],
  },
  {
    why: "elements of a computed stage would overlap",
    program: (mark) => {
      const { b } = chain(mark);
      mark();
      b.transformLayout((i) => [i.floorDiv(4)]);
    },
    sentence:
      "the layout of stage B cannot be transformed: its loops need a one-to-one map, but parts of i overlap or leave some of it out",
    notes: ["B"],
  },
  {
    why: "elements of an input would overlap",
    program: (mark) => {
      const { a } = chain(mark);
      mark();
      a.transformLayout((i) => [i.floorDiv(4)]);
    },
    sentence:
      "the layout of stage A cannot be transformed: its 16 elements have only 4 positions in the new layout, so some would share a position; the indices of different elements must differ",
    notes: ["A"],
  },
  {
    why: "blocks of a computed stage do not divide it",
    program: (mark) => {
      const { b } = chain(mark);
      mark();
      b.transformLayout((i) => [i.floorDiv(3), i.floorMod(3)]);
    },
    sentence:
      "the layout of stage B cannot be transformed: its loops need a one-to-one map, but the parts of i make 15 positions for 16",
    notes: ["B"],
  },
  {
    why: "a layout leaves every other place empty",
    program: (mark) => {
      const { b } = chain(mark);
      mark();
      b.transformLayout((i) => [i.mul(2)]);
    },
    sentence:
      "the layout of stage B cannot be transformed: its loops need a one-to-one map, but (i*2) has steps of 2; an index of the new layout must have steps of 1",
    notes: ["B"],
  },
  {
    why: "a layout is shifted",
    program: (mark) => {
      const { b } = chain(mark);
      mark();
      b.transformLayout((i) => [i.add(4)]);
    },
    sentence:
      "the layout of stage B cannot be transformed: the index (i + 4) starts at 4, not at 0",
    notes: ["B"],
  },
  {
    why: "blocks of a layout begin at an offset",
    program: (mark) => {
      const { b } = chain(mark);
      mark();
      b.transformLayout((i) => [i.add(1).floorDiv(4), i.add(1).floorMod(4)]);
    },
    sentence:
      "the layout of stage B cannot be transformed: its loops need a one-to-one map, but floordiv((i + 1), 4) divides into blocks of 4 that begin at an offset of 1",
    notes: ["B"],
  },
  {
    why: "a separator is at the end of a layout",
    program: (mark) => {
      const { b } = chain(mark);
      mark();
      b.transformLayout((i) => [i, te.AXIS_SEPARATOR]);
    },
    sentence:
      "the layout of stage B cannot be transformed: te.AXIS_SEPARATOR must be between two indices, without another beside it",
    notes: ["B"],
  },
  {
    why: "a layout uses a variable that has no value",
    program: (mark) => {
      const { b } = chain(mark);
      const m = te.var("m");
      mark();
      b.transformLayout((i) => [i.floorDiv(m), i.floorMod(m)]);
    },
    sentence:
      "the layout of stage B cannot be transformed: floordiv(i, m) uses m, which is neither one of the function's indices nor in the shape",
    notes: ["B"],
  },
  {
    why: "a layout has an index that is not a whole number",
    program: (mark) => {
      const { b } = chain(mark);
      mark();
      b.transformLayout((i) => [i.astype("float32")]);
    },
    sentence:
      "the layout of stage B cannot be transformed: the index float32(i) is of type float32, not an integer",
    notes: ["B"],
  },
  {
    why: "the layout of an inlined stage is transformed",
    program: (mark) => {
      const { b } = chain(mark);
      b.computeInline();
      mark();
      b.transformLayout((i) => [i.floorDiv(4), i.floorMod(4)]);
    },
    sentence:
      "the layout of stage B cannot be transformed: it is inlined and has no memory; leave out one of the two",
    notes: ["B"],
  },
  {
    why: "a stage with another layout is inlined",
    program: (mark) => {
      const { b } = chain(mark);
      b.transformLayout((i) => [i.floorDiv(4), i.floorMod(4)]);
      mark();
      b.computeInline();
    },
    sentence:
      "stage B cannot be inlined: its layout was transformed, but an inlined stage has no memory; leave out one of the two",
    notes: ["B"],
  },
  {
    why: "a layout is transformed after the loops were split",
    program: (mark) => {
      const { b, B } = chain(mark);
      b.split(B.op.axis[0]!, { factor: 4 });
      mark();
      b.transformLayout((i) => [i.floorDiv(4), i.floorMod(4)]);
    },
    sentence:
      "the layout of stage B cannot be transformed: its axis i was split or fused before; transform first, then schedule the resulting loops",
    notes: ["B"],
  },
  {
    why: "the layout of a computed stage is transformed twice",
    program: (mark) => {
      const { b } = chain(mark);
      b.transformLayout((i) => [i.floorDiv(4), i.floorMod(4)]);
      mark();
      b.transformLayout((i, j) => [j, i]);
    },
    sentence:
      "the layout of stage B cannot be transformed: it was already transformed, with its loops; write both transformations as one function",
    notes: ["B"],
  },
  {
    why: "an axis is used that another layout replaced",
    program: (mark) => {
      const { b, B } = chain(mark);
      mark("axes");
      b.transformLayout((i) => [i.floorDiv(4), i.floorMod(4)]);
      mark();
      b.unroll(B.op.axis[0]!);
    },
    sentence:
      "axis i of stage B was replaced by those of a new layout and is no longer a loop; use axis0 or axis1",
    notes: ["axes"],
  },
  {
    why: "a stage is computed at a loop that the new layout replaces",
    program: (mark) => {
      const { b, c, C } = chain(mark);
      mark("place");
      b.computeAt(c, C.op.axis[0]!);
      mark();
      c.transformLayout((i) => [i.floorDiv(4), i.floorMod(4)]);
    },
    sentence:
      "the layout of stage C cannot be transformed: stage B is computed at its axis i, which is replaced; transform first, then attach B to one of the new axes",
    notes: ["place"],
  },
  {
    why: "a transformed buffer is prefetched",
    program: (mark) => {
      mark("A");
      const A = te.placeholder([16], { name: "A" });
      const B = te.compute([16], (i) => A(i).add(1), "B");
      const s = te.createSchedule(B.op);
      mark();
      s.stage(A).transformLayout((i) => [i.floorDiv(4), i.floorMod(4)]);
      s.stage(B).prefetch(A, B.op.axis[0]!, 1);
      tvm.lower(s, [A, B]);
    },
    sentence:
      "the layout of A is transformed, but it is prefetched, where its elements would be accessed at their old positions; transform a copy made by cacheRead or cacheWrite",
    notes: ["A"],
  },
  {
    why: "an intrinsic reads a tensor with another layout",
    program: (mark) => {
      const a = te.placeholder([4], { name: "a" });
      const b = te.compute([4], (i) => a(i).add(1), "b");
      const intrin = te.declTensorIntrin(
        b.op,
        (ins, outs) =>
          tvm.tir.callExtern("int32", "f", outs[0]!.accessPtr("w"), ins[0]!.accessPtr("r")),
        { defaultBufferParams: { offsetFactor: 1 } },
      );
      mark("A");
      const A = te.placeholder([8, 4], { name: "A" });
      const B = te.compute([8, 4], (i, j) => A(i, j).add(1), "B");
      const s = te.createSchedule(B.op);
      mark();
      s.stage(A).transformLayout((i, j) => [j, i]);
      s.stage(B).tensorize(B.op.axis[1]!, intrin);
      tvm.lower(s, [A, B]);
    },
    sentence:
      "the layout of A is transformed, but it is passed by its address, where its elements would be accessed at their old positions; transform a copy made by cacheRead or cacheWrite",
    notes: ["A"],
  },
  {
    why: "a layout counts down",
    program: (mark) => {
      const { b } = chain(mark);
      mark();
      b.transformLayout((i) => [i.neg().add(15)]);
    },
    sentence:
      "the layout of stage B cannot be transformed: its loops need a one-to-one map, but ((i*-1) + 15) has steps of -1; an index of the new layout must have steps of 1",
    notes: ["B"],
  },
  {
    why: "the layout of an argument with explicit strides gets more dimensions",
    program: (mark) => {
      const n = te.var("n");
      mark("A");
      const A = te.placeholder([n, 8], { name: "A" });
      const B = te.compute([n, 8], (i, j) => A(i, j).add(1), "B");
      const s = te.createSchedule(B.op);
      mark();
      s.stage(A).transformLayout((i, j) => [j.floorDiv(4), i, j.floorMod(4)]);
      tvm.lower(s, [A, B]);
    },
    sentence:
      "the layout of A is transformed from 2 dimensions to 3, but its 2 strides are declared or set by the caller; transform a copy made by cacheRead",
    notes: ["A"],
  },
  {
    why: "the output is a rolling buffer",
    program: (mark) => {
      const { c } = chain(mark);
      mark();
      c.rollingBuffer();
    },
    sentence:
      "stage C cannot be a rolling buffer: it is an output of the schedule, which must be computed at the root",
    notes: ["C"],
  },
  {
    why: "a stage outside of loops is a rolling buffer",
    program: (mark) => {
      const { A, C, s, b } = chain(mark);
      mark();
      b.rollingBuffer();
      tvm.lower(s, [A, C]);
    },
    sentence:
      "stage B is a rolling buffer, but it is computed at the root, so no loop around it has steps that overlap; compute it at a loop of its consumer with computeAt",
    notes: ["B"],
  },
  {
    why: "an inlined stage is a rolling buffer",
    program: (mark) => {
      const { A, C, s, b } = chain(mark);
      mark();
      b.rollingBuffer();
      b.computeInline();
      tvm.lower(s, [A, C]);
    },
    sentence:
      "stage B is a rolling buffer, but it is inlined, so no loop around it has steps that overlap; compute it at a loop of its consumer with computeAt",
    notes: ["B"],
  },
  {
    why: "a rolling buffer's index depends on two loops",
    program: (mark) => {
      const { A, C, s, b, c } = chain(mark);
      const [, inner] = c.split(C.op.axis[0]!, { factor: 4 });
      b.computeAt(c, inner);
      mark();
      b.rollingBuffer();
      const config = {
        "tir.add_lower_pass": [[0, tvm.transforms.injectRollingBuffer]],
      } as const;
      tvm.lower(s, [A, C], { context: new tvm.PassContext({ config }) });
    },
    sentence:
      "B cannot be a rolling buffer: its region begins at ((i.outer*4) + i.inner) in dimension 0, but only one loop variable, times a constant, is supported; compute it at a loop further out",
  },
]);
