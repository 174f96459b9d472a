/** Schedules that the accelerator cannot execute: the message for each, and its place. */

import { beforeAll, describe, expect, test } from "vitest";
import { ready, te, tir, topi } from "tvm-ts";
import * as vta from "vta-ts";
import { testRefused, type Mark } from "../support/refused";

beforeAll(ready);

const env = vta.getEnv();
const SHAPE = [2, 8, env.BATCH, env.BLOCK_OUT];

interface Parts {
  readonly load?: (A: te.Tensor, axes: tir.Var[]) => tir.PrimExpr;
  readonly body?: (a: tir.PrimExpr, axes: tir.Var[]) => tir.PrimExpr;
  readonly outDtype?: string;
}

/** Load, compute, store: `A -> A_buf -> B -> C`. Nothing is scheduled yet. */
function declare(
  { load, body, outDtype = env.outDtype }: Parts = {},
  marks: { readonly A_buf?: Mark; readonly B?: Mark } = {},
) {
  const A = te.placeholder(SHAPE, { name: "A", dtype: env.accDtype });
  marks.A_buf?.();
  const A_buf = te.compute(SHAPE, (...i) => load?.(A, i) ?? A(...i), "A_buf");
  marks.B?.();
  const B = te.compute(SHAPE, (...i) => body?.(A_buf(...i), i) ?? A_buf(...i).add(3), "B");
  const C = te.compute(SHAPE, (...i) => B(...i).astype(outDtype), "C");
  const s = te.createSchedule(C);
  const [a, b, c] = [s.stage(A_buf), s.stage(B), s.stage(C)];
  const axis = (stage: te.Stage, i = 0): tir.IterVar => stage.op.axis[i]!;
  return { A, A_buf, B, C, s, a, b, c, axis, lower: () => vta.lower(s, [A, C]) };
}

/** The same, with the scopes and pragmas that make it run. */
function scheduled(parts: Parts = {}) {
  const program = declare(parts);
  const { a, b, c, axis } = program;
  a.setScope(env.accScope).pragma(axis(a), env.dmaCopy);
  b.setScope(env.accScope);
  c.pragma(axis(c), env.dmaCopy);
  return program;
}

/** With the pragma of the ALU stage, which is the place of errors about it. */
function withBody(mark: Mark, body: Parts["body"]): void {
  const { b, axis, lower } = scheduled({ body: body! });
  mark();
  b.pragma(axis(b), env.alu);
  lower();
}

/** The loops over a buffer, as messages show them. */
const inLoops = (statement: string): string =>
  [
    "for (i0, 0, 2) {",
    "  for (i1, 0, 8) {",
    "    for (i3, 0, 16) {",
    `      ${statement}`,
    "    }",
    "  }",
    "}",
  ].join("\n");

/** A product of matrices for the GEMM core, with the scope of one of its stages wrong. */
function multiply(mark: Mark, wrong: "A_buf" | "B_buf" | "C_buf", scope: string): void {
  const A = te.placeholder([1, 2, env.BATCH, env.BLOCK_IN], { name: "A", dtype: env.inpDtype });
  const W = [2, 2, env.BLOCK_OUT, env.BLOCK_IN];
  const B = te.placeholder(W, { name: "B", dtype: env.wgtDtype });
  const A_buf = te.compute(A.shape, (...i) => A(...i), "A_buf");
  const B_buf = te.compute(B.shape, (...i) => B(...i), "B_buf");
  const ko = te.reduceAxis([0, 2], "ko");
  const ki = te.reduceAxis([0, env.BLOCK_IN], "ki");
  const product = (i: readonly tir.Var[]): tir.PrimExpr =>
    A_buf(i[0]!, ko, i[2]!, ki)
      .astype(env.accDtype)
      .mul(B_buf(i[1]!, ko, i[3]!, ki).astype(env.accDtype));
  const shape = [1, 2, env.BATCH, env.BLOCK_OUT];
  const C_buf = te.compute(shape, (...i) => te.sum(product(i), [ko, ki]), "C_buf");
  const C = te.compute(shape, (...i) => C_buf(...i).astype(env.inpDtype), "C");
  const s = te.createSchedule(C);
  s.stage(A_buf).setScope(env.inpScope).pragma(A_buf.op.axis[0]!, env.dmaCopy);
  s.stage(B_buf).setScope(env.wgtScope).pragma(B_buf.op.axis[0]!, env.dmaCopy);
  s.stage(C).pragma(C.op.axis[0]!, env.dmaCopy);
  s.stage(C_buf).setScope(env.accScope);
  s.stage({ A_buf, B_buf, C_buf }[wrong]).setScope(scope);
  const [bo, co, bi, ci] = C_buf.op.axis as [tir.IterVar, tir.IterVar, tir.IterVar, tir.IterVar];
  s.stage(C_buf).reorder(ko, bo, co, bi, ci, ki);
  mark();
  s.stage(C_buf).tensorize(bi, env.gemm);
  vta.lower(s, [A, B, C]);
}

