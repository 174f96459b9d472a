/** What follows a refusal: how a thing is written here that was written as in Python. */

import { beforeAll, describe, expect, test } from "vitest";
import { Language } from "../../kernel/src/language/language";
import { buildPackages, root } from "../support/jupyter-env";

const setting = `
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
const { te, np } = tvm;
const n = te.var("n");
const k = te.reduceAxis([0, 4], "k");
const A = te.placeholder([4, 4], { name: "A" });
const C = te.compute([4, 4], (i, j) => A(i, j), "C");
const s = te.createSchedule(C.op);
const x = C.op.axis[0];
const v = np.array([1, 2, 3]);
const lowered = tvm.lower(s, [A, C]);
`;

let language: Language;
let declarations: string;

/** Each mistake's sentence, with the advice behind an arrow. */
function refusals(cell: string, name = "cell [2]"): string[] {
  const conversion = language.convert(declarations, cell, name);
  if (conversion.ok) return [];
  return conversion.diagnostics.map(({ message, advice }) =>
    advice === undefined ? message : `${message} → ${advice}`,
  );
}

beforeAll(() => {
  buildPackages();
  language = new Language(root);
  const conversion = language.convert("", setting, "cell [1]");
  if (!conversion.ok) throw new Error(JSON.stringify(conversion.diagnostics));
  declarations = conversion.declarations;
}, 300_000);

function table(rows: readonly (readonly [cell: string, ...refusals: string[]])[]): void {
  test.each(rows.map(([cell, ...expected]) => [cell, expected] as const))(
    "%s",
    (cell, expected) => {
      expect(refusals(cell)).toEqual(expected);
    },
  );
}

describe("arguments by name", () => {
  table([
    [
      "s[C].split(x, factor=4)",
      "Cannot find name 'factor'. → keyword arguments are an object at the end: { factor: 4 }",
    ],
    [
      "tvm.lower(s, [A, C], simple_mode=True)",
      "Cannot find name 'simple_mode'. → keyword arguments are an object at the end: { simpleMode: true }",
    ],
    [
      "te.sum(A(0, k), axis=k)",
      "Cannot find name 'axis'. → arguments are given by their places: sum(expr: ExprLike, axis: IterVar | readonly IterVar[], options?: { where?, init? }) or sum(first: ExprLike, second: ExprLike, ...more: readonly ExprLike[])",
    ],
  ]);
});

describe("a call is refused with how it is made", () => {
  table([
    [
      "s[C].split(x, 4)",
      "Argument of type 'number' is not assignable to parameter of type 'SplitBy'. → split(axis: IterVar, by: { factor } | { nparts })",
    ],
    [
      "s[C].computeAt(C, x)",
      "Argument of type 'Tensor' is not assignable to parameter of type 'Stage'. → computeAt(parent: Stage, axis: IterVar)",
    ],
    [
      "te.placeholder([3], 'A')",
      "Type '\"A\"' has no properties in common with type 'PlaceholderOptions'. → placeholder(shape: ShapeLike, options?: { name?, dtype? })",
    ],
  ]);

  test.each([
    ["Math.exp(A(0, 0))", "Math.exp() is for numbers; of expressions te.exp(a)"],
    ["Math.max(A(0, 0), 0)", "Math.max() is for numbers; of expressions a.max(b)"],
    ["tvm.build(s, [A, C])(v)", "a device's array is made by tvm.nd.array(v)"],
  ])("%s", (cell, advice) => {
    expect(refusals(cell)[0]!.split(" → ")[1]).toBe(advice);
  });

  test("the call that is wrong is the one whose use is told", () => {
    const usage = "placeholder(shape: ShapeLike, options?: { name?, dtype? })";
    expect(refusals("te.placeholder()")).toEqual([`Expected 1-2 arguments, but got 0. → ${usage}`]);
    expect(refusals("te.placeholder([1], {}, te.var())")[0]).toContain(` → ${usage}`);
    expect(refusals("te.placeholder(te.createSchedule(C.op))")[0]).toContain(` → ${usage}`);
  });

  test("of several ways to call it the plainest reason is told", () => {
    const [refusal] = refusals("tvm.lower(s, [A, C], { simple_mode: true })");
    expect(refusal).toContain("Did you mean to write 'simpleMode'? → lower(");
    expect(refusal).not.toContain("Overload");
  });
});

