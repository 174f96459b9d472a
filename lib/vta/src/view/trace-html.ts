/** A trace as HTML without scripts: numbers, a picture of the memories, and the instructions. */

import { view } from "tvm-ts";
import { STALL_CAUSES, type ExecutionTrace, type MemoryUse, type TraceEntry } from "../accelerator";
import { CELL_COLORS, CELL_PALETTE, cssColor } from "./colors";
import { CELL, occupancyRaster } from "./occupancy-raster";
import { causeLegend, timelineHtml } from "./timeline-html";
import { listing, summaryLines, useText } from "./trace-text";

const WIDTH = 720;
const HEIGHT = 72;
const LISTED = 500;
/** Rows of pixels between two memories. */
const GAP = 6;

export function traceHtml(trace: ExecutionTrace): string {
  const { stream } = trace;
  const lines = summaryLines(trace).slice(0, -trace.memories.length);
  return view.panelHtml(
    ...lines.map((line, i) => `<div${i === 0 ? BOLD : ""}>${view.escapeHtml(line)}</div>`),
    ...trace.memories.map((use) => memoryHtml(use, stream)),
    stream.length === 0 ? "" : legend(),
    timelinePart(trace),
    `<details><summary>Instructions</summary>${preformatted(listing(stream, LISTED))}</details>`,
  );
}

function timelinePart({ timeline }: ExecutionTrace): string {
  if (timeline === undefined) return "";
  const used = new Set(timeline.spans.map(({ cause }) => cause));
  return timelineHtml(timeline) + causeLegend(STALL_CAUSES.filter((cause) => used.has(cause)));
}

const BOLD = ' style="font-weight:bold"';

function memoryHtml(use: MemoryUse, stream: readonly TraceEntry[]): string {
  const text = useText(use);
  const caption = `<div style="margin-top:4px">${view.escapeHtml(text)}</div>`;
  if (use.residencies.length === 0) return caption;
  const picture = `${use.memory}: addresses run down, instructions across`;
  const uri = view.pngUri(view.indexedPng(pictureOf(use, stream)));
  return caption + view.imageHtml(uri, picture, "border:1px solid #999");
}

/** The raster, its cells magnified to whole pixels. */
function pictureOf(use: MemoryUse, stream: readonly TraceEntry[]): view.IndexedPicture {
  const { rows, columns, cells } = occupancyRaster(use, stream, HEIGHT, WIDTH);
  const [across, down] = [Math.floor(WIDTH / columns), Math.max(1, Math.floor(HEIGHT / rows))];
  const [width, height] = [columns * across, rows * down];
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / down) * columns;
    for (let x = 0; x < width; x++) pixels[y * width + x] = cells[row + Math.floor(x / across)]!;
  }
  return { width, height, pixels, palette: CELL_PALETTE };
}

/** The memories one below the other, for front ends without HTML; undefined if none was used. */
export function tracePng({ memories, stream }: ExecutionTrace): string | undefined {
  const pictures = memories
    .filter(({ residencies }) => residencies.length > 0)
    .map((use) => pictureOf(use, stream));
  if (pictures.length === 0) return undefined;
  const width = Math.max(...pictures.map((picture) => picture.width));
  const height = pictures.reduce((sum, picture) => sum + picture.height + GAP, 0);
  const pixels = new Uint8Array(width * height).fill(CELL_PALETTE.length);
  let top = 0;
  for (const picture of pictures) {
    for (let y = 0; y < picture.height; y++) {
      const row = picture.pixels.subarray(y * picture.width, (y + 1) * picture.width);
      pixels.set(row, (top + y) * width);
    }
    top += picture.height + GAP;
  }
  return view.indexedPng({ width, height, pixels, palette: [...CELL_PALETTE, [128, 128, 128]] });
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
  return `<pre tabindex="0" style="${style};background:none">${view.escapeHtml(text)}</pre>`;
}
