/** The use of the on-chip memories as a Plotly figure: one heatmap a memory, one above the other. */

import type { view } from "tvm-ts";
import type { ExecutionTrace, MemoryUse, TraceEntry } from "../accelerator";
import { CELL_COLORS, cssColor } from "./colors";
import { CELL, occupancyRaster } from "./occupancy-raster";

const ROWS = 48;
const COLUMNS = 256;

export function tracePlotly(trace: ExecutionTrace): view.PlotlyFigure {
  const { stream } = trace;
  const used = trace.memories.filter(({ residencies }) => residencies.length > 0);
  const layout: Record<string, unknown> = {
    title: { text: "On-chip memories" },
    height: 120 + 140 * used.length,
    xaxis: { title: { text: "instruction" } },
  };
  const band = 1 / Math.max(1, used.length);
  used.forEach((use, i) => {
    const top = 1 - i * band;
    const name = i === 0 ? "yaxis" : `yaxis${i + 1}`;
    layout[name] = {
      title: { text: use.memory },
      domain: [top - 0.85 * band, top],
      autorange: "reversed",
    };
  });
  return { data: used.map((use, i) => heatmap(use, stream, i)), layout };
}

function heatmap(use: MemoryUse, stream: readonly TraceEntry[], band: number) {
  const raster = occupancyRaster(use, stream, ROWS, COLUMNS);
  const { rows, columns, elementsPerRow, entriesPerColumn, cells } = raster;
  return {
    type: "heatmap",
    z: Array.from({ length: rows }, (_, row) => [
      ...cells.subarray(row * columns, (row + 1) * columns),
    ]),
    x0: (entriesPerColumn - 1) / 2,
    dx: entriesPerColumn,
    y0: (elementsPerRow - 1) / 2,
    dy: elementsPerRow,
    yaxis: band === 0 ? "y" : `y${band + 1}`,
    zmin: -0.5,
    zmax: Object.keys(CELL).length - 0.5,
    colorscale: colorScale(),
    showscale: band === 0,
    colorbar: { tickvals: Object.values(CELL), ticktext: Object.keys(CELL) },
    hovertemplate: `${use.memory} %{y}, instruction %{x}<extra></extra>`,
  };
}

/** A colour for each kind of cell, with no colours between. */
function colorScale(): [number, string][] {
  const colors = Object.values(CELL_COLORS).map(cssColor);
  return colors.flatMap((color, i): [number, string][] => [
    [i / colors.length, color],
    [(i + 1) / colors.length, color],
  ]);
}
