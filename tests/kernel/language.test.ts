import fs from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test, vi } from "vitest";
import { Language } from "../../kernel/src/language/language";
import type { Conversion } from "../../kernel/src/language/messages";

const language = new Language(process.cwd());

/** Converts cells one after another and returns the last one's conversion. */
function convert(...cells: string[]): Conversion {
  let declarations = "";
  let last: Conversion | undefined;
  cells.forEach((cell, index) => {
    last = language.convert(declarations, cell, `cell [${index + 1}]`);
    if (last.ok) declarations = last.declarations;
  });
  return last!;
}

function compiled(...cells: string[]): Conversion & { ok: true } {
  const conversion = convert(...cells);
  if (!conversion.ok) throw new Error(JSON.stringify(conversion.diagnostics));
  return conversion;
}

function diagnosed(...cells: string[]): string[] {
  const conversion = convert(...cells);
  if (conversion.ok) throw new Error("the cell was compiled");
  return conversion.diagnostics.map(
    ({ code, line, column, length }) => `TS${code} at ${line}:${column}+${length}`,
  );
}

/** Where a piece of compiled code comes from, as `line:column` from 1. */
function sourceOf({ cell: { code, map } }: Conversion & { ok: true }, piece: string): string {
  const before = code.slice(0, code.indexOf(piece)).split("\n");
  const [line, column] = [before.length - 1, before.at(-1)!.length];
  for (let row = map.length - 4; row >= 0; row -= 4) {
    if (map[row] === line && map[row + 1]! <= column)
      return `${map[row + 2]! + 1}:${map[row + 3]! + 1}`;
  }
  return "nowhere";
}

describe("a compiled cell", () => {
  test("leaves the last expression's value under a name", () => {
    expect(compiled("1 + 1").cell.resultName).toBe("tsLastExpr");
    expect(compiled("const x = 1").cell.resultName).toBeUndefined();
  });

  test("binds its names to its own variables, constants without a setter", () => {
    const { code } = compiled("let a = 1; const b = 2; function f() {}").cell;
    expect(code).toContain("a: [() => a, (__value__) => { a = __value__; }]");
    expect(code).toContain("b: [() => b]");
    expect(code).toContain("f: [() => f,");
  });

  test("may have names that begin with two underscores, here and in later cells", () => {
    const { code } = compiled("const __a = 1, ___b = 2;", "__a + ___b").cell;
    expect(code).toContain("exports.__a + exports.___b");
  });

  test("cannot await in a method that is not async", () => {
    expect(diagnosed("const o = { m() { await 1; } };")).toEqual(["TS1308 at 1:19+5"]);
  });

  test("disposes of its `using` resources when it ends, and still has a value", () => {
    const { code, resultName } = compiled("using r = { [Symbol.dispose]() {} };\n5").cell;
    expect(resultName).toBe("tsLastExpr");
    expect(code).toMatch(/exports\.tsLastExpr = 5;[^]*finally/);
  });

  test("lists what it imports", () => {
    const cell = "import * as fs from 'fs'; import { sep } from 'path'; require('os'); sep; fs";
    expect(new Set(compiled(cell).cell.imports)).toEqual(new Set(["fs", "path", "os"]));
  });

  test("takes names of earlier cells from the session, also in short properties", () => {
    const { code } = compiled("const x = 1; type T = { x: number }", "const o: T = { x }; o").cell;
    expect(code).toContain("{ x: exports.x }");
  });

  test("cannot declare a name that the generated code uses, and says so", () => {
    const conversion = convert("let n = 1;\nconst { exports } = { exports: n };");
    if (conversion.ok) throw new Error("the cell was compiled");
    expect(conversion.diagnostics).toEqual([
      {
        message:
          "A cell cannot declare 'exports', because the kernel uses the name. Choose another.",
        code: 2441,
        file: undefined,
        line: 2,
        column: 9,
        length: 7,
        related: [],
        advice: undefined,
      },
    ]);
    for (const cell of ["let require = 1", "import * as __await__ from 'fs'", "class exports {}"]) {
      expect(diagnosed(cell)[0]).toContain("TS2441");
    }
    compiled("{ const exports = 1; exports; }");
  });

  test("awaits through the evaluator", () => {
    expect(compiled("await Promise.resolve(1)").cell.code).toContain(
      "await __await__(Promise.resolve(1))",
    );
    expect(compiled("const m = await import('os'); m").cell.code).toContain("require.import('os')");
  });

  test("maps its code to the user's lines and columns", () => {
    const cell = compiled(
      "const p = 1; let marker = (n: number): void => {};",
      "interface Gone { a: string }\nconst o = { p }; marker(o.p);\n  marker(2 as number);",
    );
    expect(sourceOf(cell, "marker(o.p)")).toBe("2:18");
    expect(sourceOf(cell, "marker(2)")).toBe("3:3");
  });
});

