/** The tensor view: the tensor's facts, a heatmap of its values, and a histogram. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { Panel, Widget } from "@lumino/widgets";
import type { view } from "tvm-ts";
import { checkbox, element, toolbar } from "../dom/controls";
import { shortNumber } from "../dom/quantities";
import { HeatmapPanel } from "../heatmap/panel";
import type {
  StatefulWidget,
  PictureFormat,
  PictureWidget,
  ViewContext,
} from "../mime/view-renderer";
import { HistogramPanel } from "./histogram";

export class TensorPanel extends Panel implements PictureWidget, StatefulWidget {
  private readonly heatmap: HeatmapPanel | undefined;

  constructor(data: view.TensorView, context: ViewContext) {
    super();
    const { trans, options } = context;
    this.addClass("jp-tvm-Tensor");
    const { name, dtype, shape, histogram } = data;
    const title = `${name === undefined ? "" : `${name}: `}${dtype} [${shape.join(", ")}]`;
    const facts = statisticsText(data, trans);
    const heading = element("strong", "", title);
    const isEmpty = shape.includes(0);
    const switchHistogram = checkbox(trans.__("Histogram"), options.get("histogram"), (checked) =>
      options.set("histogram", checked),
    );
    options.changed.connect(() => (switchHistogram.value = options.get("histogram")), this);
    const controls = histogram.counts.length > 0 ? [switchHistogram.node] : [];
    this.addWidget(new Widget({ node: toolbar(trans.__("Tensor"), heading, ...controls) }));
    const caption = element("p", "", facts);
    caption.setAttribute("aria-live", "polite");
    this.addWidget(new Widget({ node: caption }));
    if (isEmpty) return;
    this.heatmap = new HeatmapPanel(data, trans.__("Heatmap of %1; %2", title, facts), context);
    this.addWidget(this.heatmap);
    const bars = new HistogramPanel(histogram, context);
    if (histogram.counts.length > 0) this.addWidget(bars);
    this.heatmap.sight.connect((_, sight) => {
      caption.textContent =
        sight === undefined
          ? facts
          : trans.__("in sight: %1", statisticsText({ ...data, ...sight }, trans));
      bars.showOther(sight?.histogram ?? histogram);
    });
  }

  saveState(): unknown {
    return this.heatmap?.saveState();
  }

  restoreState(state: unknown): void {
    this.heatmap?.restoreState(state);
  }

  get hasPicture(): boolean {
    return this.heatmap?.hasPicture ?? false;
  }

  picture(format: PictureFormat): Promise<Blob> {
    return this.heatmap!.picture(format);
  }
}

function statisticsText(
  { shape, block, statistics }: view.TensorView,
  trans: TranslationBundle,
): string {
  const { min, max, mean, zeros, nans, infinities } = statistics;
  const parts: string[] = [];
  if (shape.includes(0)) parts.push(trans.__("no elements"));
  if (min !== null && max !== null) {
    parts.push(trans.__("min %1", shortNumber(min)), trans.__("max %1", shortNumber(max)));
  }
  if (mean !== null) parts.push(trans.__("mean %1", shortNumber(mean)));
  if (zeros > 0) parts.push(trans._n("%1 zero", "%1 zeros", zeros));
  if (nans > 0) parts.push(trans.__("%1 NaN (grey)", nans));
  if (infinities > 0) parts.push(trans.__("%1 infinite (grey)", infinities));
  if (block.some((extent) => extent > 1)) {
    parts.push(trans.__("each cell is the mean of %1 elements", block.join(" × ")));
  }
  return parts.join(" · ");
}
