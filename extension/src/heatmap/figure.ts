/** Matrices as Plotly's heatmaps: the whole tensor, and over it the part that was looked at closely. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { Figure } from "../plotly/plot-widget";
import type { Arrangement } from "./arrangement";
import type { Matrix, Side } from "./matrix";
import type { HeatmapData } from "./schema";

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
      { ...trace(whole), ...colors, colorbar: { thickness: 12, outlinewidth: 0 } },
      ...(detail === undefined ? [] : [{ ...trace(detail), ...colors, showscale: false }]),
    ],
    layout: {
      height: 340,
      margin: { l: 56, r: 16, t: 32, b: 48 },
      xaxis: {
        ...axisLayout(titles(arrangement, "across"), whole.across, isNamed, trans),
        range: [-0.5, whole.across.elements - 0.5],
      },
      yaxis: {
        ...axisLayout(titles(arrangement, "down"), whole.down, isNamed, trans),
        range: [whole.down.elements - 0.5, -0.5],
      },
      // What was zoomed to stays so until the matrix is another.
      uirevision: JSON.stringify(arrangement),
    },
  };
}

function trace({ down, across, values, indexText }: Matrix): object {
  return {
    type: "heatmap",
    z: values,
    // A cell is drawn in the middle of the elements it stands for.
    x0: across.start + (across.elementsPerCell - 1) / 2,
    dx: across.elementsPerCell,
    y0: down.start + (down.elementsPerCell - 1) / 2,
    dy: down.elementsPerCell,
    text: values.map((row, i) =>
      Array.from(row, (value, j) => `${indexText(i, j)}: ${valueText(value)}`),
    ),
    hovertemplate: "%{text}<extra></extra>",
  };
}

/** Whole numbers in full, others as exactly as 32 bits hold them. */
function valueText(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(9)));
}

/** The names of the axes that have more than one element. */
function titles({ axes, roles }: Arrangement, role: "down" | "across"): string[] {
  return axes.flatMap(({ name, extent }, i) => (roles[i] === role && extent > 1 ? [name] : []));
}

function axisLayout(
  names: readonly string[],
  { elements }: Side,
  isNamed: boolean,
  trans: TranslationBundle,
): object {
  if (names.length === 0) return { showticklabels: false, ticks: "", showgrid: false };
  const title = isNamed ? names.join(" ") : axesTitle(names, trans);
  return { title: { text: title }, ...(elements <= 16 && { dtick: 1 }) };
}

export function axesTitle(names: readonly string[], trans: TranslationBundle): string {
  return trans._n("axis %2", "axes %2", names.length, names.join(", "));
}
