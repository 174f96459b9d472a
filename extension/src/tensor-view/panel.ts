/** The tensor view: what the tensor is, and its values as a heatmap. */

import { Panel, Widget } from "@lumino/widgets";
import type { TranslationBundle } from "@jupyterlab/translation";
import type { ViewContext } from "../mime/view-renderer";
import { PlotWidget, type Figure } from "../plotly/plot-widget";
import type { Side, TensorModel } from "./model";

export class TensorPanel extends Panel {
  constructor(model: TensorModel, context: ViewContext) {
    super();
    const { trans } = context;
    this.addClass("jp-tvm-Tensor");
    const { name, dtype, shape } = model.data;
    const title = `${name === undefined ? "" : `${name}: `}${dtype} [${shape.join(", ")}]`;
    const facts = statisticsText(model, trans);
    this.addWidget(textWidget("strong", title));
    this.addWidget(textWidget("p", facts));
    if (model.isEmpty) return;
    const label = trans.__("Heatmap of %1; %2", title, facts);
    this.addWidget(new PlotWidget(heatmap(model, trans), label, context));
  }
}

function textWidget(tag: "strong" | "p", text: string): Widget {
  const node = document.createElement(tag);
  node.textContent = text;
  return new Widget({ node });
}

function statisticsText(model: TensorModel, trans: TranslationBundle): string {
  const { min, max, mean, zeros, nans, infinities } = model.data.statistics;
  const parts: string[] = [];
  if (model.isEmpty) parts.push(trans.__("no elements"));
  if (min !== null && max !== null) {
    parts.push(trans.__("min %1", short(min)), trans.__("max %1", short(max)));
  }
  if (mean !== null) parts.push(trans.__("mean %1", short(mean)));
  if (zeros > 0) parts.push(trans._n("%1 zero", "%1 zeros", zeros));
  if (nans > 0) parts.push(trans.__("%1 NaN", nans));
  if (infinities > 0) parts.push(trans.__("%1 infinite", infinities));
  if (model.isReduced) {
    parts.push(trans.__("each cell is the mean of %1 elements", model.data.block.join(" × ")));
  }
  return parts.join(" · ");
}

/** Whole numbers in full, others with as many digits as a glance takes in. */
function short(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}

function heatmap(model: TensorModel, trans: TranslationBundle): Figure {
  const { scale } = model.data;
  const z = model.matrix();
  const last = scale.colors.length - 1;
  const [down, across] = [model.side("rows"), model.side("columns")];
  return {
    data: [
      {
        type: "heatmap",
        z,
        // A cell is drawn in the middle of the elements it stands for.
        x0: (across.elementsPerCell - 1) / 2,
        dx: across.elementsPerCell,
        y0: (down.elementsPerCell - 1) / 2,
        dy: down.elementsPerCell,
        zmin: scale.low,
        zmax: scale.high,
        colorscale: scale.colors.map((color, i) => [i / last, color]),
        text: z.map((row, i) => Array.from(row, (_, j) => model.indexText(i, j))),
        hovertemplate: "%{text}: %{z}<extra></extra>",
        colorbar: { thickness: 12, outlinewidth: 0 },
      },
    ],
    layout: {
      height: 340,
      margin: { l: 56, r: 16, t: 32, b: 48 },
      xaxis: axisLayout(across, trans),
      yaxis: { ...axisLayout(down, trans), autorange: "reversed" },
    },
  };
}

function axisLayout({ axes, elements }: Side, trans: TranslationBundle): object {
  if (axes.length === 0) return { showticklabels: false, ticks: "", showgrid: false };
  const title = trans._n("axis %2", "axes %2", axes.length, axes.join(", "));
  return { title: { text: title }, ...(elements <= 16 && { dtick: 1 }) };
}
