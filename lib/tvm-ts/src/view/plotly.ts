/**
 * A tensor as a Plotly figure, for front ends that draw `application/vnd.plotly.v1+json`. Uses only
 * features of Plotly 2 and later: plain arrays, not typed arrays.
 */

import { elementCount } from "../support";
import type { ColorScale } from "./color-scale";
import { axesTitle, rowAxes } from "./matrix-layout";
import { reduceTensor } from "./downsample";
import type { PreparedTensor } from "./tensor-view";

/**
 * The most values; fewer than in other forms, since numbers as text take several characters each.
 */
const PLOT_BUDGET = 16384;

/** A figure specification; see plotly.com/javascript/reference. */
export interface PlotlyFigure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
}

/** A heatmap of the tensor laid out as a matrix. */
export function plotlyFigure(tensor: PreparedTensor): PlotlyFigure {
  const { shape, scale } = tensor;
  const reduced = reduceTensor(tensor.elements, shape, PLOT_BUDGET, "mean");
  const split = rowAxes(reduced.shape);
  const columns = elementCount(reduced.shape.slice(split));
  const rows = elementCount(reduced.shape.slice(0, split));
  const z = Array.from({ length: rows }, (_, row) =>
    Array.from(reduced.values.subarray(row * columns, (row + 1) * columns), jsonNumber),
  );
  const name = tensor.name === undefined ? "" : `${tensor.name}: `;
  // A value is drawn at the centre of the elements that it represents.
  const dx = elementCount(shape.slice(split)) / columns;
  const dy = elementCount(shape.slice(0, split)) / rows;
  return {
    data: [
      {
        type: "heatmap",
        z,
        x0: (dx - 1) / 2,
        dx,
        y0: (dy - 1) / 2,
        dy,
        zmin: scale.low,
        zmax: scale.high,
        colorscale: plotlyColors(scale),
        hovertemplate: "(%{y}, %{x}): %{z}<extra></extra>",
      },
    ],
    layout: {
      title: { text: plotlyText(`${name}${tensor.dtype} [${shape.join(", ")}]`) },
      xaxis: { title: { text: axesTitle(shape, split, shape.length) }, constrain: "domain" },
      yaxis: { title: { text: axesTitle(shape, 0, split) }, autorange: "reversed" },
    },
  };
}

/** JSON has no infinities; digits that are not visible are cut. */
function jsonNumber(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(7)) : null;
}

function plotlyColors(scale: ColorScale): [number, string][] {
  const last = scale.colors.length - 1;
  return scale.colors.map((color, i) => [i / last, color]);
}

/** Escapes a name, since Plotly interprets some HTML tags in texts. */
function plotlyText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}