describe("elements of objects", () => {
  table([
    [
      "te.compute([4, 4], (i, j) => A[i, j])",
      "Left side of comma operator is unused and has no side effects. → elements of tensors are read by calls: A(i, j)",
    ],
    [
      "te.compute([4, 4], (i, j) => A[i][j] + 1)",
      "Type 'Var' cannot be used as an index type. → elements of tensors are read by calls: A(i, j)",
    ],
  ]);

  test.each([
    ["v[0]", "an element is v.get(0); .set([i], x) writes it"],
    ["lowered['main']", "functions are lowered.functions.get('main')"],
    ["s['C']", "stages are s[C], by the tensor itself and not by its name"],
  ])("%s", (cell, advice) => {
    expect(refusals(cell)).toEqual([expect.stringMatching(/→ /)]);
    expect(refusals(cell)[0]!.split(" → ")[1]).toBe(advice);
  });
});

describe("names", () => {
  table([
    [
      "print(n)",
      "Cannot find name 'print'. → it is console.log(), or display(); the last value of a cell is shown by itself",
    ],
    ["const b = True", "Cannot find name 'True'. → it is written true"],
    ["D = te.placeholder([1])", "Cannot find name 'D'. → new names are declared: const D = ..."],
    [
      "p, q = s[C].split(x, { factor: 4 })",
      "Cannot find name 'p'. → several names are declared by const [a, b] = ...",
    ],
    [
      "te.create_schedule(C.op)",
      "Property 'create_schedule' does not exist on 'te'. Did you mean 'createSchedule'?",
    ],
    ["np.float32", "Property 'float32' does not exist on 'np'. → types are texts: \"float32\""],
    ["vta.top", "Property 'top' does not exist on 'vta'. Did you mean 'topi'? → it is vta.topi"],
  ]);

  test("what a cell declared that was not run is told as such, once", () => {
    refusals("const wanted: number = 'text'", "cell [5]");
    expect(refusals("wanted + wanted")).toEqual([
      "Cannot find name 'wanted'. → wanted is declared in cell [5], which was not run",
    ]);
    refusals("const wanted = 1", "cell [6]");
    expect(refusals("wanted")).toEqual(["Cannot find name 'wanted'."]);
  });
});

describe("lines that cannot be parsed", () => {
  test.each([
    ["import numpy as np", "modules are imported"],
    ["import tvm", "modules are imported"],
    ["import tvm\nconst a = 1;", "modules are imported"],
    ["from tvm import te", "modules are imported"],
    ["1;\n# a comment", "comments begin"],
    ["def f(x):\n    return x", "functions are written"],
    ["te.compute([4], lambda i: A(i, 0))", "lambda i, j: value is written"],
    ["for i in range(4):\n    n", "loops are written"],
    ["[i for i in list]", "[f(x) for x in list] is written"],
    ["if n == 3:\n  n", "conditions stand in parentheses"],
    ["const y = not true", "not, and, or are written"],
    ["console.log(f'n is {n}')", "texts with values"],
    ["te.compute([4], (i) => A(i, i // 2))", "// begins a comment"],
    ["const (a, b) = s[C].split(x, { factor: 4 })", "several names are declared"],
    ["te.placeholder((n,), { name: 'A' })", "tuples are written [n]"],
    ["v[0:2]", "parts of arrays"],
  ])("%s", (cell, advice) => {
    const [first] = refusals(cell);
    expect(first).toContain(` → ${advice}`);
  });

  test("of a line in Python one mistake is enough", () => {
    expect(refusals("te.compute([4], lambda i: A[i])")).toHaveLength(1);
  });
});

test("a long line that cannot be parsed is told of at once", () => {
  const start = performance.now();
  expect(refusals(`const data = ; // ${"[ for in ".repeat(20_000)}`).length).toBeGreaterThan(0);
  expect(performance.now() - start).toBeLessThan(5000);
});

test("a choice by an expression is advised", () => {
  expect(refusals("te.compute([4], (i) => i < 2 ? 1 : 0)")).toEqual([
    "'<' makes a PrimExpr here, and '?:' takes every PrimExpr for true; te.ifThenElse(condition, a, b) chooses between expressions, a.and(b), a.or(b) and a.not() combine conditions",
  ]);
});

test("arrays of devices do not calculate", () => {
  expect(refusals("const d = tvm.nd.array([1]); d + 1")).toEqual([
    "Operator '+' cannot be applied to types 'NDArray' and 'number'. → calculate with d.numpy(), a copy of it for np",
  ]);
});

test("mistakes of other kinds are told without advice", () => {
  expect(refusals("console.log('one and two'")).toEqual(["')' expected."]);
  expect(refusals("const t: string = 1")).toEqual([
    "Type 'number' is not assignable to type 'string'.",
  ]);
});
