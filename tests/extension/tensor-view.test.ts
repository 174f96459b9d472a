import { expect, test } from "vitest";
import { view } from "tvm-ts";
import { readView, UnreadableOutput } from "../../extension/src/mime/read-view";
import { TensorModel } from "../../extension/src/tensor-view/model";
import { tensorViewSchema } from "../../extension/src/tensor-view/schema";
import { trans } from "./trans";

function modelOf(shape: number[], dtype = "int32"): TensorModel {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const data = Float64Array.from({ length: size }, (_, i) => i);
  const bundle = view.tensorBundle({ shape, dtype, data }, "");
  const json = JSON.parse(JSON.stringify(bundle[view.mimeTypes.tensor])) as unknown;
  return new TensorModel(readView(tensorViewSchema, json, trans));
}

test("a packed tensor is laid out as the matrix closest to a square", () => {
  const model = modelOf([1, 64, 1, 16]);
  expect([model.rows, model.columns]).toEqual([64, 16]);
  expect(model.side("rows")).toEqual({ axes: [1], elements: 64, elementsPerCell: 1 });
  expect(model.side("columns")).toEqual({ axes: [3], elements: 16, elementsPerCell: 1 });
});

test("a cell knows its index in the tensor", () => {
  const model = modelOf([1, 64, 1, 16]);
  expect(model.indexText(63, 5)).toBe("[0, 63, 0, 5]");
  expect(model.matrix()[63]![5]).toBe(63 * 16 + 5);
});

test("a cell of a reduced tensor knows the block it stands for", () => {
  const model = modelOf([1000, 1000]);
  expect([model.rows, model.columns]).toEqual([250, 250]);
  expect(model.indexText(1, 249)).toBe("[4:8, 996:1000]");
  expect(model.side("rows").elementsPerCell).toBe(4);
});

test("a block that was cut off ends where the tensor ends", () => {
  expect(modelOf([65537]).indexText(0, 32768)).toBe("[65536:65537]");
});

test.each([
  ["int8", [1, 2, 3]],
  ["uint16", [1, 2, 3]],
  ["float16", [1.5, -0.25, 0]],
  ["float64", [Math.PI, NaN, -Infinity]],
  ["int64", [2 ** 40, -1, 0]],
  ["bool", [0, 1, 1]],
])("values of type %s arrive unchanged", (dtype, data) => {
  const bundle = view.tensorBundle({ shape: [3], dtype, data }, "");
  const json = JSON.parse(JSON.stringify(bundle[view.mimeTypes.tensor])) as unknown;
  const model = new TensorModel(readView(tensorViewSchema, json, trans));
  expect(model.matrix().flatMap((row) => Array.from(row))).toEqual(data);
});

test.each([
  ["a shape of more elements", { shape: [4, 4] }],
  ["a block without extent", { block: [0] }],
  ["a colour that is none", { scale: { colors: ["red;", "#000000"], low: 0, high: 1 } }],
  ["values in no base64", { values: { dtype: "i4", bdata: "<b>" } }],
  ["a negative extent", { shape: [-3] }],
])("damaged data are refused: %s", (_, change) => {
  const bundle = view.tensorBundle({ shape: [3], dtype: "int32", data: [1, 2, 3] }, "");
  const data = { ...(bundle[view.mimeTypes.tensor] as object), ...change };
  expect(() => readView(tensorViewSchema, data, trans)).toThrow(UnreadableOutput);
});