testRefused([
  ...(
    [
      ["A_buf", env.wgtScope, env.inpScope],
      ["B_buf", env.inpScope, env.wgtScope],
      ["C_buf", env.inpScope, env.accScope],
    ] as const
  ).map(([stage, given, needed]) => ({
    why: `${stage} is in another memory than the GEMM core needs`,
    program: (mark: Mark) => multiply(mark, stage, given),
    sentence:
      `buffer ${needed} of a tensor intrinsic does not fit: it is in scope "${needed}", but ` +
      `${stage} is in "${given}"; write s[${stage}].setScope("${needed}")`,
  })),
  {
    why: "a pragma is misspelt",
    program: (mark) => {
      const { a, axis, lower } = declare();
      mark();
      a.setScope(env.accScope).pragma(axis(a), "dma_cpy");
      lower();
    },
    sentence:
      '"dma_cpy" is not a pragma of the accelerator, so the host would run the loop; write "dma_copy"',
  },
  ...(
    [
      ["dma", '"dma_copy"'],
      ["DMA_COPY", '"dma_copy"'],
      ["env.alu", '"alu"'],
      ["gemm", "stage.tensorize(axis, env.gemm)"],
    ] as const
  ).map(([pragma, remedy]) => ({
    why: `the pragma is ${pragma}`,
    program: (mark: Mark) => {
      const { a, axis, lower } = declare();
      mark();
      a.setScope(env.accScope).pragma(axis(a), pragma);
      lower();
    },
    sentence:
      `"${pragma}" is not a pragma of the accelerator, so the host would run the loop; write ` +
      remedy,
  })),
  {
    why: "the tensor intrinsic is a pragma",
    program: (mark) => {
      const { a, axis } = declare();
      mark();
      a.pragma(axis(a), env.gemm as unknown as string);
    },
    sentence:
      "the pragma of stage A_buf must be a string, not the tensor intrinsic GEMM; write s[A_buf].tensorize(i0, ...)",
  },
  ...["local.acc", "local.acc_bufer"].map((scope) => ({
    why: `a stage without pragmas is in ${scope}`,
    program: (mark: Mark) => {
      const { a, s, A, C } = declare();
      a.setScope(scope);
      mark();
      vta.lower(s, [A, C]);
    },
    sentence:
      `A_buf is in ${scope}, which is not a memory of the target; it has local.inp_buffer, ` +
      'local.wgt_buffer, local.acc_buffer; write setScope("local.acc_buffer")',
  })),
  {
    why: "a scope is misspelt",
    program: (mark) => {
      const { a, axis, lower } = declare();
      a.setScope("local.acc_bufer");
      mark();
      a.pragma(axis(a), env.dmaCopy);
      lower();
    },
    sentence:
      "the copy of A to A_buf cannot be a transfer: local.acc_bufer is not a memory of the accelerator; " +
      'it has local.acc_buffer, local.inp_buffer and local.wgt_buffer; write setScope("local.acc_buffer"), in\n' +
      inLoops("A_buf[(((i0*128) + (i1*16)) + i3)] = A[(((i0*128) + (i1*16)) + i3)]"),
  },
  {
    why: "a stage does not fit its memory",
    program: (mark) => {
      const A = te.placeholder([4096, 16], { name: "A", dtype: env.accDtype });
      mark();
      const A_buf = te.compute([4096, 16], (...i) => A(...i), "A_buf");
      const C = te.compute([4096, 16], (...i) => A_buf(...i), "C");
      const s = te.createSchedule(C);
      s.stage(A_buf).setScope(env.accScope).pragma(A_buf.op.axis[0]!, env.dmaCopy);
      vta.lower(s, [A, C]);
    },
    sentence:
      "stage A_buf needs 256 KiB of local.acc_buffer for int32 [4096, 16] outside of all loops, but " +
      "the memory has 128 KiB; split its consumer's axes and compute it at an inner loop, so that less of it " +
      "is needed at a time",
  },
  {
    why: "the part of a stage that a virtual thread needs does not fit its memory",
    program: (mark) => {
      const A = te.placeholder([4, 4096, 16], { name: "A", dtype: env.accDtype });
      mark();
      const A_buf = te.compute([4, 4096, 16], (...i) => A(...i), "A_buf");
      const C = te.compute([4, 4096, 16], (...i) => A_buf(...i), "C");
      const s = te.createSchedule(C);
      const [thread, inner] = s.stage(C).split(C.op.axis[0]!, { nparts: 2 });
      s.stage(C).bind(thread, te.threadAxis("cthread"));
      s.stage(A_buf).computeAt(s.stage(C), inner);
      s.stage(A_buf).setScope(env.accScope).pragma(A_buf.op.axis[0]!, env.dmaCopy);
      vta.lower(s, [A, C]);
    },
    sentence:
      "stage A_buf needs 256 KiB of local.acc_buffer for int32 [1, 4096, 16] inside loop i0.inner in each of " +
      "2 virtual threads, but the memory has 128 KiB; split its consumer's axes and compute it at an inner " +
      "loop, so that less of it is needed at a time",
  },
  {
    why: "a buffer that is loaded has no scope",
    program: (mark) => {
      const { a, axis, lower } = declare();
      mark();
      a.pragma(axis(a), env.dmaCopy);
      lower();
    },
    sentence:
      "the copy of A to A_buf cannot be a transfer: A is in global and A_buf in global; one must be " +
      "in DRAM and the other on the chip: set the memory of the stage on the chip with " +
      "stage.setScope(env.accScope), env.inpScope or env.wgtScope, in\n" +
      inLoops("A_buf[(((i0*128) + (i1*16)) + i3)] = A[(((i0*128) + (i1*16)) + i3)]"),
  },
  {
    why: "a buffer has a scope that is not a memory of the accelerator",
    program: (mark) => {
      const { a, axis, lower } = declare();
      a.setScope("local");
      mark();
      a.pragma(axis(a), env.dmaCopy);
      lower();
    },
    sentence:
      "the copy of A to A_buf cannot be a transfer: local is not a memory of the accelerator; it " +
      "has local.acc_buffer, local.inp_buffer and local.wgt_buffer, in\n" +
      inLoops("A_buf[(((i0*128) + (i1*16)) + i3)] = A[(((i0*128) + (i1*16)) + i3)]"),
  },
  {
    why: "stages have scopes and no pragmas",
    program: (mark) => {
      const { a, b, lower } = declare({}, { A_buf: mark });
      a.setScope(env.accScope);
      b.setScope(env.accScope);
      lower();
    },
    sentence:
      "A_buf is in local.acc_buffer but is filled by the host, which cannot reach it; mark " +
      "the stage's loops: stage.pragma(axis, env.dmaCopy) for a copy, env.alu for arithmetic, " +
      "stage.tensorize(axis, env.gemm) for a matrix product",
  },
  {
    why: "the copy into the accumulator has no pragma",
    program: (mark) => {
      const { a, b, c, axis, lower } = declare({}, { A_buf: mark });
      a.setScope(env.accScope);
      b.setScope(env.accScope).pragma(axis(b), env.alu);
      c.pragma(axis(c), env.dmaCopy);
      lower();
    },
    sentence:
      "buffer A_buf in local.acc_buffer is accessed by the host and by the accelerator; mark " +
      "the stages that fill and read it with pragmas, so that the accelerator does both",
  },
  {
    why: "the arithmetic has no pragma",
    program: (mark) => {
      const { a, b, c, axis, lower } = declare({}, { B: mark });
      a.setScope(env.accScope).pragma(axis(a), env.dmaCopy);
      b.setScope(env.accScope);
      c.pragma(axis(c), env.dmaCopy);
      lower();
    },
    sentence:
      "buffer B in local.acc_buffer is accessed by the host and by the accelerator; mark the " +
      "stages that fill and read it with pragmas, so that the accelerator does both",
  },
  {
    why: "a copy contains arithmetic",
    program: (mark) => {
      const { a, axis, lower } = declare({ load: (A, i) => A(...i).add(1) });
      a.setScope(env.accScope);
      mark();
      a.pragma(axis(a), env.dmaCopy);
      lower();
    },
    sentence:
      '"dma_copy" marks a statement that is not a copy: the stored value is not a single ' +
      "loaded element, in\n" +
      inLoops("A_buf[(((i0*128) + (i1*16)) + i3)] = (A[(((i0*128) + (i1*16)) + i3)] + 1)"),
  },
  {
    why: "a copy reverses the values of a block",
    program: (mark) => {
      const { a, axis, lower } = declare({
        load: (A, [i, j, k, l]) => A(i!, j!, k!, tir.sub(env.BLOCK_OUT - 1, l!)),
      });
      a.setScope(env.accScope);
      mark();
      a.pragma(axis(a), env.dmaCopy);
      lower();
    },
    sentence:
      "the copy of A to A_buf cannot be a transfer: it begins at value 15 of A, which cannot be " +
      "proven to be the start of a block of 16, in\n" +
      inLoops("A_buf[(((i0*128) + (i1*16)) + i3)] = A[((((i0*128) + (i1*16)) + 15) - i3)]"),
  },
  {
    why: "a copy reverses the order of blocks",
    program: (mark) => {
      const { a, axis, lower } = declare({
        load: (A, [i, j, k, l]) => A(i!, tir.sub(7, j!), k!, l!),
      });
      a.setScope(env.accScope);
      mark();
      a.pragma(axis(a), env.dmaCopy);
      lower();
    },
    sentence:
      "the copy of A to A_buf cannot be a transfer: the blocks of 16 values in A are not in " +
      "rows (extents [2, 8, 1], strides [128, -16, 16]); a transfer moves a rectangle, so mark " +
      "an inner loop instead, in\n" +
      inLoops("A_buf[(((i0*128) + (i1*16)) + i3)] = A[((((i0*128) + i3) + 112) - (i1*16))]"),
  },
  {
    why: "32-bit values are copied into the input memory",
    program: (mark) => {
      const { a, axis, lower } = declare();
      a.setScope(env.inpScope);
      mark();
      a.pragma(axis(a), env.dmaCopy);
      lower();
    },
    sentence:
      "the copy of A to A_buf cannot be a transfer: the memory is loaded with int8 values, and " +
      "A has int32, in\n" +
      inLoops("A_buf[(((i0*128) + (i1*16)) + i3)] = A[(((i0*128) + (i1*16)) + i3)]"),
  },
  {
    why: "the accumulator is stored as 32-bit values",
    program: (mark) => {
      const { a, b, c, axis, lower } = declare({ outDtype: "int32" });
      a.setScope(env.accScope).pragma(axis(a), env.dmaCopy);
      b.setScope(env.accScope).pragma(axis(b), env.alu);
      mark();
      c.pragma(axis(c), env.dmaCopy);
      lower();
    },
    sentence:
      "the copy of B to C cannot be a transfer: a store writes int8 values, and C has int32; " +
      "convert the copied values with .astype(env.outDtype), in\n" +
      inLoops("C[(((i0*128) + (i1*16)) + i3)] = B[(((i0*128) + (i1*16)) + i3)]"),
  },
  {
    why: "values inside a block are padded",
    program: (mark) => {
      const A = te.placeholder([2, 8, 1, 12], { name: "A", dtype: env.accDtype });
      const A_buf = topi.nn.pad(A, [0, 1, 0, 2], undefined, { name: "A_buf" });
      const B = te.compute([2, 10, 1, 16], (...i) => A_buf(...i).astype(env.outDtype), "B");
      const s = te.createSchedule(B);
      const a = s.stage(A_buf).setScope(env.accScope);
      mark();
      a.pragma(a.op.axis[0]!, env.dmaCopy);
      vta.lower(s, [A, B]);
    },
    sentence: [
      "the copy of A to A_buf cannot be a transfer: the innermost loops do not go through " +
        "blocks of 16 values in DRAM, one value after another (extents [2, 8, 12], strides [96, " +
        "12, 1]), in",
      "for (i0, 0, 2) {",
      "  for (i1, 0, 10) {",
      "    for (i3, 0, 16) {",
      "      A_buf[(((i0*160) + (i1*16)) + i3)] = tir.if_then_else(((((1 <= i1) && (i1 < 9)) && (2 <= i3)) && (i3 < 14)), A[((((i0*96) + (i1*12)) + i3) - 14)], 0)",
      "    }",
      "  }",
      "}",
    ].join("\n"),
  },
  {
    why: "whole rows are padding or not",
    program: (mark) => {
      const A = te.placeholder([8, 16], { name: "A", dtype: env.accDtype });
      const A_buf = topi.nn.pad(A, [1, 0], undefined, { name: "A_buf" });
      const B = te.compute([10, 16], (...i) => A_buf(...i).astype(env.outDtype), "B");
      const s = te.createSchedule(B);
      const [row, value] = B.op.axis;
      s.stage(B).pragma(value!, env.dmaCopy);
      const a = s.stage(A_buf).setScope(env.accScope).computeAt(s.stage(B), row!);
      mark();
      a.pragma(a.op.axis[0]!, env.dmaCopy);
      vta.lower(s, [A, B]);
    },
    sentence: [
      '"dma_copy" marks a statement that is not a copy: its condition ((1 <= i0) && (i0 < 9)) is ' +
        "not a range of each loop variable; a tile of one row or column has no loop for it, " +
        "so make the tile larger, in",
      "for (i1, 0, 16) {",
      "  A_buf[i1] = tir.if_then_else(((1 <= i0) && (i0 < 9)), A[(((i0*16) + i1) - 16)], 0)",
      "}",
    ].join("\n"),
  },
  {
    why: "the ALU is to divide",
    program: (mark) => withBody(mark, (a) => a.floorDiv(3)),
    sentence:
      '"alu" marks a stage that the vector ALU cannot compute: it computes floordiv(A_buf[(((i0*128) + ' +
      "(i1*16)) + i3)], 3); the ALU can add, subtract, multiply, shift, take the minimum or the " +
      "maximum (one operation a stage), and copy, in\n" +
      inLoops(
        "A_buf[(((i0*128) + (i1*16)) + i3)] = floordiv(A_buf[(((i0*128) + (i1*16)) + i3)], 3)",
      ),
  },
  {
    why: "the ALU is to do two operations at once",
    program: (mark) => withBody(mark, (a) => a.mul(2).add(1)),
    sentence:
      '"alu" marks a stage that the vector ALU cannot compute: an operand is (A_buf[(((i0*128) + (i1*16)) + ' +
      "i3)]*2); operands must be constants or elements of the accumulator: compute this one in a " +
      "separate stage, in\n" +
      inLoops("A_buf[(((i0*128) + (i1*16)) + i3)] = ((A_buf[(((i0*128) + (i1*16)) + i3)]*2) + 1)"),
  },
  {
    why: "the ALU is to shift a constant",
    program: (mark) => withBody(mark, (a) => tir.shiftLeft(tir.constant(1), a)),
    sentence:
      '"alu" marks a stage that the vector ALU cannot compute: it shifts a constant; the ALU shifts values in ' +
      "memory, in\n" +
      inLoops(
        "A_buf[(((i0*128) + (i1*16)) + i3)] = tir.shift_left(1, A_buf[(((i0*128) + (i1*16)) + i3)])",
      ),
  },
  {
    why: "the ALU is to shift to the left by amounts in memory",
    program: (mark) => withBody(mark, (a) => a.shiftLeft(a)),
    sentence:
      '"alu" marks a stage that the vector ALU cannot compute: it shifts to the left by amounts in memory, ' +
      "which the ALU cannot, in\n" +
      inLoops(
        "A_buf[(((i0*128) + (i1*16)) + i3)] = tir.shift_left(A_buf[(((i0*128) + (i1*16)) + i3)], A_buf[(((i0*128) + (i1*16)) + i3)])",
      ),
  },
  {
    why: "the ALU is to add an index",
    program: (mark) => withBody(mark, (a, [, i1]) => a.add(i1!)),
    sentence:
      '"alu" marks a stage that the vector ALU cannot compute: an operand is i1; operands must be constants or ' +
      "elements of the accumulator: compute this one in a separate stage, in\n" +
      inLoops("A_buf[(((i0*128) + (i1*16)) + i3)] = (A_buf[(((i0*128) + (i1*16)) + i3)] + i1)"),
  },
  {
    why: "the loop over a block's values is not innermost",
    program: (mark) => {
      const { b, axis, lower } = scheduled();
      b.reorder(axis(b, 0), axis(b, 3), axis(b, 1));
      mark();
      b.pragma(axis(b), env.alu);
      lower();
    },
    sentence: [
      '"alu" marks a stage that the vector ALU cannot compute: its innermost loops do not go through the 16 ' +
        "values of an element one after another; the last axes of the tensor must be [..., BATCH, " +
        "BLOCK_OUT] and stay innermost, in",
      "for (i0, 0, 2) {",
      "  for (i3, 0, 16) {",
      "    for (i1, 0, 8) {",
      "      A_buf[(((i0*128) + (i1*16)) + i3)] = (A_buf[(((i0*128) + (i1*16)) + i3)] + 3)",
      "    }",
      "  }",
      "}",
    ].join("\n"),
  },
  {
    why: "a loop of the ALU is unrolled",
    program: (mark) => {
      const { b, axis, lower } = scheduled();
      b.unroll(axis(b, 1));
      mark();
      b.pragma(axis(b), env.alu);
      lower();
    },
    sentence: [
      '"alu" marks a stage that the vector ALU cannot compute: the loops must contain exactly one ' +
        "store: do not unroll or vectorize them, and split by factors that divide, in",
      "for (i0, 0, 2) {",
      "  for (i3, 0, 16) {",
      "    A_buf[(((i0*128) + (0*16)) + i3)] = (A_buf[(((i0*128) + (0*16)) + i3)] + 3)",
      "  }",
      "  for (i3, 0, 16) {",
      "    A_buf[(((i0*128) + (1*16)) + i3)] = (A_buf[(((i0*128) + (1*16)) + i3)] + 3)",
      "  }",
      "  for (i3, 0, 16) {",
      "    A_buf[(((i0*128) + (2*16)) + i3)] = (A_buf[(((i0*128) + (2*16)) + i3)] + 3)",
      "  }",
      "  for (i3, 0, 16) {",
      "    A_buf[(((i0*128) + (3*16)) + i3)] = (A_buf[(((i0*128) + (3*16)) + i3)] + 3)",
      "  }",
      "  for (i3, 0, 16) {",
      "    A_buf[(((i0*128) + (4*16)) + i3)] = (A_buf[(((i0*128) + (4*16)) + i3)] + 3)",
      "  }",
      "  for (i3, 0, 16) {",
      "    A_buf[(((i0*128) + (5*16)) + i3)] = (A_buf[(((i0*128) + (5*16)) + i3)] + 3)",
      "  }",
      "  for (i3, 0, 16) {",
      "    A_buf[(((i0*128) + (6*16)) + i3)] = (A_buf[(((i0*128) + (6*16)) + i3)] + 3)",
      "  }",
      "  for (i3, 0, 16) {",
      "    A_buf[(((i0*128) + (7*16)) + i3)] = (A_buf[(((i0*128) + (7*16)) + i3)] + 3)",
      "  }",
      "}",
    ].join("\n"),
  },
  {
    why: "a loop of the ALU is vectorized",
    program: (mark) => {
      const { b, axis, lower } = scheduled();
      b.vectorize(axis(b, 3));
      mark();
      b.pragma(axis(b), env.alu);
      lower();
    },
    sentence: [
      '"alu" marks a stage that the vector ALU cannot compute: the loops must contain exactly one ' +
        "store: do not unroll or vectorize them, and split by factors that divide, in",
      "for (i0, 0, 2) {",
      "  for (i1, 0, 8) {",
      "    A_buf[ramp(((i0*128) + (i1*16)), 1, 16)] = (A_buf[ramp(((i0*128) + (i1*16)), 1, 16)] + x16(3))",
      "  }",
      "}",
    ].join("\n"),
  },
  {
    why: "a marked copy contains the stages computed at its loops",
    program: (mark) => {
      const { a, b, c, axis, lower } = declare();
      a.setScope(env.accScope).pragma(axis(a), env.dmaCopy).computeAt(c, axis(c, 1));
      b.setScope(env.accScope).pragma(axis(b), env.alu).computeAt(c, axis(c, 1));
      mark();
      c.pragma(axis(c), env.dmaCopy);
      lower();
    },
    sentence: [
      '"dma_copy" marks a statement that is not a copy: A_buf is computed inside the marked loops; ' +
        "mark an axis inside the axis at which it is computed, in",
      "for (i0, 0, 2) {",
      "  for (i1, 0, 8) {",
      "    allocate A_buf[16]",
      '    attr "pragma_dma_copy" = 1',
      "    for (i3, 0, 16) {",
      "      A_buf[i3] = A[(((i0*128) + (i1*16)) + i3)]",
      "    }",
      "    allocate B[16]",
      '    attr "pragma_alu" = 1',
      "    for (i3, 0, 16) {",
      "      B[i3] = (A_buf[i3] + 3)",
      "    }",
      "    for (i3, 0, 16) {",
      "      C[(((i0*128) + (i1*16)) + i3)] = int8(B[i3])",
      "    }",
      "  }",
      "}",
    ].join("\n"),
  },
  {
    why: "a marked copy contains an axis bound to threads",
    program: (mark) => {
      const { a, b, c, axis, lower } = declare();
      a.setScope(env.accScope).pragma(axis(a), env.dmaCopy);
      b.setScope(env.accScope).pragma(axis(b), env.alu);
      c.bind(axis(c, 1), te.threadAxis("cthread"));
      mark();
      c.pragma(axis(c), env.dmaCopy);
      lower();
    },
    sentence: [
      '"dma_copy" marks a statement that is not a copy: the marked loops contain an axis bound to ' +
        "cthread; mark an axis inside that axis, in",
      "for (i0, 0, 2) {",
      '  attr "virtual_thread" = 8',
      "  for (i3, 0, 16) {",
      "    C[(((i0*128) + (cthread*16)) + i3)] = int8(B[((i0*16) + i3)])",
      "  }",
      "}",
    ].join("\n"),
  },
  {
    why: "a copy in tiles that do not divide",
    program: (mark) => {
      const { a, b, c, axis, lower } = declare();
      const [outer, inner] = c.split(axis(c, 1), { factor: 3 });
      b.setScope(env.accScope).pragma(axis(b), env.alu).computeAt(c, outer);
      c.pragma(inner, env.dmaCopy);
      a.setScope(env.accScope).computeAt(c, outer);
      mark();
      a.pragma(axis(a), env.dmaCopy);
      lower();
    },
    sentence: [
      '"dma_copy" marks a statement that is not a copy: whether an element is copied depends on ' +
        "tir.likely((((i1.outer*3) + i1) < 8)); split by factors that divide the extents, in",
      "for (i1, 0, 3) {",
      "  for (i3, 0, 16) {",
      "    if tir.likely((((i1.outer*3) + i1) < 8)) {",
      "      A_buf[((i1*16) + i3)] = A[((((i0*128) + (i1.outer*48)) + (i1*16)) + i3)]",
      "    }",
      "  }",
      "}",
    ].join("\n"),
  },
  {
    why: "a loop around accelerator code is parallel",
    program: (mark) => {
      const { a, b, c, axis, lower } = declare();
      a.setScope(env.accScope).pragma(axis(a), env.dmaCopy).computeAt(c, axis(c));
      b.setScope(env.accScope).pragma(axis(b), env.alu).computeAt(c, axis(c));
      c.pragma(axis(c, 1), env.dmaCopy);
      mark();
      c.parallel(axis(c));
      lower();
    },
    sentence:
      "the loop i0 is parallel and contains accelerator code, which only one thread can run; " +
      "remove stage.parallel(axis)",
  },
  {
    why: "accelerator code is bound to vthread",
    program: (mark) => {
      const { a, b, c, axis, lower } = declare();
      a.setScope(env.accScope).pragma(axis(a), env.dmaCopy).computeAt(c, axis(c));
      b.setScope(env.accScope).pragma(axis(b), env.alu).computeAt(c, axis(c));
      c.pragma(axis(c, 1), env.dmaCopy);
      mark();
      c.bind(axis(c), te.threadAxis("vthread"));
      lower();
    },
    sentence:
      "an axis is bound to vthread, whose threads share instructions; bind it to " +
      'te.threadAxis("cthread"), whose threads have separate instructions and on-chip memory',
  },
]);