describe("types", () => {
  test("are remembered from cell to cell", () => {
    expect(diagnosed("let n = 1;", "n = 'text'")).toEqual(["TS2322 at 1:1+1"]);
  });

  test("of functions may be types that the libraries do not export", () => {
    const first = compiled(
      'import * as vta from "vta-ts"; import { te } from "tvm-ts";',
      "function built() { return vta.build(te.createSchedule([]), []); }",
    );
    expect(first.declarations).toMatch(/function built\(\): .*Module/);
  });

  test("are forgotten when a name is declared again", () => {
    expect(compiled("let n = 1;", "let n = 'text';", "n.length").ok).toBe(true);
  });

  test("are checked where the user wrote them, behind what was written out", () => {
    expect(diagnosed("const a = 1;", "const o = { a, a2: a }; const s: string = a;")).toEqual([
      "TS2322 at 1:31+1",
    ]);
  });

  test("of a range over several lines point at its first line", () => {
    expect(diagnosed("const n: number = {\n  a: 1 };")).toEqual(["TS2322 at 1:7+1"]);
  });

  test("cover the names that the kernel adds", () => {
    expect(
      compiled("display(html`<b>`, { id: 'x' }); for (const n of progress([1])) n.toFixed()").ok,
    ).toBe(true);
    expect(diagnosed("display()")).toEqual(["TS2554 at 1:1+7"]);
  });
});

test("a top-level await beside an error is not an error", () => {
  expect(diagnosed("await null;\nnowhere")).toEqual(["TS2304 at 2:1+7"]);
  expect(diagnosed("await null;\nfunction f() { await null }")).toEqual(["TS1308 at 2:16+5"]);
});

describe("completeness", () => {
  test.each(["1", "let x = 1;", "if (a) {\n}", "`a\n${b}`", "// only a comment", ""])(
    "%j is complete",
    (cell) => expect(language.completeness(cell)).toEqual({ status: "complete" }),
  );
  test.each([
    ["f(", "  "],
    ["class A {\n  m() {", "    "],
    ["x +", ""],
    ["const f = () =>", "  "],
    ["/* open", ""],
    ["`open", ""],
    ["let x = {\n  a: 1,", "  "],
  ])("%j is incomplete", (cell, indent) =>
    expect(language.completeness(cell)).toEqual({ status: "incomplete", indent }),
  );
  test.each(["}", "let = = 1", "x = 'open", "f(\n\n\n"])("%j is invalid", (cell) =>
    expect(language.completeness(cell)).toEqual({ status: "invalid" }),
  );
});

