/** A study as a notebook shows it: its best trials, and why configurations were refused. */

import { view } from "tvm-ts";
import type { Study, Trial } from "../explore";

/** Trials that are listed. */
const LISTED = 10;

const number = (value: number): string => value.toLocaleString("en-US");

function summary(study: Study): string {
  const { space, trials, refusalCounts } = study;
  const refused = Object.entries(refusalCounts).map(
    ([cause, count]) => `${number(count)} ${cause}`,
  );
  const failed = trials.filter(({ error }) => error !== undefined).length;
  return [
    `${space.task}: ${number(space.size)} configurations, ${number(trials.length)} tried`,
    ...(failed > 0 ? [`${number(failed)} failed`] : []),
    refused.length > 0
      ? `refused: ${refused.join(", ")}`
      : trials.length === space.size
        ? "none refused"
        : "the others were not looked at",
  ].join("; ");
}

function rows(study: Study): { head: string[]; body: string[][] } {
  const best = study.ranked.slice(0, LISTED);
  const knobs = study.space.configs.knobs.map(({ name }) => name);
  const measures = Object.keys(best[0]?.measures ?? {});
  const row = ({ index, values, measures: measured }: Trial): string[] => [
    number(index),
    ...knobs.map((name) => String(values[name])),
    ...measures.map((name) => number(measured[name]!)),
  ];
  return { head: ["configuration", ...knobs, ...measures], body: best.map(row) };
}

/** `tile_w 61 %, tile_h 20 %, ...`: the knobs that decide most, where there are trials to tell. */
function importanceText(study: Study): string {
  if (study.ranked.length < TELLING) return "";
  const shares = Object.entries(study.importance)
    .filter(([, share]) => share >= 0.01)
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => `${name} ${Math.round(100 * share)} %`);
  return shares.length === 0
    ? ""
    : `of the variance, each knob alone explains: ${shares.join(", ")}`;
}

/** Trials below which shares mean little. */
const TELLING = 8;

export function studyText(study: Study): string {
  const { head, body } = rows(study);
  const widths = head.map((name, i) => Math.max(name.length, ...body.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => cell.padStart(widths[i]!)).join("  ");
  return [
    summary(study),
    ...(body.length > 0 ? [line(head), ...body.map(line)] : []),
    importanceText(study),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

/** Cycles against on-chip memory, one dot a trial, the front in another colour. */
function plot(study: Study): Record<string, unknown> | undefined {
  const trials = study.ranked.filter(({ measures }) => measures["sram"] !== undefined);
  if (trials.length < 2) return undefined;
  const front = new Set(study.front([study.objective, "sram"]).map(({ index }) => index));
  const trace = (name: string, chosen: readonly Trial[]): Record<string, unknown> => ({
    type: "scatter",
    mode: "markers",
    name,
    x: chosen.map(({ measures }) => measures["sram"]! / 1024),
    y: chosen.map(({ measures }) => measures[study.objective]),
    text: chosen.map(({ index, values }) => `configuration ${index}<br>${JSON.stringify(values)}`),
    hovertemplate: "%{text}<br>%{x:.1f} KiB, %{y:,} " + study.objective + "<extra></extra>",
  });
  return {
    data: [
      trace(
        "tried",
        trials.filter(({ index }) => !front.has(index)),
      ),
      trace(
        "best for their memory",
        trials.filter(({ index }) => front.has(index)),
      ),
    ],
    layout: {
      height: 320,
      margin: { t: 16, r: 16 },
      xaxis: { title: { text: "on-chip memory, KiB" } },
      yaxis: { title: { text: study.objective }, type: "log" },
    },
  };
}

export function studyBundle(study: Study): view.MimeBundle {
  const { head, body } = rows(study);
  const text = `<div>${view.escapeHtml(summary(study))}</div>`;
  const html = body.length > 0 ? view.tableHtml(head, body) : "";
  const importance = `<div>${view.escapeHtml(importanceText(study))}</div>`;
  return { "text/html": view.panelHtml(text, html, importance), "text/plain": studyText(study) };
}

/** The trials of a study as a plot: `vta.view.studyPlot(study)`. */
export function studyPlot(study: Study): view.Picture {
  const figure = plot(study);
  const bundle = studyBundle(study);
  return new view.Picture(
    figure === undefined ? bundle : { [view.mimeTypes.plotly]: figure, ...bundle },
  );
}

/**
 * Every trial as a line through its knobs' choices and its measures, coloured by the objective:
 * `vta.view.parallelCoordinates(study)`. Ranges can be marked on each axis.
 */
export function parallelCoordinates(study: Study): view.Picture {
  const trials = study.ranked;
  const bundle = studyBundle(study);
  if (trials.length < 2) return new view.Picture(bundle);
  const costs = trials.map(({ measures }) => measures[study.objective]!);
  const knobs = study.space.configs.knobs
    .filter(({ choices }) => choices.length > 1)
    .map(({ name, choices }) => ({
      label: name,
      values: trials.map(({ values }) => choices.indexOf(values[name]!)),
      tickvals: choices.map((_, i) => i),
      ticktext: choices.map(String),
    }));
  const logarithms = costs.map((cost) => Math.log10(cost));
  const figure = {
    data: [
      {
        type: "parcoords",
        line: { color: logarithms, colorscale: "Viridis", reversescale: true },
        dimensions: [...knobs, { label: `log10 ${study.objective}`, values: logarithms }],
      },
    ],
    layout: { height: 360, margin: { l: 60, r: 40, t: 48, b: 24 } },
  };
  return new view.Picture({ [view.mimeTypes.plotly]: figure, ...bundle });
}
