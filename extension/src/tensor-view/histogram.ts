/** A histogram of values, shown according to the option. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { Panel } from "@lumino/widgets";
import type { view } from "tvm-ts";
import { shortNumber } from "../dom/quantities";
import type { ViewContext } from "../mime/view-renderer";
import { PlotWidget, type Figure } from "../plotly/plot-widget";

export class HistogramPanel extends Panel {
  constructor(
    private histogram: view.Histogram,
    private readonly context: ViewContext,
  ) {
    super();
    this.addClass("jp-tvm-Histogram");
    context.options.changed.connect(this.follow, this);
    this.follow();
  }

  /** Replaces the values. */
  showOther(histogram: view.Histogram): void {
    this.histogram = histogram;
    this.plot?.setFigure(figure(histogram, this.context.trans));
  }

  private get plot(): PlotWidget | undefined {
    return this.widgets[0] as PlotWidget | undefined;
  }

  private follow(): void {
    const { options, trans } = this.context;
    const wanted = options.get("histogram");
    if (wanted === this.widgets.length > 0) return;
    for (const plot of [...this.widgets]) plot.dispose();
    if (!wanted) return;
    const label = trans.__("Histogram of values");
    this.addWidget(new PlotWidget(figure(this.histogram, trans), label, this.context));
  }
}

/** Pixels: plots with few bars are narrower. */
const MIN_WIDTH = 260;
const BAR_WIDTH = 24;

function figure({ start, width, counts }: view.Histogram, trans: TranslationBundle): Figure {
  // The label of a bin: its only integer, or its start and end.
  const isSingle = width === 1 && Number.isInteger(start);
  const names = counts.map((_, i) => {
    const from = start + i * width;
    return isSingle
      ? String(from)
      : trans.__("%1 to %2", shortNumber(from), shortNumber(from + width));
  });
  return {
    maxWidth: Math.min(900, MIN_WIDTH + counts.length * BAR_WIDTH),
    data: [
      {
        type: "bar",
        x0: isSingle ? start : start + width / 2,
        dx: width,
        y: counts,
        width,
        text: names,
        textposition: "none",
        hovertemplate: "%{text}: %{y}<extra></extra>",
      },
    ],
    layout: {
      height: 150,
      margin: { l: 56, r: 16, t: 8, b: 40 },
      bargap: 0,
      xaxis: { title: { text: trans.__("value") } },
      yaxis: { title: { text: trans.__("elements") }, rangemode: "tozero" },
    },
  };
}
