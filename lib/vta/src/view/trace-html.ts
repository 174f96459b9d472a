/** A trace as HTML without scripts: numbers, a picture of the memories, and the instructions. */

import { view } from "tvm-ts";
import type { ExecutionTrace, MemoryUse, TraceEntry } from "../accelerator";
import { CELL_COLORS, CELL_PALETTE, cssColor } from "./colors";
import { CELL, occupancyRaster } from "./occupancy-raster";
import { listing, summaryLines, useText } from "./trace-text";

const WIDTH = 720;
const HEIGHT = 72;
const LISTED = 500;

export function traceHtml(trace: ExecutionTrace): string {
  const { stream } = trace;
  const lines = summaryLines(trace).slice(0, -trace.memories.length);
  return view.panelHtml(
    ...lines.map((line, i) => `<div${i === 0 ? BOLD : ""}>${view.escapeHtml(line)}</div>`),
    ...trace.memories.map((use) => memoryHtml(use, stream)),
    stream.length === 0 ? "" : legend(),
    `<details><summary>Instructions</summary>${preformatted(listing(stream, LISTED))}</details>`,
  );
}

const BOLD = ' style="font-weight:bold"';

function memoryHtml(use: MemoryUse, stream: readonly TraceEntry[]): string {
  const text = useText(use);
  const caption = `<div style="margin-top:4px">${view.escapeHtml(text)}</div>`;
  if (use.residencies.length === 0) return caption;
  const picture = `${use.memory}: addresses run down, instructions across`;
  return caption + view.imageHtml(pictureUri(use, stream), picture, "border:1px solid #999");
}

/** The raster, its cells magnified to whole pixels. */
function pictureUri(use: MemoryUse, stream: readonly TraceEntry[]): string {
  const { rows, columns, cells } = occupancyRaster(use, stream, HEIGHT, WIDTH);
  const [across, down] = [Math.floor(WIDTH / columns), Math.max(1, Math.floor(HEIGHT / rows))];
  const [width, height] = [columns * across, rows * down];
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / down) * columns;
    for (let x = 0; x < width; x++) pixels[y * width + x] = cells[row + Math.floor(x / across)]!;
  }
  return view.indexedPngUri({ width, height, pixels, palette: CELL_PALETTE });
}

function legend(): string {
  const parts = (Object.keys(CELL) as (keyof typeof CELL)[]).map((name) => {
    const color = cssColor(CELL_COLORS[name]);
    return `<span style="display:inline-block;width:10px;height:10px;border:1px solid #999;background:${color}"></span> ${name}`;
  });
  return `<div style="margin-top:4px">${parts.join(" &nbsp; ")}</div>`;
}

function preformatted(text: string): string {
  const style =
    "overflow:auto;max-height:400px;font-family:monospace;white-space:pre;color:#1a1a1a";
  return `<pre style="${style};background:none">${view.escapeHtml(text)}</pre>`;
}
