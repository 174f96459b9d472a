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

/** What is said of `word` where the text first shows it as a name of its own. */
function saidOf(word: string): string {
  for (let at = model.text.indexOf(word); at >= 0; at = model.text.indexOf(word, at + 1)) {
    const place = model.placeAt(at);
    if (place !== undefined && model.text.slice(place.from, place.to) === word) {
      return inOneLine(inWords(model, place.fact, trans));
    }
  }
  throw new Error(`${word} is not there`);
}

test("a loop says its extent, kind and origin, at its keyword and at its variable", () => {
  expect(saidOf("for")).toBe(
    "x.outer.y.outer.fused · Loop: 1024 iterations · Kind: parallel · " +
      "Comes from: x.outer and y.outer, fused",
  );
  expect(saidOf("k.inner")).toBe(
    "k.inner · Type: int32 · Loop: 4 iterations · Kind: unrolled · " +
      "Comes from: the inner part of a split of k",
  );
});

test("a buffer says its shape, scope and size, a let its value, a call its operator", () => {
  expect(saidOf("A")).toBe(
    "A · Buffer: float32 [1024, 1024] · Scope: global · Size: 4194304 bytes",
  );
  expect(saidOf("allocate")).toBe(
    "C.local · Allocation: float32 [1024] · Scope: local · Size: 4096 bytes",
  );
  expect(saidOf("cse_var_1")).toBe("cse_var_1 · Type: int32 · Value: ((k.outer*4) + k.inner)");
  expect(saidOf("@tir.likely")).toBe("tir.likely · Call: tir.likely · Type: bool · Arguments: 1");
});

test("what the compiler lowered says where the program made it", () => {
  const lowered = new IrModel(readView(irViewSchema, story("ir-lowered"), trans));
  const { fact } = lowered.placeAt(lowered.text.indexOf("k.outer"))!;
  const words = new Map(inWords(lowered, fact, trans).rows);
  expect(words.get("Comes from")).toBe("the outer part of a split of k");
  expect(words.get("Made at")).toMatch(/extension\/stories\/ir\.ts:\d+:\d+$/);
});

test("the uses of a loop are its keyword and all places of its variable, in order", () => {
  const { fact } = model.placeAt(model.text.indexOf("for (y.c"))!;
  const uses = model.usesOf(fact).map(({ from, to }) => model.text.slice(from, to));
  expect(uses).toEqual(["for", "y.c", "y.c"]);
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
