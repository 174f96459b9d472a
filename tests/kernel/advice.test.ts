/** The advice of a refusal: the TypeScript for what was written as in Python. */

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
const W = tvm.nd.empty([4, 4]), R = tvm.nd.empty([4, 4]);
const later = Promise.resolve(W);
declare const f: ReturnType<typeof tvm.build>;
`;

let language: Language;
let declarations: string;

/** The message of each error, with the advice behind an arrow. */
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
      "Cannot find name 'factor'. → pass options as a last object: { factor: 4 }",
    ],
    [
      "tvm.lower(s, [A, C], simple_mode=True)",
      "Cannot find name 'simple_mode'. → pass options as a last object: { simpleMode: true }",
    ],
    [
      "te.sum(A(0, k), axis=k)",
      "Cannot find name 'axis'. → pass arguments by position: sum(expr: ExprLike, axis: IterVar | readonly IterVar[], options?: { where?, init? }) or sum(first: ExprLike, second: ExprLike, ...more: readonly ExprLike[])",
    ],
  ]);
});

describe("a refused call shows the function's signature", () => {
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
    ["Math.exp(A(0, 0))", "Math.exp() is for numbers; for expressions te.exp(a)"],
    ["Math.max(A(0, 0), 0)", "Math.max() is for numbers; for expressions a.max(b)"],
    ["tvm.build(s, [A, C])(v)", "make a device's array by tvm.nd.array(v)"],
  ])("%s", (cell, advice) => {
    expect(refusals(cell)[0]!.split(" → ")[1]).toBe(advice);
  });

  test("the signature is that of the wrong call", () => {
    const usage = "placeholder(shape: ShapeLike, options?: { name?, dtype? })";
    expect(refusals("te.placeholder()")).toEqual([`Expected 1-2 arguments, but got 0. → ${usage}`]);
    expect(refusals("te.placeholder([1], {}, te.var())")[0]).toContain(` → ${usage}`);
    expect(refusals("te.placeholder(te.createSchedule(C.op))")[0]).toContain(` → ${usage}`);
  });

  test("of several overloads the clearest reason is shown", () => {
    const [refusal] = refusals("tvm.lower(s, [A, C], { simple_mode: true })");
    expect(refusal).toContain("Did you mean to write 'simpleMode'? → lower(");
    expect(refusal).not.toContain("Overload");
  });
});

describe("elements of objects", () => {
  table([
    [
      "te.compute([4, 4], (i, j) => A[i, j])",
      "Left side of comma operator is unused and has no side effects. → read elements of tensors by calls: A(i, j)",
    ],
    [
      "te.compute([4, 4], (i, j) => A[i][j] + 1)",
      "Type 'Var' cannot be used as an index type. → read elements of tensors by calls: A(i, j)",
    ],
  ]);

  test.each([
    ["v[0]", "an element is v.get(0); .set([i], x) writes it"],
    ["lowered['main']", "functions are lowered.functions.get('main')"],
    ["s['C']", "stages are s[C], by the tensor and not by its name"],
  ])("%s", (cell, advice) => {
    expect(refusals(cell)).toEqual([expect.stringMatching(/→ /)]);
    expect(refusals(cell)[0]!.split(" → ")[1]).toBe(advice);
  });
});

describe("names", () => {
  table([
    [
      "print(n)",
      "Cannot find name 'print'. → write console.log() or display(); the last value of a cell is shown by itself",
    ],
    ["const b = True", "Cannot find name 'True'. → write true"],
    ["D = te.placeholder([1])", "Cannot find name 'D'. → declare new names: const D = ..."],
    [
      "p, q = s[C].split(x, { factor: 4 })",
      "Cannot find name 'p'. → declare several names by const [a, b] = ...",
    ],
    [
      "te.create_schedule(C.op)",
      "Property 'create_schedule' does not exist on 'te'. Did you mean 'createSchedule'?",
    ],
    ["np.float32", "Property 'float32' does not exist on 'np'. → types are strings: \"float32\""],
    ["vta.top", "Property 'top' does not exist on 'vta'. Did you mean 'topi'? → write vta.topi"],
  ]);

  test("a name from a cell that was not run is reported as such, once", () => {
    refusals("const wanted: number = 'text'", "cell [5]");
    expect(refusals("wanted + wanted")).toEqual([
      "Cannot find name 'wanted'. → wanted is declared in cell [5], which was not run",
    ]);
    refusals("const wanted = 1", "cell [6]");
    expect(refusals("wanted")).toEqual(["Cannot find name 'wanted'."]);
  });
});

describe("Python syntax", () => {
  test.each([
    ["np.zeros((3, 3))", "write the tuple as [3, 3]"],
    ["v.reshape((3, 1))", "write the tuple as [3, 1]"],
    ["te.ifThenElse(x == 2, 1, 0)", "write x.eq(2)"],
    ["A(0, 0) == 0", "write A(0, 0).eq(0)"],
    ["0 !== A(0, 0)", "write A(0, 0).ne(0)"],
    [
      "np.max(v) === 0",
      "write np.max(v).item() === 0 for an array of one element, np.equal(np.max(v), 0) for all elements",
    ],
    ["f(later, W, R)", "later is a promise; write await later"],
    ["later.numpy()", "later is a promise; write (await later).numpy"],
    ["later + 1", "later is a promise; write (await later)"],
    ["te.reduceAxis(16)", "write the range as [0, 16]"],
    ["v.length", "write v.size; the first dimension is v.shape[0]"],
    ["W.length", "the first dimension is W.shape[0]"],
    ["v.clip(0, 1)", "it is a function: np.clip(v, ...)"],
    ["v.expand_dims(0)", "it is a function: np.expandDims(v, ...)"],
    ["np.random.randn(3)", "write np.random.normal(0, 1, shape)"],
    [
      "for (const e of v) console.log(e)",
      "write for (const x of v.data) for elements; rows are v.slice(String(i)) for i below v.shape[0]",
    ],
    ["for (const e of W) console.log(e)", "write for (const x of W.numpy().data) for elements"],
    ["let t: te.Tensor;", 'import the type: import { te } from "tvm-ts"'],
    [
      "Math.round(np.mean(v))",
      "Math.round() is for numbers; write Math.round(Number(np.mean(v).item())), or np.round(a) for every element",
    ],
    ["f(v, W, R)", "make a device's array by tvm.nd.array(v)"],
    [
      "C.op.body",
      'only some kinds have it, such as compute: if (C.op.kind === "compute") { C.op.body }',
    ],
    ["!ls -la", "run shell commands by import { execSync } from"],
    ["!pip install numpy", "run shell commands by import { execSync } from"],
    ["with tvm.PassContext():\n  1", "use an option or a function instead of 'with'"],
  ])("%s", (cell, advice) => {
    const [first, ...more] = refusals(cell);
    expect(first!.split(" → ")[1]).toContain(advice);
    expect(more).toEqual([]);
  });

  test("a misspelt name inside an index is the only error that is reported", () => {
    expect(refusals("s[typo].setScope('local')")).toEqual(["Cannot find name 'typo'."]);
  });

  test("np.allclose and a tensor's shape have the types that they have in Python", () => {
    expect(refusals("const ok: boolean = np.allclose(v, [1, 2, 3])")).toEqual([]);
    expect(refusals("tvm.nd.empty(A.shape); np.zeros(A.shape); v.reshape(...A.shape)")).toEqual([]);
    expect(refusals("const k2: number = A.constShape[0]! * 2")).toEqual([]);
  });

  test("advice to await is given once", () => {
    const conversion = language.convert(declarations, "later.numpy()", "cell [2]");
    expect(!conversion.ok && conversion.diagnostics.flatMap(({ related }) => related)).toEqual([]);
  });
});

describe("what cannot run in a cell is refused", () => {
  table([
    [
      "import.meta.url",
      "'import.meta' is not available here; write __filename or __dirname instead",
    ],
    ...["import * as tslab from 'tslab'", "import('tslab')", "require('tslab')"].map(
      (cell) =>
        [
          cell,
          "'tslab' cannot be used in this kernel; write html`<b>...</b>`, md`...`, svg`...` or display(value), which need no import",
        ] as const,
    ),
  ]);
});

describe("a cell warns of a comment that may have been meant as a division", () => {
  const warnings = (cell: string): string[] => {
    const conversion = language.convert(declarations, cell, "cell [2]");
    if (!conversion.ok) throw new Error(JSON.stringify(conversion.diagnostics));
    return conversion.warnings.map(
      ({ line, column, length, advice }) => `${line}:${column}+${length} ${advice}`,
    );
  };
  test.each([
    ["7 // 2", "1:3+4 write a // b as Math.floor(7 / 2)"],
    ["const size = 2;\nconst h = 8 // size", "2:13+7 write a // b as Math.floor(8 / size)"],
    ["te.compute([8], (i) =>\n  A(i // 2\n , 0))", "2:7+4 write a // b as i.floorDiv(2)"],
    ["v.mean() // 2;", "1:10+5 write a // b as v.mean().floorDiv(2)"],
    [
      "Number(v.mean().item()) * 3 // 2",
      "1:29+4 write a // b as Math.floor(Number(v.mean().item()) * 3 / 2)",
    ],
  ])("%s", (cell, warning) => expect(warnings(cell)).toEqual([warning]));

  test.each([
    ["9; // two halves"],
    ["9; // 2"],
    ["9 // two halves"],
    ["9 // done"],
    ["'http:' // 2"],
    ["const text = `7 // 2`"],
    ["[1, // 2\n 3]"],
    ["// 2"],
  ])("%s is not", (cell) => expect(warnings(cell)).toEqual([]));
});

