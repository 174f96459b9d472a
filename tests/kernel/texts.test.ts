import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codePointsBefore, offsetOfCodePoint } from "../../kernel/src/kernel/cursor";
import { History } from "../../kernel/src/kernel/history";
import { Sources } from "../../kernel/src/kernel/sources";
import { LineIndex, RewrittenText, type Edit } from "../../kernel/src/language/rewritten-text";

/** A text, and edits of it that do not overlap. */
const edited = fc
  .tuple(fc.string(), fc.array(fc.nat(30)), fc.array(fc.string()))
  .map(([text, cuts, inserted]): { text: string; edits: Edit[] } => {
    const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
    const edits: Edit[] = [];
    for (let i = 0; i + 1 < places.length; i += 2) {
      edits.push({ start: places[i]!, end: places[i + 1]!, text: inserted[i] ?? "" });
    }
    return { text, edits };
  });

describe("rewritten text", () => {
  test("maps unchanged text there and back", () => {
    fc.assert(
      fc.property(edited, ({ text, edits }) => {
        const rewritten = RewrittenText.of(text).edit(edits);
        for (let offset = 0; offset < text.length; offset++) {
          if (edits.some(({ start, end }) => offset >= start && offset < end)) continue;
          const now = rewritten.fromOriginal(offset);
          expect(rewritten.text[now]).toBe(text[offset]);
          expect(rewritten.toOriginal(now)).toBe(offset);
        }
      }),
    );
  });

  test("maps inserted text to where it was inserted, through several rewritings", () => {
    const first = RewrittenText.of("a + b").edit([
      { start: 1, end: 4, text: ".add(" },
      { start: 5, end: 5, text: ")" },
    ]);
    expect(first.text).toBe("a.add(b)");
    const second = first.edit([
      { start: 0, end: 0, text: "(" },
      { start: 1, end: 1, text: ")" },
    ]);
    expect(second.text).toBe("(a).add(b)");
    expect(second.toOriginal(second.text.indexOf("b"))).toBe(4);
    expect(second.toOriginal(second.text.indexOf(".add"))).toBe(1);
    expect(second.fromOriginal(4)).toBe(second.text.indexOf("b"));
  });
});

test("lines and offsets of a text agree", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (lines) => {
      const text = lines.join("\n");
      const index = new LineIndex(text);
      for (let offset = 0; offset <= text.length; offset++) {
        const { line, column } = index.position(offset);
        expect(index.offset(line, column)).toBe(offset);
        expect(line).toBe(text.slice(0, offset).split("\n").length - 1);
      }
    }),
  );
});

test("positions in characters and in UTF-16 units are converted into each other", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(20), (text, position) => {
      const count = Math.min(position, [...text].length);
      expect(codePointsBefore(text, offsetOfCodePoint(text, position))).toBe(count);
    }),
  );
});

describe("an excerpt", () => {
  const sources = new Sources();
  sources.addCell("cell [1]", "one\n\ttwo(x, y)\nthree");

  test("has two lines above and carets that stay in their line", () => {
    expect(sources.excerpt({ file: "cell [1]", line: 2, column: 9 }, 99)).toEqual([
      "  1 | one",
      "  2 | \ttwo(x, y)",
      "    | \t       ^^",
    ]);
  });

  test("is empty where the text is not known", () => {
    expect(sources.excerpt({ file: "cell [2]", line: 1, column: 1 })).toEqual([]);
    expect(sources.excerpt({ file: "/no/such/file.ts", line: 1, column: 1 })).toEqual([]);
    expect(sources.excerpt({ file: "cell [1]", line: 9, column: 1 })).toEqual([]);
  });
});

describe("the history", () => {
  const history = new History();
  ["let a = 1", "a + 1", "let b = [a]", "a + 1"].forEach((input, i) => history.add(i + 1, input));
  history.setOutput("2");

  test("returns the last entries, with their outputs on request", () => {
    expect(history.find({ hist_access_type: "tail", n: 1, output: true })).toEqual([
      [1, 4, ["a + 1", "2"]],
    ]);
    expect(history.find({ hist_access_type: "tail", n: 9 })).toHaveLength(4);
  });

  test("returns a range that ends before its stop, of this session only", () => {
    const range = { hist_access_type: "range", start: 2, stop: 4 };
    expect(history.find({ ...range, session: 0 }).map(([, line]) => line)).toEqual([2, 3]);
    expect(history.find({ ...range, session: -1 })).toEqual([]);
  });

  test("finds entries that a pattern matches as a whole, each once on request", () => {
    const search = { hist_access_type: "search", pattern: "a + ?" };
    expect(history.find(search)).toHaveLength(2);
    expect(history.find({ ...search, unique: true })).toEqual([[1, 4, "a + 1"]]);
    expect(history.find({ ...search, pattern: "let*" })).toHaveLength(2);
    expect(history.find({ ...search, pattern: "[a]" })).toEqual([]);
  });
});
