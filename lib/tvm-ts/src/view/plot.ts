/**
 * Plotly figures: arguments follow plotly.com/javascript/reference, except that numbers may be any
 * array and that the figure uses our theme.
 */

import { UsageError } from "../support";
import { np } from "../runtime";
import { escapeHtml, panelHtml, tableHtml } from "./html";
import { mimeTypes } from "./mime";
import { Picture } from "./picture";
import type { PlotlyFigure } from "./plotly";

/** A trace of a figure: `type`, `x`, `y`, `name` and other attributes of Plotly. */
export type PlotTrace = Readonly<Record<string, unknown>>;
/** Plotly's layout; `title` and the titles of axes may be strings. */
export type PlotLayout = Readonly<Record<string, unknown>>;

/** Colours for any colour vision (Okabe and Ito's, without the lightest). */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7f7f7f"];

/** Grey that is readable on light and dark pages. */
const INK = "#7f7f7f";
const GRID = "rgba(127, 127, 127, 0.3)";
const AXIS = { gridcolor: GRID, zerolinecolor: INK, linecolor: INK, automargin: true };

/** A template in Plotly's sense: the figure's own settings override it. */
const THEME = {
  layout: {
    colorway: COLORS,
    paper_bgcolor: "rgba(0, 0, 0, 0)",
    plot_bgcolor: "rgba(0, 0, 0, 0)",
    font: { color: INK, size: 12 },
    height: 360,
    margin: { l: 56, r: 24, t: 40, b: 48 },
    xaxis: AXIS,
    yaxis: AXIS,
  },
};

/**
 * A Plotly figure, as the value of a cell or for `display`.
 *
 *     tvm.view.plot({ x: sizes, y: cycles }, { xaxis: { title: "size" }, yaxis: { type: "log" } })
 *     tvm.view.plot([{ type: "bar", name: "ours", x: names, y: ours }, { type: "bar", y: theirs }])
 *
 * @param data a trace or several; a trace without `type` is a line (`scatter`)
 * @throws UsageError when a trace or the layout is not an object.
 */
export function plot(data: PlotTrace | readonly PlotTrace[], layout: PlotLayout = {}): Picture {
  const traces = Array.isArray(data) ? (data as readonly PlotTrace[]) : [data as PlotTrace];
  if (traces.length === 0)
    throw new UsageError("view-data", "a plot needs at least one trace: plot({ x, y })");
  for (const part of [...traces, layout]) {
    if (!isRecord(part)) {
      throw new UsageError(
        "view-data",
        `traces and layout of a plot must be objects, such as plot({ x: [1, 2], y: [3, 4] }), not ${String(part)}`,
      );
    }
  }
  const figure: PlotlyFigure = {
    data: traces.map((trace) => plainValue({ type: "scatter", ...trace }) as PlotTrace),
    layout: { template: THEME, ...(plainValue(layout) as PlotLayout) },
  };
  return new Picture({
    [mimeTypes.plotly]: figure,
    "text/html": plotHtml(figure),
    "text/plain": plotText(figure),
  });
}

/** What a terminal shows. */
function plotText(figure: PlotlyFigure): string {
  return [`plot: ${titleText(figure)}`, ...seriesRows(figure).map(rowText)].join("\n");
}

/** The figure's series as numbers, for front ends without Plotly. */
function plotHtml(figure: PlotlyFigure): string {
  return panelHtml(
    `<div style="font-weight:bold">${escapeHtml(titleText(figure))}</div>`,
    tableHtml(["series", "type", "points", "least", "greatest"], seriesRows(figure)),
  );
}

function rowText([name, type, points, least, greatest]: readonly string[]): string {
  const range = least === "" ? "" : `, ${least} to ${greatest}`;
  return `  ${name}: ${type}, ${points} points${range}`;
}

function seriesRows({ data }: PlotlyFigure): string[][] {
  return data.map((trace, i) => {
    const values = [trace["y"], trace["z"], trace["x"]].find(Array.isArray) ?? [];
    const numbers = (values as unknown[]).flat().filter((value) => typeof value === "number");
    const ends = numbers.length === 0 ? ["", ""] : [least(numbers), -least(numbers.map((n) => -n))];
    const name = typeof trace["name"] === "string" ? trace["name"] : `trace ${i}`;
    return [name, String(trace["type"]), String(values.length), ...ends.map(String)];
  });
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((min, value) => Math.min(min, value), Infinity);
}

function titleText({ layout }: PlotlyFigure): string {
  const { text } = (layout["title"] ?? {}) as { text?: unknown };
  return typeof text === "string" ? text : "figure";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Converts to JSON: all kinds of arrays to plain arrays, NaN and infinities to gaps, titles to the
 * objects that Plotly 3 and later read.
 */
function plainValue(value: unknown, key = ""): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string" && key === "title") return { text: value };
  if (value instanceof np.ndarray) return plainValue(value.toArray());
  if (ArrayBuffer.isView(value)) return plainValue([...(value as unknown as Iterable<unknown>)]);
  if (Array.isArray(value)) return value.map((each) => plainValue(each));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([name, each]) => [name, plainValue(each, name)]));
}