interface ProductLoops {
  readonly m: tir.IterVar;
  /** The two parts of the loop over columns. */
  readonly n: readonly [tir.IterVar, tir.IterVar];
  /** The loop of the sum, or its outer part. */
  readonly ko: tir.IterVar;
  readonly inner: tir.IterVar;
}

/**
 * A product of 2 by 8 by 4 blocks whose sum goes two steps at a time; `order` has the loops outside of a
 * block. The loads are outside of all loops, or inside of `ko`.
 */
function blocks(
  mark: Mark,
  order: (loops: ProductLoops) => readonly tir.IterVar[],
  loads: "outside" | "inside",
): () => ReturnType<typeof vta.build> {
  const [m, k, n] = [2, 8, 4];
  const A = te.placeholder([m, k, env.BATCH, env.BLOCK_IN], { name: "A", dtype: env.inpDtype });
  const W = [n, k, env.BLOCK_OUT, env.BLOCK_IN];
  const B = te.placeholder(W, { name: "B", dtype: env.wgtDtype });
  const A_buf = te.compute(A.shape, (...i) => A(...i), "A_buf");
  const B_buf = te.compute(B.shape, (...i) => B(...i), "B_buf");
  const ko = te.reduceAxis([0, k], "ko");
  const ki = te.reduceAxis([0, env.BLOCK_IN], "ki");
  const term = ([i, o, b, c]: readonly tir.Var[]): tir.PrimExpr =>
    A_buf(i!, ko, b!, ki)
      .astype(env.accDtype)
      .mul(B_buf(o!, ko, c!, ki).astype(env.accDtype));
  const shape = [m, n, env.BATCH, env.BLOCK_OUT];
  const C_buf = te.compute(shape, (...i) => te.sum(term(i), [ko, ki]), "C_buf");
  const C = te.compute(shape, (...i) => C_buf(...i).astype(env.inpDtype), "C");
  const s = te.createSchedule(C);
  const c = s.stage(C_buf).setScope(env.accScope);
  const [mo, no, bi, ci] = C_buf.op.axis as [tir.IterVar, tir.IterVar, tir.IterVar, tir.IterVar];
  const [outer, inner] = c.split(ko, { factor: 2 });
  c.reorder(...order({ m: mo, n: c.split(no, { factor: 2 }), ko: outer, inner }), bi, ci, ki);
  for (const [copy, scope] of [[A_buf, env.inpScope] as const, [B_buf, env.wgtScope] as const]) {
    s.stage(copy).setScope(scope).pragma(copy.op.axis[0]!, env.dmaCopy);
    if (loads === "inside") s.stage(copy).computeAt(c, outer);
  }
  s.stage(C).pragma(C.op.axis[0]!, env.dmaCopy);
  mark();
  c.tensorize(bi, env.gemm);
  return () => vta.build(s, [A, B, C]);
}

