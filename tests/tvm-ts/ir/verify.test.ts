import { describe, expect, test } from "vitest";
import {
  add,
  Allocate,
  And,
  BufferLoad,
  BufferStore,
  declBuffer,
  Evaluate,
  For,
  IfThenElse,
  IntImm,
  Let,
  LetStmt,
  lt,
  noOp,
  PrimFunc,
  SeqStmt,
  trueImm,
  Var,
  verifyFunc,
  type Stmt,
} from "tvm-ts";

const A = declBuffer([8], "int32", { name: "A" });
const a = new Var("A", "handle");
const i = new Var("i");
const zero = new IntImm(0);
const eight = new IntImm(8);

function problems(body: Stmt): readonly string[] {
  return verifyFunc(new PrimFunc([a], body, new Map([[a, A]])));
}

const store = (index = i): Stmt => new BufferStore(A, zero, [index]);
const loop = (body: Stmt, variable = i): Stmt => new For(variable, zero, eight, "serial", body);

test("a well-formed function has no problems", () => {
  const x = new Var("x");
  const body = new LetStmt(x, add(i, 1), new IfThenElse(lt(x, 8), store(x)));
  expect(problems(loop(body))).toEqual([]);
});

describe("what passes may break", () => {
  const B = declBuffer([4], "float32", { name: "B" });
  const table: readonly (readonly [string, Stmt, RegExp])[] = [
    [
      "a variable outside of its loop",
      new SeqStmt([loop(noOp()), store()]),
      /i is not defined here/,
    ],
    ["a variable defined twice", new SeqStmt([loop(noOp()), loop(noOp())]), /i is defined twice/],
    [
      "memory nobody allocated",
      new BufferStore(B, zero.astype("float32"), [zero]),
      /B is accessed/,
    ],
    [
      "memory of another type",
      new Allocate(B.data, "int32", [eight], trueImm(), noOp()),
      /B points to float32, but is allocated as int32/,
    ],
    [
      "a value of another type",
      new BufferStore(A, trueImm(), [zero]),
      /A stores int32.*given bool/,
    ],
    ["too many indices", new BufferStore(A, zero, [zero, zero]), /A of 1 dimensions has 2 indices/],
    ["a condition that is a number", new IfThenElse(zero, noOp()), /condition 0 is a int32/],
    [
      "a loop bound of another type",
      new For(i, zero, new IntImm(8, "int64"), "serial", noOp()),
      /loop i is int32, a bound int64/,
    ],
    [
      "an index that is no integer",
      new Evaluate(new BufferLoad(A, [zero.astype("float32")])),
      /index 0f32 is a float32/,
    ],
    ["numbers joined by and", new Evaluate(new And(zero, eight)), /And of int32/],
    ["an empty sequence", new SeqStmt([]), /a sequence is empty/],
  ];
  test.each(table)("%s", (_, body, problem) => {
    expect(problems(body).join("; ")).toMatch(problem);
  });

  test("a let's variable is not known behind its body", () => {
    const x = new Var("x");
    const sum = add(new Let(x, zero, add(x, 1)), x);
    expect(problems(new Evaluate(sum))).toEqual(["variable x is not defined here"]);
  });
});
