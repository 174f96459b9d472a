/** Figures of `application/vnd.plotly.v1+json` of any library, if there is no other renderer. */

import type { Widget } from "@lumino/widgets";
import * as v from "valibot";
import { UnreadableOutput } from "../mime/read-view";
import type { ViewContext } from "../mime/view-renderer";
import { PlotWidget } from "./plot-widget";

const figureSchema = v.object({
  data: v.array(v.looseObject({ type: v.exactOptional(v.string()) })),
  layout: v.exactOptional(v.looseObject({}), {}),
});

/** The traces of Plotly's cartesian bundle. */
const TRACES = new Set([
  "scatter",
  "bar",
  "box",
  "heatmap",
  "histogram",
  "histogram2d",
  "histogram2dcontour",
  "contour",
  "scatterternary",
  "violin",
  "image",
  "pie",
]);

export function createView(data: unknown, context: ViewContext): Widget {
  const { trans } = context;
  const result = v.safeParse(figureSchema, data);
  if (!result.success) throw new UnreadableOutput(trans.__("This is not a Plotly figure."));
  const unknown = result.output.data.find(({ type }) => type !== undefined && !TRACES.has(type));
  if (unknown !== undefined) {
    throw new UnreadableOutput(
      trans.__("Plots of type %1 need Plotly's own extension: pip install plotly", unknown.type),
    );
  }
  return new PlotWidget(result.output, trans.__("Plot"), context);
}
