/** The stages over time as pictures without scripts, every cycle in the colour of its cause. */

import { view } from "tvm-ts";
import {
  criticalCycles,
  STAGE_NAMES,
  STALL_CAUSES,
  type FetchSpan,
  type StageName,
  type StallCause,
  type Timeline,
} from "../accelerator";
import { CAUSE_TEXT } from "../sim";
import { CAUSE_COLORS, causeColor } from "./colors";
import { stallRaster } from "./stall-raster";
import { countText, percentText } from "./number-text";

/** Overrides JupyterLab's theme colours of table rows and cells: these are light in every theme. */
export const PLAIN = "background:#f7f7f7;color:#1a1a1a";

const WIDTH = 720;
const HEIGHT = 14;

const LANES = ["fetch", ...STAGE_NAMES] as const;

/** The spans of fetch or of a stage. */
function spansOf({ fetch, spans }: Timeline, lane: (typeof LANES)[number]): readonly FetchSpan[] {
  return lane === "fetch" ? fetch : spans.filter(({ stage }) => stage === lane);
}

export function timelineHtml(timeline: Timeline): string {
  if (timeline.cycles === 0) return "";
  const palette = STALL_CAUSES.map((cause) => CAUSE_COLORS[cause]);
  const rows = LANES.map((stage) => {
    const pixels = stallRaster(spansOf(timeline, stage), timeline.cycles, WIDTH, HEIGHT);
    const picture = { width: WIDTH, height: HEIGHT, pixels, palette };
    const uri = view.pngUri(view.indexedPng(picture));
    const alt = `${stage} over time, in the colours of the causes`;
    return (
      `<tr style="${PLAIN}"><td style="${PLAIN};padding:1px 8px 1px 0;text-align:left">${stage}</td>` +
      `<td style="${PLAIN};padding:1px 0">${view.imageHtml(uri, alt, "display:block")}</td></tr>`
    );
  });
  return (
    `<div style="margin-top:4px">Cycles 0 to ${countText(timeline.cycles)}</div>` +
    `<table style="border-collapse:collapse;table-layout:auto">${rows.join("")}</table>` +
    `<div>${criticalPathText(timeline)}</div>`
  );
}

export function causeLegend(causes: readonly StallCause[]): string {
  const entries = causes.map(
    (cause) =>
      `<span style="white-space:nowrap;margin-right:12px"><span style="display:inline-block;width:10px;` +
      `height:10px;background:${causeColor(cause)}"></span> ${CAUSE_TEXT[cause]}</span>`,
  );
  return `<div style="margin-top:4px;max-width:720px;line-height:1.6">${entries.join(" ")}</div>`;
}

/** Cycles of fetch or a stage by cause, the largest first. */
function causeCycles(
  timeline: Timeline,
  lane: "fetch" | StageName,
): [cause: StallCause, cycles: number][] {
  const sums = new Map<StallCause, number>();
  for (const { cause, begin, end } of spansOf(timeline, lane)) {
    sums.set(cause, (sums.get(cause) ?? 0) + end - begin);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

/** `critical path: compute 61 %, load 32 %, fetch 7 %` */
function criticalPathText(timeline: Timeline): string {
  const parts = Object.entries(criticalCycles(timeline))
    .sort(([, a], [, b]) => b - a)
    .map(([name, cycles]) => `${name} ${percentText(cycles, timeline.cycles)}`);
  return parts.length === 0 ? "" : `critical path: ${parts.join(", ")}`;
}

/** The timeline as text: a line for each stage, and one for the critical path. */
export function timelineLines(timeline: Timeline): string[] {
  if (timeline.cycles === 0) return [];
  const stages = LANES.map((stage) => {
    const parts = causeCycles(timeline, stage).map(
      ([cause, cycles]) => `${CAUSE_TEXT[cause]} ${percentText(cycles, timeline.cycles)}`,
    );
    return `  ${stage.padEnd(8)} ${parts.join(", ")}`;
  });
  return [
    `${countText(timeline.cycles)} cycles`,
    ...stages,
    ...[criticalPathText(timeline)].filter((text) => text !== ""),
  ];
}