describe("completion", () => {
  const at = (cell: string): string[] =>
    language
      .complete("declare const known: { first: number; second: string };\n", cell, cell.length)
      .items.map(({ text }) => text);

  test("offers members that begin as typed", () => {
    expect(at("known.")).toEqual(["first", "second"]);
    expect(at("known.F")).toEqual(["first"]);
  });

  test("offers the strings that an option accepts", () => {
    const setting =
      'type Kind = "int8" | "int32" | "float32"; declare function f(o: { dtype: Kind }): void;';
    expect(at(`${setting}\nf({ dtype: "`)).toEqual(["int8", "int32", "float32"]);
    expect(at(`${setting}\nf({ dtype: "int`)).toEqual(["int8", "int32"]);
  });

  test("offers what can be imported: packages, and files beside the notebook", () => {
    expect(at('import { te } from "tvm')).toEqual(["tvm-ts"]);
    expect(at('import { readFileSync } from "node:f')).toContain("node:fs");
    expect(at('import x from "./tests/kernel/modern')).toContain("modern-cells");
    expect(at('import x from "./tests/ker')).toEqual(["kernel"]);
  });

  test("replaces the part of a string that was typed", () => {
    const cell = 'import x from "./tests/ker';
    const { start, end } = language.complete("", cell, cell.length);
    expect(cell.slice(start, end)).toBe("ker");
  });

  test("offers the members that every function has last", () => {
    const setting = "const f = Object.assign(() => 1, { zoo: 2 });";
    const { declarations } = compiled(setting);
    const names = language.complete(declarations, "f.", 2).items.map(({ text }) => text);
    expect(names).toContain("zoo");
    expect(names.indexOf("apply")).toBeGreaterThan(names.indexOf("zoo"));
  });

  test("has the kind of each name", () => {
    const { items } = language.complete("declare function f1(): void;\n", "f1", 2);
    expect(items).toContainEqual({ text: "f1", kind: "function", signature: "(): void" });
  });

  test("has the signatures of functions and classes", () => {
    const { declarations } = compiled('import { te, runtime } from "tvm-ts"; const k = 1;');
    const signatureOf = (cell: string, name: string): string | undefined =>
      language.complete(declarations, cell, cell.length).items.find(({ text }) => text === name)
        ?.signature;
    expect(signatureOf("te.", "placeholder")).toMatch(/^\(shape: .*\): .*Tensor$/);
    expect(signatureOf("Math.", "hypot")).toBe("(...values: number[]): number");
    expect(signatureOf("new runtime.", "NDArray")).toMatch(/NDArray$/);
    expect(signatureOf("Math.", "PI")).toBeUndefined();
  });
});

describe("a cell that uses what pages and Node share", () => {
  // Where a tsconfig.json is, as in this project's folder, Node's types are loaded at once.
  const fresh = new Language(tmpdir());
  test.each([
    "await new Promise((resolve) => setTimeout(resolve, 5))",
    "const timer = setTimeout((n: number) => n, 5, 1); timer.unref(); clearTimeout(timer)",
    "clearInterval(setInterval(() => 1, 5))",
    'new URL("a", "http://b/").searchParams.size',
    'AbortSignal.any([AbortSignal.timeout(5)]).addEventListener("abort", () => 1)',
    'structuredClone(new Map([["a", 1]])).get("a")! + 1',
  ])("%s is accepted", (cell) => {
    expect(fresh.convert("", cell, "cell [1]")).toMatchObject({ ok: true });
  });
});

test("a first cell is checked without the types of Node and of other packages", () => {
  const read = vi.spyOn(fs, "readFileSync");
  const cell = 'import * as tvm from "tvm-ts"; import * as vta from "vta-ts"; vta.getEnv()';
  expect(new Language(tmpdir()).convert("", cell, "cell [1]")).toMatchObject({ ok: true });
  const paths = read.mock.calls.map(([path]) => String(path));
  read.mockRestore();
  const declarations = paths.filter((path) => /\.d\.[cm]?ts$/.test(path));
  expect(declarations.some((path) => path.endsWith("vta/dist/declarations.d.ts"))).toBe(true);
  const others = declarations.filter((path) => /node_modules\/(?!typescript\/lib)/.test(path));
  expect(others).toEqual([]);
});

describe("inspection", () => {
  const declarations =
    "/** Doubles.\n * @param x what */\ndeclare function twice(x: number): number;\n";

  test.each([
    ["on the name", "twice(1)", 2],
    ["behind the name", "twice", 5],
    ["between the parentheses", "twice(1, 2)", 7],
    ["behind an open parenthesis", "twice(", 6],
  ])("works %s", (_, cell, offset) => {
    const inspection = language.inspect(declarations, cell, offset);
    expect(inspection?.signature).toBe("function twice(x: number): number");
    expect(inspection?.documentation).toBe("Doubles.");
    expect(inspection?.tags).toEqual([{ name: "param", text: "x what" }]);
  });

  test("shows classes of the libraries by their names, also where two have the same", () => {
    const { declarations } = compiled('import { relay, tir } from "tvm-ts";');
    for (const name of ["relay.Var", "tir.Var"]) {
      const signature = language.inspect(declarations, name, name.length)?.signature;
      expect(signature).toContain(`class ${name}`);
      expect(signature).not.toContain("$");
    }
  });

  test("finds nothing where there is nothing", () => {
    expect(language.inspect("", "   ", 1)).toBeUndefined();
  });
});