testRefused([
  {
    why: "the reset of a product and its steps are one kernel",
    program: (mark) => blocks(mark, ({ m, n, ko, inner }) => [m, ...n, ko, inner], "outside")(),
    sentence:
      "stage C_buf: one kernel of micro-ops does GEMM with reset and GEMM, and an instruction does " +
      "one operation; compute what it reads inside its loop ko.outer: " +
      "s[A_buf].computeAt(s[C_buf], ko.outer), s[B_buf].computeAt(s[C_buf], ko.outer)",
  },
  {
    why: "a product goes on to the next step of its sum after one element",
    program: (mark) => blocks(mark, ({ m, n, ko, inner }) => [ko, m, ...n, inner], "inside")(),
    sentence:
      "stage C_buf: micro-op 1 of its kernel writes the accumulator element that micro-op 0 writes, " +
      "and the pipeline needs 2 others in between: loop ko.inner takes the next step of the sum after " +
      "1 element (inside it: no loop); put loops over at least 3 elements of C_buf inside ko.inner, with " +
      "s[C_buf].reorder(ko.inner, ...), or make its tiles larger",
  },
  {
    why: "a product goes on to the next step of its sum after two elements",
    program: (mark) => blocks(mark, ({ m, n, ko, inner }) => [ko, ...n, inner, m], "inside")(),
    sentence:
      "stage C_buf: micro-op 2 of its kernel writes the accumulator element that micro-op 0 writes, " +
      "and the pipeline needs 2 others in between: loop ko.inner takes the next step of the sum after " +
      "2 elements (inside it: i0 of 2); put loops over at least 3 elements of C_buf inside ko.inner, with " +
      "s[C_buf].reorder(ko.inner, ...), or make its tiles larger",
  },
]);

