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
    refused.length > 0 ? `refused: ${refused.join(", ")}` : "none refused",
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

export function studyText(study: Study): string {
  const { head, body } = rows(study);
  const widths = head.map((name, i) => Math.max(name.length, ...body.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => cell.padStart(widths[i]!)).join("  ");
  return [summary(study), ...(body.length > 0 ? [line(head), ...body.map(line)] : [])].join("\n");
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
  return { "text/html": view.panelHtml(text, html), "text/plain": studyText(study) };
}

/** The trials of a study as a plot: `vta.view.studyPlot(study)`. */
export function studyPlot(study: Study): view.Picture {
  const figure = plot(study);
  const bundle = studyBundle(study);
  return new view.Picture(
    figure === undefined ? bundle : { [view.mimeTypes.plotly]: figure, ...bundle },
  );
}
