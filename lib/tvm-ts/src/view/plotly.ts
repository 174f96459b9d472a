/**
 * A tensor as a Plotly figure, for front ends that draw `application/vnd.plotly.v1+json`. Only what
 * Plotly 2 and later read is used: plain arrays, no typed ones.
 */

import { elementCount } from "../support";
import type { ColorScale } from "./color-scale";
import { axesTitle, rowAxes } from "./matrix-layout";
import { reduceTensor } from "./downsample";
import type { PreparedTensor } from "./tensor-view";

/** Plain numbers take several characters each, so fewer of them than elsewhere. */
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
  // A value is drawn at the middle of the elements it stands for.
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

/** JSON has no infinities; digits that are not visible only take room. */
function jsonNumber(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(7)) : null;
}

function plotlyColors(scale: ColorScale): [number, string][] {
  const last = scale.colors.length - 1;
  return scale.colors.map((color, i) => [i / last, color]);
}

/** Plotly takes a few HTML tags in texts; a name is to be shown as it is. */
function plotlyText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}
