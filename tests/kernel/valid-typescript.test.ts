import fc from "fast-check";
import { createRequire } from "node:module";
import type * as ts from "typescript";
import { beforeAll, expect, test } from "vitest";
import { cellOptions } from "../../kernel/src/language/compiler-options";
import { libraries } from "../../kernel/src/hosts/node/libraries";
import { loadCompiler } from "../../kernel/src/hosts/node/language";
import { startTslab, type Tslab } from "../../kernel/src/language/tslab";
import { buildPackages, root } from "../support/jupyter-env";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 1000);
/** The number of expressions in a cell. */
const BATCH = 50;

const setting = `
import * as tvm from "tvm-ts";
const n = tvm.te.sizeVar("n"), A = tvm.te.placeholder([2], { name: "A" });
const s = tvm.te.createSchedule(tvm.te.compute([2], (i) => A(i), "B").op);
const v = tvm.np.zeros([2]), e: tvm.tir.PrimExpr = n;
const k = 3 as number, t = "t" as string, b = 4n, f = true as boolean, any: any = 5;
const date = new Date(0), list: number[] = [1], table: Record<string, number> = {};
const maybe = e as tvm.tir.PrimExpr | undefined;
`;

const leaf = fc.oneof(
  fc.constantFrom("n", "A", "v", "any", "t"),
  fc.constantFrom("s", "e", "maybe", "k", "b", "f", "date", "list", "table"),
  fc.constantFrom("1", "'x'", "2n", "null", "undefined"),
);

/**
 * Expressions of all kinds except those to which cells give another meaning: comparisons and
negations of objects.
 */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const part = tie("expression");
  const binary = fc.constantFrom(
    ...["+", "+", "+", "-", "*", "/", "%", "**", "<<", ">>", ">>>", "&", "|", "^"],
    ...["??", "==", "===", "!=", "!==", ",", "instanceof", "in"],
  );
  /** Never an array or an expression, which cannot be a condition. */
  const condition = fc.oneof(
    fc.constantFrom("k", "t", "b", "f", "date", "list", "maybe"),
    // For two objects this compares identities, which is refused where an expression is expected.
    fc
      .tuple(part, fc.constantFrom("any", "null", "undefined"))
      .map(([a, c]) => `(${a}) !== (${c})`),
  );
  return {
    expression: fc.oneof(
      { maxDepth: 3, depthIdentifier: "expression" },
      leaf,
      fc.tuple(part, binary, part).map(([a, operator, c]) => `(${a}) ${operator} (${c})`),
      fc.tuple(fc.constantFrom("+", "typeof ", "void "), part).map((x) => `${x[0]}(${x[1]})`),
      condition.map((a) => `!(${a})`),
      part.map((a) => `(${a}) satisfies unknown`),
      part.map((a) => `[...[${a}], ...[]] as const`),
      part.map((a) => `(<const T,>(x: NoInfer<T> | T): T => x)(${a})`),
      part.map((a) => `(() => { using held = null; return ${a}; })()`),
      part.map((a) => `class { accessor held = (${a}); static { void this; } }`),
      part.map((a) => `new class { #held = ${a}; is(o: object) { return #held in o; } }()`),
      fc.tuple(part, part).map(([a, c]) => `Object.groupBy([${a}], () => String(${c}))`),
      fc.tuple(part, part).map(([a, c]) => `(list[0] ??= 1, (${a})?.[${c}])`),
      fc
        .tuple(condition, fc.constantFrom("&&", "||"), part)
        .map((x) => `(${x[0]}) ${x[1]} (${x[2]})`),
      fc.tuple(condition, part, part).map(([a, c, d]) => `(${a}) ? (${c}) : (${d})`),
      fc.tuple(part, part).map(([a, c]) => `(${a})[${c}]`),
      fc.tuple(part, part).map(([a, c]) => `((x = (${a})) => [x, (${c})])()`),
      part.map((a) => `\`\${${a}}\``),
    ),
  };
});

interface Checked {
  /** The statements that TypeScript accepts. */
  readonly accepted: readonly string[];
  readonly code: string;
  readonly declarations: string;
}

/** A converter over one of two compilers, and its output for statements. */
function start(
  compiler: typeof ts,
): (declarations: string, statements: readonly string[]) => Checked {
  let code = "";
  let diagnostics: readonly ts.Diagnostic[] = [];
  const options = cellOptions(compiler, root, false);
  const tslab: Tslab = startTslab(compiler, root, {
    configure: (all, rootFiles) => {
      Object.assign(all, options);
      rootFiles.push(...libraries.map(({ types }) => types));
    },
    mayChange: () => false,
    emittedCell: (text) => {
      code = text.replace(/\/\/# sourceMappingURL.*/, "");
    },
    emittedModule: () => undefined,
    diagnosed: (found) => {
      diagnostics = found;
    },
  });
  return (declarations, statements) => {
    const cell = statements.join("\n");
    const { declOutput } = tslab.converter.convert(declarations, cell);
    let at = tslab.prefix.length;
    const accepted = statements.filter((statement) => {
      const from = at;
      at += statement.length + 1;
      return !diagnostics.some(({ start = 0 }) => start >= from && start < at);
    });
    return { accepted, code, declarations: declOutput ?? "" };
  };
}

let plain: ReturnType<typeof start>;
let hooked: ReturnType<typeof start>;
let declarations: string;

beforeAll(() => {
  buildPackages();
  const compiler = loadCompiler();
  hooked = start(compiler);
  // TypeScript a second time, unchanged.
  plain = start(createRequire(import.meta.url)("typescript") as typeof ts);
  declarations = plain("", [setting]).declarations;
}, 300_000);

test("a cell that TypeScript accepts is compiled to TypeScript's output", () => {
  const statements = fc.array(
    expression.map((text) => `void (${text});`),
    { minLength: BATCH, maxLength: BATCH },
  );
  let count = 0;
  fc.assert(
    fc.property(statements, (all) => {
      const { accepted } = plain(declarations, all);
      const expected = plain(declarations, accepted);
      const actual = hooked(declarations, accepted);
      count += accepted.length;
      expect(expected.accepted).toEqual(accepted);
      expect(actual.accepted).toEqual(accepted);
      expect(actual.code).toBe(expected.code);
    }),
    { numRuns: Math.ceil(RUNS / BATCH) },
  );
  expect(count).toBeGreaterThan(BATCH);
}, 300_000);