test("programs with the remedies of the messages are accepted", () => {
  const none = (): void => undefined;
  expect(() =>
    blocks(none, ({ m, n, ko, inner }) => [m, ...n, ko, inner], "inside")(),
  ).not.toThrow();
  expect(() =>
    blocks(none, ({ m, n, ko, inner }) => [ko, inner, m, ...n], "inside")(),
  ).not.toThrow();
});

/** Sums of `term` over blocks of inputs and weights; tensorized by the accelerator's intrinsic. */
function lowerProduct(
  dtype: string,
  term: (x: tir.PrimExpr, w: tir.PrimExpr) => tir.PrimExpr,
): tir.IRModule {
  const { BATCH, BLOCK_IN, BLOCK_OUT, accDtype, wgtDtype } = env;
  const data = te.placeholder([4, BATCH, BLOCK_IN], { name: "data", dtype });
  const weight = te.placeholder([4, BLOCK_OUT, BLOCK_IN], { name: "weight", dtype: wgtDtype });
  const data_buf = te.compute(data.shape, (...i) => data(...i), "data_buf");
  const weight_buf = te.compute(weight.shape, (...i) => weight(...i), "weight_buf");
  const k = te.reduceAxis([0, BLOCK_IN], "k");
  const gemm = te.compute(
    [4, 4, BATCH, BLOCK_OUT],
    (n, o, i, j) => {
      const x = data_buf(n!, i!, k).astype(accDtype);
      return te.sum(term(x, weight_buf(o!, j!, k).astype(accDtype)), [k]);
    },
    "gemm",
  );
  const res = te.compute(gemm.shape, (...i) => gemm(...i).astype(env.outDtype), "res");
  const s = te.createSchedule(res);
  s.stage(data_buf).setScope(env.inpScope);
  s.stage(weight_buf).setScope(env.wgtScope);
  s.stage(gemm).setScope(env.accScope).tensorize(gemm.op.axis[2]!, env.gemm);
  return vta.lower(s, [data, weight, res]);
}