describe("lines that cannot be parsed", () => {
  test.each([
    ["import numpy as np", "write import * as tvm"],
    ["import tvm", "write import * as tvm"],
    ["import tvm\nconst a = 1;", "write import * as tvm"],
    ["from tvm import te", "write import * as tvm"],
    ["1;\n# a comment", "comments begin"],
    ["def f(x):\n    return x", "write functions as"],
    ["te.compute([4], lambda i: A(i, 0))", "write lambda i, j: value as"],
    ["for i in range(4):\n    n", "write loops as"],
    ["[i for i in list]", "write [f(x) for x in list] as"],
    ["if n == 3:\n  n", "put conditions in parentheses"],
    ["const y = not true", "write not, and, or as"],
    ["console.log(f'n is {n}')", "write strings with values"],
    ["te.compute([4], (i) => A(i, i // 2))", "// begins a comment"],
    ["const (a, b) = s[C].split(x, { factor: 4 })", "declare several names"],
    ["te.placeholder((n,), { name: 'A' })", "write tuples as [n]"],
    ["v[0:2]", "write parts of arrays"],
  ])("%s", (cell, advice) => {
    const [first] = refusals(cell);
    expect(first).toContain(` → ${advice}`);
  });

  test("a line in Python has only one error", () => {
    expect(refusals("te.compute([4], lambda i: A[i])")).toHaveLength(1);
  });
});

test("a long line that cannot be parsed is reported at once", () => {
  const start = performance.now();
  expect(refusals(`const data = ; // ${"[ for in ".repeat(20_000)}`).length).toBeGreaterThan(0);
  expect(performance.now() - start).toBeLessThan(5000);
});

test("a choice by an expression is advised", () => {
  expect(refusals("te.compute([4], (i) => i < 2 ? 1 : 0)")).toEqual([
    "'<' makes a PrimExpr here, and '?:' treats every PrimExpr as true; te.ifThenElse(condition, a, b) chooses between expressions, a.and(b), a.or(b) and a.not() combine conditions",
  ]);
});

test("arrays of devices have no operators", () => {
  expect(refusals("const d = tvm.nd.array([1]); d + 1")).toEqual([
    "Operator '+' cannot be applied to types 'NDArray' and 'number'. → calculate with d.numpy(), a copy of it for np",
  ]);
});

test("errors of other kinds have no advice", () => {
  expect(refusals("console.log('one and two'")).toEqual(["')' expected."]);
  expect(refusals("const t: string = 1")).toEqual([
    "Type 'number' is not assignable to type 'string'.",
  ]);
});
