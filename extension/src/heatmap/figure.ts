/** Matrices as Plotly heatmaps: the whole tensor, and over it the requested detail. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { Figure } from "../plotly/plot-widget";
import type { Arrangement } from "./arrangement";
import type { Matrix } from "./matrix";
import type { HeatmapData } from "./schema";

/** The most rows and columns of a matrix with room for its values. */
const MAX_LABELED_SIDE = 16;
/** The colour of cells without a finite number. */
const NON_FINITE_COLOR = "#808080";

/** Pixels of a cell, with and without its value as text. */
const LABELED_CELL = { width: 44, height: 24 };
const UNLABELED_CELL = { width: 12, height: 12 };
/** Pixels of the plot area, and of the margins: for axes on one side, the scale on the other. */
const MIN_PLOT = { width: 120, height: 36 };
/** Below this height the scale's numbers would overlap. */
const MIN_SCALE_HEIGHT = 80;
const MAX_PLOT = { width: 820, height: 260 };
const MARGIN = { l: 56, r: 16, t: 32, b: 48 };
const COLOR_BAR = 64;

/** @param detail drawn over `whole` */
export function heatmapFigure(
  { scale, layout }: HeatmapData,
  arrangement: Arrangement,
  whole: Matrix,
  detail: Matrix | undefined,
  trans: TranslationBundle,
): Figure {
  const last = scale.colors.length - 1;
  const colors = {
    zmin: scale.low,
    zmax: scale.high,
    colorscale: scale.colors.map((color, i) => [i / last, color]),
  };
  const isNamed = layout !== undefined;
  return {
    data: [
      {
        ...trace(whole),
        ...writtenValues(whole),
        ...colors,
        colorbar: { thickness: 12, outlinewidth: 0 },
        showscale: insideOf(whole).height >= MIN_SCALE_HEIGHT,
      },
      ...(detail === undefined ? [] : [{ ...trace(detail), ...colors, showscale: false }]),
    ],
    ...sizeOf(whole),
    layout: {
      height: MARGIN.t + insideOf(whole).height + MARGIN.b,
      margin: MARGIN,
      xaxis: {
        ...axisLayout(titles(arrangement, "across"), isLabeled(whole), isNamed, trans),
        range: [-0.5, whole.across.elements - 0.5],
      },
      yaxis: {
        ...axisLayout(titles(arrangement, "down"), isLabeled(whole), isNamed, trans),
        range: [whole.down.elements - 0.5, -0.5],
      },
      shapes: [background(whole)],
      annotations: nonFiniteLabels(whole),
      // Keeps the zoom until the matrix changes.
      uirevision: JSON.stringify(arrangement),
    },
  };
}

/** Small tensors get small plots. */
function insideOf({ down, across }: Matrix): { width: number; height: number } {
  const cell = isLabeled({ down, across }) ? LABELED_CELL : UNLABELED_CELL;
  const side = (elements: number, name: "width" | "height", least: number): number =>
    Math.min(Math.max(elements * cell[name], least), MAX_PLOT[name]);
  const width = side(across.elements, "width", MIN_PLOT.width);
  // Cells without text need the scale.
  const least = isLabeled({ down, across }) ? MIN_PLOT.height : MIN_SCALE_HEIGHT;
  return { width, height: side(down.elements, "height", least) };
}

function sizeOf(whole: Matrix): { maxWidth: number } {
  return { maxWidth: MARGIN.l + insideOf(whole).width + MARGIN.r + COLOR_BAR };
}

function isLabeled({ down, across }: Pick<Matrix, "down" | "across">): boolean {
  return down.elements <= MAX_LABELED_SIDE && across.elements <= MAX_LABELED_SIDE;
}

/** NaN and infinities of a small matrix, which Plotly draws without colour and text. */
function nonFiniteLabels(matrix: Matrix): object[] {
  if (!isLabeled(matrix)) return [];
  return matrix.values.flatMap((row, i) =>
    Array.from(row).flatMap((value, j) =>
      Number.isFinite(value)
        ? []
        : [
            {
              x: j,
              y: i,
              text: nonFiniteText(value),
              showarrow: false,
              font: { color: "#000000" },
            },
          ],
    ),
  );
}

/** `NaN`, `∞`, `−∞` */
function nonFiniteText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "∞" : "−∞";
}

function trace({ down, across, values, indexText }: Matrix): object {
  return {
    type: "heatmap",
    z: values,
    // A cell is centred on its elements.
    x0: across.start + (across.elementsPerCell - 1) / 2,
    dx: across.elementsPerCell,
    y0: down.start + (down.elementsPerCell - 1) / 2,
    dy: down.elementsPerCell,
    hovertext: values.map((row, i) =>
      Array.from(row, (value, j) => `${indexText(i, j)}: ${valueText(value)}`),
    ),
    hovertemplate: "%{hovertext}<extra></extra>",
  };
}

/** The values of a small matrix in its cells. */
function writtenValues({ down, across, values }: Matrix): object {
  if (!isLabeled({ down, across })) return {};
  const text = values.map((row) =>
    Array.from(row, (value) => (Number.isFinite(value) ? shortText(value) : "")),
  );
  return { text, texttemplate: "%{text}" };
}

function background({ down, across }: Matrix): object {
  return {
    type: "rect",
    layer: "below",
    x0: -0.5,
    x1: across.elements - 0.5,
    y0: -0.5,
    y1: down.elements - 0.5,
    fillcolor: NON_FINITE_COLOR,
    line: { width: 0 },
  };
}

/** Integers in full, other numbers with the precision of 32 bits. */
function valueText(value: number): string {
  if (!Number.isFinite(value)) return nonFiniteText(value);
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(9)));
}

function shortText(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

/** The names of the axes that have more than one element. */
function titles({ axes, roles }: Arrangement, role: "down" | "across"): string[] {
  return axes.flatMap(({ name, extent }, i) => (roles[i] === role && extent > 1 ? [name] : []));
}

/** @param isWide whether each element's number has room */
function axisLayout(
  names: readonly string[],
  isWide: boolean,
  isNamed: boolean,
  trans: TranslationBundle,
): object {
  const lines = { showgrid: false, zeroline: false };
  if (names.length === 0) return { ...lines, showticklabels: false, ticks: "" };
  const title = isNamed ? names.join(" ") : axesTitle(names, trans);
  return { ...lines, title: { text: title }, ...(isWide && { dtick: 1 }) };
}

export function axesTitle(names: readonly string[], trans: TranslationBundle): string {
  return trans._n("axis %2", "axes %2", names.length, names.join(", "));
}
