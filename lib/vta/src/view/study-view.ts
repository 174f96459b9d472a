/** A study as a notebook shows it: its best trials, and the refusals of configurations. */

import { view } from "tvm-ts";
import type { Refusal, Study, Trial } from "../explore";
import { liveStudy } from "./live-studies";
import { alignedLines } from "./number-text";
import { mimeTypes } from "./vta-mime";

/** A study as front ends draw it. */
export interface StudyView {
  readonly version: 1;
  /** A sentence about the space, the trials and the refusals. */
  readonly summary: string;
  /** A sentence for each cause of refusals: the number, the cause, and the first refusal's own reason. */
  readonly refusals: readonly string[];
  /** The measure that is minimized. */
  readonly objective: string;
  readonly knobs: readonly string[];
  readonly measures: readonly string[];
  /**
   * The trials, the best first: the configuration's number, a value for each knob, and a number for each
   * measure.
   */
  readonly trials: readonly StudyTrial[];
  /** The number of all trials, if some are left out. */
  readonly total?: number;
  /** The Pareto front: configurations that no other one beats in both objective and memory. */
  readonly front: readonly number[];
  /** By knob: the share of the variance that its choice explains alone. */
  readonly importance: Readonly<Record<string, number>>;
  /** Whether the trials are also shown as a table. */
  readonly table: boolean;
  /** The id for requests of a trial's schedule and profile. */
  readonly live?: string;
}

export interface StudyTrial {
  readonly index: number;
  readonly values: readonly string[];
  readonly measures: readonly (number | null)[];
}

/** The most trials of a view, because a notebook stores all of them. */
const MAX_TRIALS = 2000;

function studyView(study: Study, table: boolean): StudyView {
  const { space, objective, ranked } = study;
  const knobs = space.configs.knobs.map(({ name }) => name);
  const measures = Object.keys(ranked[0]?.measures ?? {});
  const trials = ranked
    .slice(0, MAX_TRIALS)
    .map(({ index, values, measures: measured }): StudyTrial => ({
      index,
      values: knobs.map((name) => String(values[name])),
      measures: measures.map((name) => measured[name] ?? null),
    }));
  const planes = measures.includes("sram") ? [objective, "sram"] : [objective];
  return {
    version: 1,
    summary: summary(study),
    refusals: refusalLines(study),
    objective,
    knobs,
    measures,
    trials,
    ...(ranked.length > MAX_TRIALS && { total: ranked.length }),
    front: trials.length === 0 ? [] : study.front(planes).map(({ index }) => index),
    importance: ranked.length < MIN_TRIALS_FOR_SHARES ? {} : study.importance,
    table,
    ...(trials.length > 0 && liveStudy(study)),
  };
}

/** Trials that are listed. */
const LISTED_TRIALS = 10;

const number = (value: number): string => value.toLocaleString("en-US");

function summary(study: Study): string {
  const { space, trials, refusals } = study;
  const failed = trials.filter(({ error }) => error !== undefined).length;
  return [
    `${space.task}: ${number(space.size)} configurations, ${number(trials.length)} tried`,
    ...(failed > 0 ? [`${number(failed)} failed`] : []),
    refusals.size > 0
      ? `${number(refusals.size)} refused`
      : trials.length === space.size
        ? "none refused"
        : "the others were not looked at",
  ].join("; ");
}

const CAUSES: Readonly<Record<Refusal["cause"], string>> = {
  divide: "tiles do not divide evenly",
  memory: "a memory is too small",
  threads: "virtual threads would deadlock",
  lowering: "the accelerator cannot do it",
  "micro-ops": "micro-ops cannot be recorded",
  constraint: "the constraint excludes it",
};

/** `5 refused, tiles do not divide evenly: configuration 36, the axis of rows has 1 tile ...` */
function refusalLines({ refusals, refusalCounts }: Study): string[] {
  return Object.entries(refusalCounts).map(([cause, count]) => {
    const [index, { reason }] = [...refusals].find(([, refusal]) => refusal.cause === cause)!;
    const [sentence = ""] = reason.split("\n");
    const example = sentence.replace(/[,;:]? in$/, "");
    return `${number(count)} refused, ${CAUSES[cause as Refusal["cause"]]}: configuration ${number(index)}, ${example}`;
  });
}

function rows(study: Study): { head: string[]; body: string[][] } {
  const best = study.ranked.slice(0, LISTED_TRIALS);
  const knobs = study.space.configs.knobs.map(({ name }) => name);
  const measures = Object.keys(best[0]?.measures ?? {});
  const row = ({ index, values, measures: measured }: Trial): string[] => [
    number(index),
    ...knobs.map((name) => String(values[name])),
    ...measures.map((name) => number(measured[name]!)),
  ];
  return { head: ["configuration", ...knobs, ...measures], body: best.map(row) };
}

