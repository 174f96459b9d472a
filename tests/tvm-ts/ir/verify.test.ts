import { describe, expect, test } from "vitest";
import { tir } from "tvm-ts";

const A = tir.declBuffer([8], "int32", { name: "A" });
const a = new tir.Var("A", "handle");
const i = new tir.Var("i");
const zero = new tir.IntImm(0);
const eight = new tir.IntImm(8);

function problems(body: tir.Stmt): readonly string[] {
  return tir.verifyFunc(new tir.PrimFunc([a], body, new Map([[a, A]])));
}

const store = (index = i): tir.Stmt => new tir.BufferStore(A, zero, [index]);
const loop = (body: tir.Stmt, variable = i): tir.Stmt =>
  new tir.For(variable, zero, eight, "serial", body);

test("a well-formed function has no problems", () => {
  const x = new tir.Var("x");
  const body = new tir.LetStmt(x, tir.add(i, 1), new tir.IfThenElse(tir.lt(x, 8), store(x)));
  expect(problems(loop(body))).toEqual([]);
});

describe("what passes may break", () => {
  const B = tir.declBuffer([4], "float32", { name: "B" });
  const table: readonly (readonly [string, tir.Stmt, RegExp])[] = [
    [
      "a variable outside of its loop",
      new tir.SeqStmt([loop(tir.noOp()), store()]),
      /i is not defined here/,
    ],
    [
      "a variable defined twice",
      new tir.SeqStmt([loop(tir.noOp()), loop(tir.noOp())]),
      /i is defined twice/,
    ],
    [
      "memory that is not allocated",
      new tir.BufferStore(B, zero.astype("float32"), [zero]),
      /B is accessed/,
    ],
    [
      "memory of another type",
      new tir.Allocate(B.data, "int32", [eight], tir.trueImm(), tir.noOp()),
      /B points to float32, but is allocated with elements of int32/,
    ],
    [
      "a value of another type",
      new tir.BufferStore(A, tir.trueImm(), [zero]),
      /A stores int32.*value is bool/,
    ],
    [
      "too many indices",
      new tir.BufferStore(A, zero, [zero, zero]),
      /A of 1 dimensions is accessed with 2 indices/,
    ],
    [
      "a condition that is a number",
      new tir.IfThenElse(zero, tir.noOp()),
      /condition 0 is int32, not bool/,
    ],
    [
      "a loop bound of another type",
      new tir.For(i, zero, new tir.IntImm(8, "int64"), "serial", tir.noOp()),
      /loop i is int32, but a bound is int64/,
    ],
    [
      "an index that is not an integer",
      new tir.Evaluate(new tir.BufferLoad(A, [zero.astype("float32")])),
      /index 0f32 is float32, not an integer/,
    ],
    ["numbers joined by and", new tir.Evaluate(new tir.And(zero, eight)), /And of int32/],
    ["an empty sequence", new tir.SeqStmt([]), /a sequence is empty/],
  ];
  test.each(table)("%s", (_, body, problem) => {
    expect(problems(body).join("; ")).toMatch(problem);
  });

  test("a let's variable is not defined outside of its body", () => {
    const x = new tir.Var("x");
    const sum = tir.add(new tir.Let(x, zero, tir.add(x, 1)), x);
    expect(problems(new tir.Evaluate(sum))).toEqual(["variable x is not defined here"]);
  });
});
