import { te, tir } from "tvm-ts";
import { testRefused } from "../support/refused";

testRefused([
  {
    why: "an extent is negative",
    program: (mark) => {
      mark();
      te.placeholder([4, -1], { name: "A" });
    },
    sentence: "dimension 1 of placeholder A is -1; an extent must be a non-negative integer",
  },
  {
    why: "an extent is a fraction",
    program: (mark) => {
      mark();
      te.compute([2.5], () => 0, "B");
    },
    sentence: "dimension 0 of B is 2.5f; an extent must be a non-negative integer",
  },
  {
    why: "a type is misspelt",
    program: (mark) => {
      mark();
      te.placeholder([4], { name: "A", dtype: "flaot32" });
    },
    sentence:
      '\'flaot32\' is not a data type; write for example "int32", "float32", "int8x16" or "bool"',
  },
  {
    why: "a tensor is read with too few indices",
    program: (mark) => {
      mark("A");
      const A = te.placeholder([8, 8], { name: "A" });
      mark();
      A(3);
    },
    sentence:
      "tensor A has 2 dimensions but is read with 1 index; pass one index for each dimension",
    notes: ["A"],
  },
  {
    why: "a tensor is read at a constant outside of it",
    program: (mark) => {
      mark("A");
      const A = te.placeholder([8], { name: "A" });
      mark();
      A(8);
    },
    sentence:
      "index 0 of tensor A is 8, but the dimension has 8 elements; use an index from 0 to 7",
    notes: ["A"],
  },
  {
    why: "a tensor is read at a fraction",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      mark();
      A(te.const(1.5));
    },
    sentence: "index 0 of tensor A is 1.5f of type float32; an index must be an integer",
  },
  {
    why: "a function takes fewer indices than there are dimensions",
    program: (mark) => {
      const A = te.placeholder([8, 8], { name: "A" });
      mark();
      te.compute([8, 8], (i) => A(i, i), "B");
    },
    sentence:
      "the function of B takes 1 index (i), but the shape has 2 dimensions; name them all, or write (...i) => ...",
  },
  {
    why: "a function takes more indices than there are dimensions",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      mark();
      te.compute([8], (i, j) => A(i).add(j!), "B");
    },
    sentence: "the function of B takes 2 indices (i, j), but the shape has 1 dimension",
  },
  {
    why: "a function returns a whole tensor",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      mark();
      te.compute([8], () => A as never, "B");
    },
    sentence: "the function of B returns the tensor A; return one of its elements, such as A(...i)",
  },
  {
    why: "the function is missing",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      mark();
      te.compute([8], A(0) as never, "B");
    },
    sentence: "B must be computed by a function of its indices, such as (i) => A(i), not by A[0]",
  },
  {
    why: "a scan has no update",
    program: (mark) => {
      const state = te.placeholder([8, 1], { name: "state" });
      const init = te.compute([1, 1], () => 0.5, "init");
      mark();
      te.scan(init, undefined as never, state, { name: "sc" });
    },
    sentence: "the scan sc needs tensors, not undefined",
  },
  {
    why: "a function returns a string",
    program: (mark) => {
      mark();
      te.compute([8], () => "x" as never, "B");
    },
    sentence: 'the function of B returns "x"; the elements of a tensor must be numbers',
  },
  {
    why: "a function forgets to return",
    program: (mark) => {
      mark();
      te.compute([8], (() => undefined) as never, "B");
    },
    sentence: 'the function of B returns nothing; is a "return" missing?',
  },
  {
    why: "a reduction is part of a larger expression",
    program: (mark) => {
      const A = te.placeholder([8, 8], { name: "A" });
      const k = te.reduceAxis([0, 8], "k");
      mark();
      te.compute([8], (i) => te.sum(A(i, k), k).add(1), "B");
    },
    sentence:
      "the reduction in B is part of a larger expression; compute it in a separate tensor and read that",
  },
  {
    why: "one output is a reduction and the other is not",
    program: (mark) => {
      const A = te.placeholder([8, 8], { name: "A" });
      const k = te.reduceAxis([0, 8], "k");
      mark();
      te.compute([8], (i) => [te.sum(A(i, k), k), A(i, 0)], "B");
    },
    sentence: "the 2 outputs of B must be the components of one reduction, or contain no reduction",
  },
  {
    why: "an axis is reduced over twice",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      mark("k");
      const k = te.reduceAxis([0, 8], "k");
      mark();
      te.sum(A(k), [k, k]);
    },
    sentence: "axis k is passed to sum twice; pass it once",
    notes: ["k"],
  },
  {
    why: "a data axis is reduced over",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      const B = te.compute([8], (i) => A(i), "B");
      mark();
      te.max(A(0), [B.op.axis[0]!]);
    },
    sentence: "max cannot reduce over i; pass an axis made by te.reduceAxis",
  },
  {
    why: "the condition of a reduction is a number",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      const k = te.reduceAxis([0, 8], "k");
      mark();
      te.sum(A(k), k, { where: k.add(1) });
    },
    sentence: "where of sum is (k + 1) of type int32; write a condition, such as i.lt(8)",
  },
  {
    why: "a reducer combines values to another type",
    program: (mark) => {
      const odd = te.commReducer(
        (x, y) => x.add(y).astype("int32"),
        () => 0,
        "odd",
      );
      const A = te.placeholder([8], { name: "A" });
      const k = te.reduceAxis([0, 8], "k");
      mark();
      odd(A(k), k);
    },
    sentence: "the combination of odd is int32((x + y)) of type int32 for a source of type float32",
  },
  {
    why: "a range runs backwards",
    program: (mark) => {
      mark();
      te.reduceAxis([8, 2], "k");
    },
    sentence: "the end of the range of reduction axis k is 2, less than its begin 8",
  },
  {
    why: "a float operand is shifted",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      mark();
      A(0).shiftRight(2);
    },
    sentence: "shiftRight takes integers, but A[0] has type float32",
  },
  {
    why: "shapes do not fit in elementwise arithmetic",
    program: (mark) => {
      mark("A");
      const A = te.placeholder([4, 8], { name: "A" });
      mark("B");
      const B = te.placeholder([4, 6], { name: "B" });
      mark();
      A.add(B);
    },
    sentence:
      "T_add: shapes [4, 8] of A and [4, 6] of B do not match: 8 and 6 differ and neither is 1",
    notes: ["A", "B"],
  },
  {
    why: "a thread axis has no tag",
    program: (mark) => {
      mark();
      te.threadAxis("");
    },
    sentence: 'a thread axis needs a tag, for example threadAxis("threadIdx.x")',
  },
  {
    why: "tag scopes are nested",
    program: (mark) => {
      te.tagScope("outer", () => {
        mark();
        te.tagScope("inner", () => 0);
      });
    },
    sentence: 'tagScope("inner") is inside tagScope("outer"); tags do not nest',
  },
  {
    why: "the rows of a scan have other extents than its state",
    program: (mark) => {
      mark("state");
      const state = te.placeholder([8, 4], { name: "state" });
      mark("init");
      const init = te.compute([1, 4], () => 0.5, "init");
      mark("update");
      const update = te.compute([8, 3], (t, i) => state(t, i), "update");
      mark();
      te.scan(init, update, state, { name: "sc" });
    },
    sentence: "the scan sc: dimension 1 of update is 3, that of the state 4",
    notes: ["init", "update", "state"],
  },
  {
    why: "the type of an external result is ambiguous",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      const B = te.placeholder([8], { name: "B", dtype: "int32" });
      mark();
      te.extern([8], [A, B], () => tir.noOp(), { name: "E" });
    },
    sentence: "the type of E cannot be inferred from inputs of 2 types; pass it as { dtype }",
  },
  {
    why: "an intrinsic reads a computed tensor",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      mark("B");
      const B = te.compute([8], (i) => A(i).add(1), "B");
      const C = te.compute([8], (i) => B(i).mul(2), "C");
      mark();
      te.declTensorIntrin(C.op, () => tir.noOp(), { name: "twice" });
    },
    sentence: "the intrinsic twice reads B, which is computed; its inputs must be placeholders",
    notes: ["B"],
  },
  {
    why: "an intrinsic is declared by a tensor",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      mark();
      te.declTensorIntrin(A as never, () => tir.noOp());
    },
    sentence: "the intrinsic tensor_intrin must be declared by an operation; write A.op",
  },
  {
    why: "an else scope does not follow an if scope",
    program: (mark) => {
      const ib = tir.irBuilder();
      mark();
      ib.elseScope(() => {});
    },
    sentence: "elseScope must follow an ifScope directly",
  },
  {
    why: "a selection is between values of two types",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A", dtype: "int32" });
      const i = te.var("i");
      mark();
      te.select(i.lt(4), A(i), te.const(1, "float32"));
    },
    sentence:
      "types int32 and float32 cannot be combined (in A[i: int32] and 1f32); convert one with .astype(...)",
  },
  {
    why: "a reducer of one value gets two",
    program: (mark) => {
      const k = te.reduceAxis([0, 8], "k");
      const product = te.commReducer(
        (x, y) => x.mul(y),
        () => 1,
        "product",
      );
      mark();
      product([k, k] as never, k);
    },
    sentence: "product cannot reduce 2 values together; make such a reducer with te.tupleReducer",
  },
  {
    why: "a name is passed instead of options",
    program: (mark) => {
      mark();
      te.placeholder([8], "A" as never);
    },
    sentence: 'the options of te.placeholder must be an object, such as { name: "A" }, not "A"',
  },
  {
    why: "a name is a number",
    program: (mark) => {
      mark();
      te.compute([8], () => 0, { name: 8 as never });
    },
    sentence: "the option name of te.compute is 8; it must be a string",
  },
  {
    why: "a reducer has no identity",
    program: (mark) => {
      mark();
      te.commReducer((x, y) => x.add(y), undefined as never);
    },
    sentence:
      "a reducer needs two functions, such as (x, y) => x.add(y) and (dtype) => te.const(0, dtype), not undefined",
  },
  {
    why: "an external computation has no function",
    program: (mark) => {
      mark();
      te.extern([8], [], undefined as never, { name: "E", dtype: "int32" });
    },
    sentence: "E needs a function of its buffers, such as (ins, outs) => statement, not undefined",
  },
  {
    why: "the input of an external computation is a name",
    program: (mark) => {
      mark();
      te.extern([8], ["A" as never], () => tir.callExtern("int32", "f"), { name: "E" });
    },
    sentence: "the inputs of E must be an array of tensors, not A",
  },
  {
    why: "the function of an intrinsic returns nothing",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      const B = te.compute([8], (i) => A(i).add(1), "B");
      mark();
      te.declTensorIntrin(B.op, () => undefined as never, { name: "inc" });
    },
    sentence: 'the function of inc returns no statement; is a "return" missing?',
  },
  {
    why: "the buffers of an intrinsic are in an object",
    program: (mark) => {
      const A = te.placeholder([8], { name: "A" });
      const B = te.compute([8], (i) => A(i).add(1), "B");
      mark();
      te.declTensorIntrin(B.op, () => tir.callExtern("int32", "f"), { binds: { A } as never });
    },
    sentence: "binds of the intrinsic tensor_intrin must be a Map from tensors to buffers",
  },
]);
