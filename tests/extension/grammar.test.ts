import { readFileSync } from "node:fs";
import { buildParser } from "@lezer/generator";
import { highlightTree, tagHighlighter, tags as t } from "@lezer/highlight";
import { expect, test } from "vitest";
import { view } from "tvm-ts";
import { highlighting } from "../../extension/src/tir/highlighting";
import { goldenTexts } from "../support/golden-texts";

const grammar = readFileSync(
  new URL("../../extension/src/tir/tir.grammar", import.meta.url),
  "utf8",
);

const parser = buildParser(grammar, { externalPropSource: () => highlighting });

/** The text from the first syntax error on, or nothing. */
function firstError(text: string): string | undefined {
  let at: number | undefined;
  parser.parse(text).iterate({
    enter: ({ type, from }) => {
      if (type.isError) at ??= from;
    },
  });
  return at === undefined ? undefined : text.slice(at, at + 60);
}

const classes = tagHighlighter([
  { tag: t.keyword, class: "keyword" },
  { tag: t.typeName, class: "type" },
  { tag: t.special(t.variableName), class: "global" },
  { tag: t.standard(t.variableName), class: "builtin" },
  { tag: t.definition(t.variableName), class: "definition" },
  { tag: t.propertyName, class: "property" },
  { tag: t.number, class: "number" },
  { tag: t.string, class: "string" },
  { tag: t.bool, class: "boolean" },
]);

/** `class word` for each coloured word, as the editor colours it. */
function editorWords(text: string): string[] {
  const words: string[] = [];
  highlightTree(parser.parse(text), classes, (from, to, name) => {
    words.push(`${name.split(" ")[0]} ${text.slice(from, to)}`);
  });
  return words;
}

/** The same, as HTML colours it. */
function htmlWords(text: string): string[] {
  return view.irTokens(text).map((token) => `${token.class} ${text.slice(token.start, token.end)}`);
}

test("every text of the reference parses without an error", () => {
  const texts = goldenTexts();
  expect(texts.length).toBeGreaterThan(400);
  const failures = texts.flatMap(({ name, text }) => {
    const error = firstError(text);
    return error === undefined ? [] : [`${name}: ${error}`];
  });
  expect(failures).toEqual([]);
});

test("HTML colours every word of the reference's texts as the editor does", () => {
  for (const { name, text } of goldenTexts()) {
    expect(htmlWords(text), name).toEqual(editorWords(text));
  }
});

test.each([
  ["a while loop", "while ((i < n)) {\n  B[i] = A[i]\n}"],
  ["a let expression", "B[i] = let x: int32 = (i*2) in (x + x)"],
  ["an else branch", "if (i < 8) {\n  B[i] = 0\n} else {\n  B[i] = 1\n}"],
  ["a shuffle", "B[0] = shuffle([A[ramp(0, 1, 4)]], [3, 2, 1, 0])"],
  ["a negation", "if !(i < 8) {\n  B[i] = -1\n}"],
  ["NaN and infinite floats", "B[0] = select((x < -inff32), nanf32, 1e-05f32)"],
  [
    "a reduction",
    'B[0] = reduce(comm_reducer(result=[(x: int32 + y: int32)], lhs=[x], rhs=[y], identity_element=[0]), [A[k]], [IterVar(k, [0:8], "CommReduce", "")], 0, [])',
  ],
  [
    "an allocation with a condition",
    "allocate(a: Pointer(int8), int8, [8]), storage_scope = local if (n < 8);\nB[0] = 0",
  ],
  ["names in other scripts", "甲[i] = 乙.outer"],
  [
    "a symbolic shape",
    "realize(B: Buffer(b: Pointer(int8), int8, [n: int32], []), [0:n], True {\n  B[0] = 0\n})",
  ],
])("the grammar knows %s", (_, text) => {
  expect(firstError(text)).toBeUndefined();
  expect(htmlWords(text)).toEqual(editorWords(text));
});

test("words have the classes of their kinds", () => {
  expect(editorWords('for (i.outer: int32, 0, 8) "parallel" {')).toEqual([
    "keyword for",
    "definition i.outer",
    "type int32",
    "number 0",
    "number 8",
    'string "parallel"',
  ]);
  expect(editorWords("@tir.exp(max(x, 0.5f32), dtype=float32)")).toEqual([
    "global @tir.exp",
    "builtin max",
    "number 0.5f32",
    "property dtype",
    "type float32",
  ]);
});
