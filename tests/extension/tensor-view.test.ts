import { expect, test } from "vitest";
import { view } from "tvm-ts";
import {
  matrixSides,
  wholeArrangement,
  withRole,
  type Arrangement,
} from "../../extension/src/heatmap/arrangement";
import { heatmapFigure } from "../../extension/src/heatmap/figure";
import { outputMatrix, tileMatrix } from "../../extension/src/heatmap/matrix";
import { readView, UnreadableOutput } from "../../extension/src/mime/read-view";
import { unpackNumbers } from "../../extension/src/packed/numbers";
import { tensorDiffViewSchema } from "../../extension/src/tensor-diff-view/schema";
import { tensorViewSchema } from "../../extension/src/tensor-view/schema";
import { trans } from "./trans";

type Source = Parameters<typeof view.tensorBundle>[0];

/** The JSON of a tensor as it arrives. */
function arrived(source: Source): view.TensorView {
  const json = JSON.stringify(view.tensorBundle(source, "")[view.mimeTypes.tensor]);
  return readView(tensorViewSchema, JSON.parse(json) as unknown, trans);
}

/** A tensor whose elements are numbered in their order. */
function numbered(shape: number[], layout?: string): view.TensorView {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const data = Float64Array.from({ length: size }, (_, i) => i);
  return arrived({ shape, dtype: "int32", data, layout });
}

function matrixOf(data: view.TensorView, arrangement: Arrangement) {
  return outputMatrix(data, unpackNumbers(data.values), matrixSides(arrangement, data.shape));
}

function wholeMatrix(shape: number[]) {
  const data = numbered(shape);
  return matrixOf(data, wholeArrangement(data, false));
}

test("a packed tensor is laid out as the matrix closest to a square", () => {
  const { down, across } = wholeMatrix([1, 64, 1, 16]);
  expect(down).toMatchObject({ count: 64, elements: 64, elementsPerCell: 1 });
  expect(across).toMatchObject({ count: 16, elements: 16, elementsPerCell: 1 });
});

test("a cell knows its index in the tensor", () => {
  const matrix = wholeMatrix([1, 64, 1, 16]);
  expect(matrix.indexText(63, 5)).toBe("[0, 63, 0, 5]");
  expect(matrix.values[63]![5]).toBe(63 * 16 + 5);
});

test("a cell of a reduced tensor knows its block of elements", () => {
  const matrix = wholeMatrix([1000, 1000]);
  expect([matrix.down.count, matrix.across.count]).toEqual([250, 250]);
  expect(matrix.indexText(1, 249)).toBe("[4:8, 996:1000]");
  expect(matrix.down.elementsPerCell).toBe(4);
});

test("a block at the edge ends where the tensor ends", () => {
  expect(wholeMatrix([65537]).indexText(0, 32768)).toBe("[65536]");
});

test("an axis can be fixed at one index while others run", () => {
  const data = numbered([3, 4, 5]);
  const slice = withRole(wholeArrangement(data, false), 0, 2);
  const matrix = matrixOf(data, withRole(slice, 1, "down"));
  expect([matrix.down.count, matrix.across.count]).toEqual([4, 5]);
  expect(matrix.values[3]![4]).toBe(59);
  expect(matrix.indexText(3, 4)).toBe("[2, 3, 4]");
});

test("where only means of blocks are known, an index selects its block", () => {
  const data = numbered([1000, 1000]);
  const matrix = matrixOf(data, withRole(wholeArrangement(data, false), 0, 6));
  expect(matrix.indexText(0, 1)).toBe("[4:8, 4:8]");
  expect(matrix.values[0]![1]).toBe(5505.5);
});

test("axes can be exchanged", () => {
  const data = numbered([3, 4]);
  const { roles, axes } = wholeArrangement(data, false);
  expect(roles).toEqual(["down", "across"]);
  const matrix = matrixOf(data, { axes, roles: ["across", "down"] });
  expect(matrix.values[3]![2]).toBe(2 * 4 + 3);
  expect(matrix.indexText(3, 2)).toBe("[2, 3]");
});

test("packed data are shown by the axes of the array or of the data", () => {
  const data = numbered([2, 3, 4], "NCc");
  const packed = wholeArrangement(data, false);
  expect(packed.axes.map(({ name }) => name)).toEqual(["N", "C", "c"]);
  const unpacked = wholeArrangement(data, true);
  expect(unpacked.axes).toEqual([
    { name: "N", parts: [0], extent: 2 },
    { name: "C", parts: [1, 2], extent: 12 },
  ]);
  const matrix = matrixOf(data, unpacked);
  expect([matrix.down.count, matrix.across.count]).toEqual([2, 12]);
  expect(matrix.indexText(1, 7)).toBe("[1, 1, 3]");
});