describe("the matrix product is refused", () => {
  test("for values that are not inputs of the accelerator", () => {
    expect(() => lowerProduct("int32", (x, w) => x.mul(w))).toThrow(
      "stage gemm cannot be tensorized by GEMM: it reads int32 values of data_buf, but the intrinsic reads int8",
    );
  });

  test("for another operation, with only the differing part in the message", () => {
    expect(() => lowerProduct(env.inpDtype, (x, w) => x.add(w))).toThrow(
      "stage gemm cannot be tensorized by GEMM: it reduces [(int32(local.inp_buffer[0, k]) + " +
        "int32(local.wgt_buffer[j, k]))], but the intrinsic reduces [(int32(local.inp_buffer[0, k])*" +
        "int32(local.wgt_buffer[j, k]))]",
    );
  });
});

test("a stage computed outside of the threads that read it is refused when it is built", async () => {
  await ready();
  const { A, C, s, a, b, c, axis } = declare();
  a.setScope(env.accScope).pragma(axis(a), env.dmaCopy);
  b.setScope(env.accScope).pragma(axis(b), env.alu);
  c.bind(axis(c, 1), te.threadAxis("cthread")).pragma(axis(c, 2), env.dmaCopy);
  expect(() => vta.build(s, [A, C])).toThrow(
    "variable cthread has no value in the function: it is neither an argument, nor a dimension of one, " +
      "nor defined before its use; if it is a loop or thread variable, compute the stage that " +
      "depends on it inside that loop (stage.computeAt)",
  );
});

