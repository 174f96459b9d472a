import { expect, test } from "vitest";
import { view } from "tvm-ts";
import { matrixSides, wholeArrangement } from "../../extension/src/heatmap/arrangement";
import { heatmapFigure } from "../../extension/src/heatmap/figure";
import { outputMatrix } from "../../extension/src/heatmap/matrix";
import { showsAll, sightOf } from "../../extension/src/heatmap/sight";
import { readView } from "../../extension/src/mime/read-view";
import { unpackNumbers } from "../../extension/src/packed/numbers";
import { tensorViewSchema } from "../../extension/src/tensor-view/schema";
import { trans } from "./trans";

function drawn(shape: number[], value: (i: number) => number, dtype = "float64") {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const source = { shape, dtype, data: Float64Array.from({ length: size }, (_, i) => value(i)) };
  const json: unknown = JSON.parse(
    JSON.stringify(view.tensorBundle(source, "")[view.mimeTypes.tensor]),
  );
  const data = readView(tensorViewSchema, json, trans);
  const arrangement = wholeArrangement(data, false);
  const matrix = outputMatrix(data, unpackNumbers(data.values), matrixSides(arrangement, shape));
  return { matrix, figure: heatmapFigure(data, arrangement, matrix, undefined, trans) };
}

test("the visible values are those of the cells in the window", () => {
  const { matrix } = drawn([4, 4], (i) => (i === 5 ? NaN : i));
  const window = { left: 0.5, right: 2.4, top: 0.6, bottom: 2 };
  const { statistics, histogram } = sightOf(matrix, window);
  // Rows 1 and 2, columns 1 and 2: 5 (NaN), 6, 9, 10.
  expect(statistics).toEqual({
    ...{ min: 6, max: 10, mean: 25 / 3 },
    ...{ zeros: 0, nans: 1, infinities: 0 },
  });
  expect(histogram).toEqual({ start: 6, width: 1, counts: [1, 0, 0, 1, 1] });
  expect(showsAll(matrix, window)).toBe(false);
  expect(showsAll(matrix, { left: -0.5, right: 3.5, top: -0.5, bottom: 3.5 })).toBe(true);
});

test("a window between two cells shows the nearest one", () => {
  const { matrix } = drawn([2, 2], (i) => i);
  const window = { left: 0.2, right: 0.4, top: 0.2, bottom: 0.4 };
  expect(sightOf(matrix, window).histogram.counts).toEqual([1]);
});

test("a small tensor takes little room, a large one the whole room", () => {
  const size = (shape: number[]) => {
    const { figure } = drawn(shape, (i) => i);
    return [figure.maxWidth!, figure.layout.height as number] as const;
  };
  const [width, height] = size([2, 3]);
  expect(width).toBeLessThan(300);
  expect(height).toBeLessThan(160);
  expect(size([1000, 1000])).toEqual([956, 340]);
});

test("NaN and infinities are named, in cells and under the pointer", () => {
  const { figure } = drawn([2, 2], (i) => [NaN, Infinity, -Infinity, 1][i]!, "float32");
  const { annotations } = figure.layout as unknown as { annotations: { text: string }[] };
  expect(annotations.map(({ text }) => text)).toEqual(["NaN", "∞", "−∞"]);
  const [trace] = figure.data as { hovertext: string[][] }[];
  expect(trace!.hovertext.flat()).toEqual(["[0, 0]: NaN", "[0, 1]: ∞", "[1, 0]: −∞", "[1, 1]: 1"]);
});