test("a packed axis that is fixed at an index is fixed in each of its parts", () => {
  const data = numbered([2, 3, 4], "NCc");
  const arrangement = withRole(wholeArrangement(data, true), 1, 7);
  const matrix = matrixOf(data, arrangement);
  expect(matrixSides(arrangement, data.shape).at).toEqual([0, 1, 3]);
  expect(matrix.values.map((row) => row[0])).toEqual([7, 19]);
});

test("a small matrix has its values written in it, and is grey for NaN", () => {
  const written = (data: view.TensorView) => {
    const arrangement = wholeArrangement(data, false);
    const whole = matrixOf(data, arrangement);
    const { data: traces, layout } = heatmapFigure(data, arrangement, whole, undefined, trans);
    return { ...(traces[0] as { text?: string[][] }), layout };
  };
  const data = Float64Array.of(1, NaN, 1 / 3, -100000);
  const { text, layout } = written(arrived({ shape: [2, 2], dtype: "float64", data }));
  expect(text).toEqual([
    ["1", ""],
    ["0.3333", "-100000"],
  ]);
  const [grey] = (layout as { shapes: object[] }).shapes;
  expect(grey).toMatchObject({ layer: "below", x0: -0.5, x1: 1.5, y0: -0.5, y1: 1.5 });
  expect(written(numbered([17, 17])).text).toBeUndefined();
});

test("an answer of the kernel knows the elements of its cells", () => {
  const data = numbered([4, 6, 10]);
  const request = {
    request: 1,
    rows: [0, 1],
    columns: [2],
    at: [0, 0, 0],
    down: { start: 4, stop: 12 },
    across: { start: 3, stop: 9 },
    most: 3,
  };
  const reply = { request: 1, rows: 3, columns: 3, rowBlock: 3, columnBlock: 2 };
  const matrix = tileMatrix(
    data,
    request,
    reply,
    Float64Array.from({ length: 9 }, (_, i) => i),
  );
  expect(matrix.down).toMatchObject({ start: 4, elements: 24, elementsPerCell: 3 });
  expect(matrix.indexText(0, 0)).toBe("[0:2, 0:6, 3:5]"); // rows 4, 5 and 6 are in two planes
  expect(matrix.indexText(1, 2)).toBe("[1, 1:4, 7:9]");
  expect(Array.from(matrix.values[2]!)).toEqual([6, 7, 8]);
});

test.each([
  ["int8", [1, 2, 3]],
  ["uint16", [1, 2, 3]],
  ["float16", [1.5, -0.25, 0]],
  ["float64", [Math.PI, NaN, -Infinity]],
  ["int64", [2 ** 40, -1, 0]],
  ["bool", [0, 1, 1]],
])("values of type %s arrive unchanged", (dtype, data) => {
  const { values } = arrived({ shape: [3], dtype, data });
  expect(Array.from(unpackNumbers(values))).toEqual(data);
});

test.each([
  ["a shape of more elements", { shape: [4, 4] }],
  ["a block without extent", { block: [0] }],
  ["text that is not a colour", { scale: { colors: ["red;", "#000000"], low: 0, high: 1 } }],
  ["values in no base64", { values: { dtype: "i4", bdata: "<b>" } }],
  ["a negative extent", { shape: [-3] }],
  ["a layout of other axes", { layout: [{ name: "N", parts: [1] }] }],
])("damaged data are refused: %s", (_, change) => {
  const bundle = view.tensorBundle({ shape: [3], dtype: "int32", data: [1, 2, 3] }, "");
  const data = { ...(bundle[view.mimeTypes.tensor] as object), ...change };
  expect(() => readView(tensorViewSchema, data, trans)).toThrow(UnreadableOutput);
});

test("a difference arrives, and is refused when damaged", () => {
  const source = (data: number[]) => ({ shape: [3], dtype: "int32", data });
  const bundle = view.tensorDiffBundle(source([1, 2, 3]), source([1, 0, 3]));
  const json = bundle[view.mimeTypes.tensorDiff] as view.TensorDiffView;
  expect(readView(tensorDiffViewSchema, json, trans).mismatches).toBe(1);
  const damaged = { ...json, shape: [4] };
  expect(() => readView(tensorDiffViewSchema, damaged, trans)).toThrow(UnreadableOutput);
});
