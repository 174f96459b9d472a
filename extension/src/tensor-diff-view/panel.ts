/**
 * The difference view: the number of different elements, the first of them, and a heatmap of the differences.
 */

import type { TranslationBundle } from "@jupyterlab/translation";
import { Panel, Widget } from "@lumino/widgets";
import type { view } from "tvm-ts";
import { element } from "../dom/controls";
import { shortNumber } from "../dom/quantities";
import { table } from "../dom/table";
import { HeatmapPanel } from "../heatmap/panel";
import type {
  StatefulWidget,
  PictureFormat,
  PictureWidget,
  ViewContext,
} from "../mime/view-renderer";

export class TensorDiffPanel extends Panel implements PictureWidget, StatefulWidget {
  private readonly heatmap: HeatmapPanel | undefined;

  constructor(data: view.TensorDiffView, context: ViewContext) {
    super();
    const { trans } = context;
    this.addClass("jp-tvm-Tensor");
    const { shape, dtype, mismatches } = data;
    const actual = data.actualName ?? trans.__("actual");
    const expected = data.expectedName ?? trans.__("expected");
    const title = `${actual} − ${expected}: ${dtype} [${shape.join(", ")}]`;
    const facts = findings(data, trans);
    const agrees = mismatches === 0;
    const tick = element("span", "jp-tvm-Tick", "✓");
    const said = element("p", "", ...(agrees ? [tick, " "] : []), facts);
    const node = element("div", "", element("strong", "", title), said);
    if (mismatches > 0) node.append(firstDifferences(data, actual, expected, trans));
    this.addWidget(new Widget({ node }));
    // Equal tensors get no heatmap.
    if (agrees || shape.includes(0)) return;
    const label = trans.__("Heatmap of %1; %2", title, facts);
    this.heatmap = new HeatmapPanel(data, label, context);
    this.addWidget(this.heatmap);
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

function findings(data: view.TensorDiffView, trans: TranslationBundle): string {
  const { shape, block, mismatches, atol, rtol, maxAbsolute, maxRelative } = data;
  const total = shape.reduce((product, extent) => product * extent, 1);
  const parts = [
    mismatches === 0
      ? trans._n("%1 element agrees", "all %1 elements agree", total)
      : trans.__("%1 of %2 elements differ", mismatches, total),
  ];
  if (atol > 0 || rtol > 0) parts.push(trans.__("tolerance %1 + %2 · |expected|", atol, rtol));
  parts.push(trans.__("largest difference %1", shortNumber(maxAbsolute)));
  if (maxRelative > 0) parts.push(trans.__("relative %1", shortNumber(maxRelative)));
  if (block.some((extent) => extent > 1)) {
    const size = block.join(" × ");
    parts.push(trans.__("each cell is the largest difference among %1 elements", size));
  }
  return parts.join(" · ");
}

/** The first elements that differ, as a table. */
function firstDifferences(
  { first, mismatches }: view.TensorDiffView,
  actual: string,
  expected: string,
  trans: TranslationBundle,
): HTMLElement {
  const summary = element("summary", "", trans.__("The first %1 of %2", first.length, mismatches));
  const rows = first.map((one) => [`[${one.index.join(", ")}]`, one.actual, one.expected]);
  const head = [trans.__("index"), actual, expected];
  return element("details", "", summary, table(trans.__("Elements that differ"), head, rows));
}
