import { expect, test } from "vitest";
import { view } from "tvm-ts";
import { describe as inWords, inOneLine } from "../../extension/src/ir-view/describe";
import { IrModel } from "../../extension/src/ir-view/model";
import { irViewSchema } from "../../extension/src/ir-view/schema";
import { readView, UnreadableOutput } from "../../extension/src/mime/read-view";
import { irStories } from "../../extension/stories/ir";
import { trans } from "./trans";

function story(id: string): unknown {
  const found = irStories.find((candidate) => candidate.id === id)!;
  return JSON.parse(JSON.stringify(found.bundle[view.mimeTypes.ir]));
}

const model = new IrModel(readView(irViewSchema, story("ir-matmul"), trans));

/** The facts about `word` at the first place where it is a whole name. */
function factsOf(word: string): string {
  for (let at = model.text.indexOf(word); at >= 0; at = model.text.indexOf(word, at + 1)) {
    const place = model.placeAt(at);
    if (place !== undefined && model.text.slice(place.from, place.to) === word) {
      return inOneLine(inWords(model, place.fact, trans));
    }
  }
  throw new Error(`${word} is not there`);
}

test("a loop shows its extent, its kind and what it was made from, back to the declared axes", () => {
  expect(factsOf("for")).toContain(
    "i.outer.j.outer.fused · Loop: 1024 iterations · Kind: parallel · " +
      "Comes from: i.outer and j.outer, fused · i.outer: the outer part of i, split by 32 · " +
      "j.outer: the outer part of j, split by 32 · Made at: ",
  );
  expect(factsOf("k.inner")).toContain("k.inner · Type: int32 · Made at: ");
  expect(factsOf("k.inner")).toContain(
    "Loop: 4 iterations · Kind: unrolled · Comes from: the inner part of k, split by 4",
  );
});

test("a buffer shows its shape, scope and size, a let its value, a call its operator", () => {
  expect(factsOf("A")).toContain(
    "A · Buffer: float32 [1000000] · Scope: global · Size: 4000000 bytes",
  );
  expect(factsOf("allocate")).toContain(
    "C.local · Allocation: float32 [1024] · Scope: local · Size: 4096 bytes",
  );
  expect(factsOf("cse_var_1")).toBe("cse_var_1 · Type: int32 · Value: ((i.c*32) + j.c)");
  expect(factsOf("@tir.likely")).toBe("tir.likely · Call: tir.likely · Type: bool · Arguments: 1");
});

test("a name shows where the program made it", () => {
  const { fact } = model.placeAt(model.text.indexOf("k.outer"))!;
  const words = new Map(inWords(model, fact, trans).rows);
  expect(words.get("Made at")).toMatch(/extension\/stories\/programs\.ts:\d+:\d+$/);
});

test("the uses of a loop are its keyword and all places of its variable, in order", () => {
  const { fact } = model.placeAt(model.text.indexOf("for (j.c.init"))!;
  const uses = model.usesOf(fact).map(({ from, to }) => model.text.slice(from, to));
  expect(uses).toEqual(["for", "j.c.init", "j.c.init"]);
});

test("between names there is no fact", () => {
  expect(model.placeAt(model.text.indexOf(" = {"))).toBeUndefined();
  expect(model.placeAt(model.text.length)).toBeUndefined();
});

test.each([
  ["nothing", undefined],
  ["another type", "text"],
  ["a place without a fact", { version: 1, text: "x", facts: [], places: [0, 1, 0] }],
  ["a place beyond the text", story("ir-damaged")],
  ["places that overlap", { ...(story("ir-matmul") as object), places: [0, 2, 0, 1, 3, 0] }],
  [
    "a loop without a variable",
    {
      version: 1,
      text: "for",
      facts: [{ kind: "loop", variable: 0, min: "0", extent: "8", forKind: "serial" }],
      places: [],
    },
  ],
])("damaged data are refused: %s", (_, data) => {
  expect(() => readView(irViewSchema, data, trans)).toThrow(UnreadableOutput);
});

test("data of a newer version are refused with what to do", () => {
  expect(() => readView(irViewSchema, story("ir-future"), trans)).toThrow(
    "This output has format 2, and the installed extension draws format 1. Update",
  );
});