test("a reduction that the ALU is to compute is named, with what to write instead", () => {
  const X = te.placeholder([8, 8, 1, 16], { name: "x", dtype: "int32" });
  const xb = te.compute(X.shape, (...i) => X(...i), "x_buf");
  const u = te.reduceAxis([0, 2], "u");
  const v = te.reduceAxis([0, 2], "v");
  const window = (i: tir.Var, j: tir.Var, b: tir.Var, o: tir.Var): tir.PrimExpr =>
    te.max(xb(i.mul(2).add(u), j.mul(2).add(v), b, o), [u, v]);
  const pool = te.compute([4, 4, 1, 16], window, "pool");
  const out = te.compute(pool.shape, (...i) => pool(...i).astype("int8"), "out");
  const s = te.createSchedule(out.op);
  const axisOf = (tensor: te.Tensor): tir.IterVar => (tensor.op as te.ComputeOp).axis[0]!;
  s.stage(xb).setScope(env.accScope).pragma(axisOf(xb), env.dmaCopy);
  s.stage(pool).setScope(env.accScope).pragma(axisOf(pool), env.alu);
  s.stage(out).pragma(axisOf(out), env.dmaCopy);
  expect(() => vta.lower(s, [X, out])).toThrow(
    '"alu" marks a stage that the vector ALU cannot compute: it is a reduction, and the ALU combines two ' +
      "elements: write one stage for each element of the window",
  );
});
