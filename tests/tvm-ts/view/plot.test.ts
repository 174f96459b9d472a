import { expect, test } from "vitest";
import { np, view } from "tvm-ts";

function shown(...args: Parameters<typeof view.plot>) {
  const picture = view.plot(...args) as unknown as Record<symbol, () => view.MimeBundle>;
  const bundle = picture[Symbol.for("Jupyter.display")]!();
  return { bundle, figure: bundle[view.mimeTypes.plotly] as view.PlotlyFigure };
}

test("a plot is the requested figure, in our theme", () => {
  const { figure } = shown(
    { type: "bar", x: ["a", "b"], y: [3, 5], marker: { color: "#ff0000" } },
    { title: "Cycles", xaxis: { title: "kernel" }, yaxis: { type: "log" } },
  );
  expect(figure.data).toEqual([
    { type: "bar", x: ["a", "b"], y: [3, 5], marker: { color: "#ff0000" } },
  ]);
  const { template, ...layout } = figure.layout as { template: { layout: object } };
  expect(layout).toEqual({
    title: { text: "Cycles" },
    xaxis: { title: { text: "kernel" } },
    yaxis: { type: "log" },
  });
  expect(template.layout).toMatchObject({ paper_bgcolor: "rgba(0, 0, 0, 0)" });
});

test("a trace without a type is a line, and takes arrays of any kind", () => {
  const { figure, bundle } = shown([
    { x: np.arange(3), y: Float32Array.of(1, NaN, 2.5), name: "ours" },
    { y: BigInt64Array.of(1n, 2n) },
  ]);
  expect(figure.data).toEqual([
    { type: "scatter", x: [0, 1, 2], y: [1, null, 2.5], name: "ours" },
    { type: "scatter", y: [1, 2] },
  ]);
  expect(JSON.parse(JSON.stringify(bundle))).toEqual(bundle);
});

test("where Plotly does not run, the series are shown as numbers", () => {
  const { bundle } = shown({ y: [4, 8, 6], name: "<b>" }, { title: "Cycles" });
  expect(bundle["text/plain"]).toBe("plot: Cycles\n  <b>: scatter, 3 points, 4 to 8");
  expect(bundle["text/html"]).toContain("&#60;b&#62;");
  expect(bundle["text/html"]).not.toContain("<script");
});

test("a value that is not a figure is refused", () => {
  expect(() => view.plot([])).toThrow("a plot needs at least one trace");
  expect(() => view.plot([1] as never)).toThrow("traces and layout of a plot must be objects");
  expect(() => view.plot({ y: [1] }, "title" as never)).toThrow(
    "traces and layout of a plot must be objects",
  );
});