/** `tile_w 61 %, tile_h 20 %, ...`: the knobs that explain most, if there are enough trials. */
function importanceText(study: Study): string {
  if (study.ranked.length < MIN_TRIALS_FOR_SHARES) return "";
  const shares = Object.entries(study.importance)
    .filter(([, share]) => share >= 0.01)
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => `${name} ${Math.round(100 * share)} %`);
  return shares.length === 0
    ? ""
    : `of the variance, each knob alone explains: ${shares.join(", ")}`;
}

/** With fewer trials, shares are not meaningful. */
const MIN_TRIALS_FOR_SHARES = 8;

export function studyText(study: Study): string {
  const { head, body } = rows(study);
  return [
    summary(study),
    ...refusalLines(study).map((line) => `  ${line}`),
    ...(body.length > 0 ? alignedLines([head, ...body], 0) : []),
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
  return { [mimeTypes.study]: studyView(study, true), ...documentForms(study) };
}

/** The study's outputs for all front ends. */
function documentForms(study: Study): view.MimeBundle {
  const { head, body } = rows(study);
  const text = [summary(study), ...refusalLines(study)]
    .map((line) => `<div>${view.escapeHtml(line)}</div>`)
    .join("");
  const html = body.length > 0 ? view.tableHtml(head, body) : "";
  const importance = `<div>${view.escapeHtml(importanceText(study))}</div>`;
  return { "text/html": view.panelHtml(text, html, importance), "text/plain": studyText(study) };
}

/** The trials of a study as a plot: `vta.view.studyPlot(study)`. */
export function studyPlot(study: Study): view.Picture {
  const figure = plot(study);
  const bundle = studyBundle(study);
  return new view.Picture(
    figure === undefined
      ? bundle
      : {
          ...bundle,
          [mimeTypes.study]: studyView(study, false),
          [view.mimeTypes.plotly]: figure,
        },
  );
}

/** Groups of trials by cost, the best first, with colours from dark to light. */
const GROUPS = ["best fifth", "second", "third", "fourth", "worst fifth"] as const;
const GROUP_COLORS: readonly string[] = ["#0072b2", "#56b4e9", "#009e73", "#e69f00", "#cc79a7"];

interface CoordinateAxis {
  readonly name: string;
  /** Where a trial crosses the axis, 0 to 1. */
  at(trial: Trial): number;
  readonly ticks: readonly (readonly [at: number, text: string])[];
}

function coordinateAxes(study: Study): CoordinateAxis[] {
  const knobs = study.space.configs.knobs.filter(({ choices }) => choices.length > 1);
  const costs = study.ranked.map(({ measures }) => Math.log(measures[study.objective]!));
  const [low, high] = [Math.min(...costs), Math.max(...costs)];
  const place = (cost: number): number => (high === low ? 0 : (cost - low) / (high - low));
  const end = (cost: number): string => number(Math.round(Math.exp(cost)));
  return [
    ...knobs.map(({ name, choices }): CoordinateAxis => {
      const last = choices.length - 1;
      return {
        name,
        at: ({ values }) => choices.indexOf(values[name]!) / last,
        ticks: choices.map((choice, i) => [i / last, String(choice)] as const),
      };
    }),
    {
      name: study.objective,
      at: ({ measures }) => place(Math.log(measures[study.objective]!)),
      ticks: [[0, end(low)], ...(high === low ? [] : [[1, end(high)] as const])],
    },
  ];
}

/**
 * Every trial as a line through its knobs' choices and its objective, coloured by cost:
 * `vta.view.parallelCoordinates(study)`.
 */
export function parallelCoordinates(study: Study): view.Picture {
  const trials = study.ranked;
  const bundle = documentForms(study);
  if (trials.length < 2) return new view.Picture(bundle);
  const axes = coordinateAxes(study);
  const lines = GROUPS.map((name, group) => {
    const own = trials.filter(
      (_, rank) => Math.floor((rank * GROUPS.length) / trials.length) === group,
    );
    return {
      type: "scatter",
      mode: "lines",
      name,
      // A gap ends each line.
      x: own.flatMap(() => [...axes.map((_, i) => i), null]),
      y: own.flatMap((trial) => [...axes.map((axis) => axis.at(trial)), null]),
      line: { color: GROUP_COLORS[group], width: 1.5 },
      opacity: 0.7,
      hoverinfo: "skip",
    };
  }).reverse();
  // With a background, so that lines do not cross the text.
  const annotations = axes.flatMap(({ ticks }, x) =>
    ticks.map(([y, text]) => ({
      ...{ x, y, text, xanchor: "right", xshift: -4, showarrow: false, borderpad: 1 },
      ...{ bgcolor: "rgba(247,247,247,0.9)", font: { size: 11, color: "#1a1a1a" } },
    })),
  );
  const figure = {
    data: lines,
    layout: {
      height: 360,
      margin: { l: 40, r: 16, t: 16, b: 32 },
      xaxis: {
        tickmode: "array",
        tickvals: axes.map((_, i) => i),
        ticktext: axes.map(({ name }) => name),
        range: [-0.4, axes.length - 0.6],
      },
      yaxis: { visible: false },
      annotations,
    },
  };
  return new view.Picture({ [view.mimeTypes.plotly]: figure, ...bundle });
}
