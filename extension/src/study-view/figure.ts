/** The trials of a study as dots: the objective against on-chip memory, or in the order of their rank. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { Figure } from "../plotly/plot-widget";
import type { StudyData, StudyTrial } from "./schema";

const HEIGHT = 320;
const KIB = 1024;
/** Colours for all types of colour vision, on light and dark. */
const TRIAL_COLOR = "#56b4e9";
const FRONT_COLOR = "#d55e00";

export function studyFigure(
  study: StudyData,
  chosen: number | undefined,
  trans: TranslationBundle,
): Figure {
  const front = new Set(study.front);
  const dots = (trials: readonly StudyTrial[], name: string, marker: object) => ({
    type: "scatter",
    mode: "markers",
    name,
    x: trials.map((trial) => memoryOf(study, trial)),
    y: trials.map((trial) => objectiveOf(study, trial)),
    customdata: trials.map(({ index }) => index),
    text: trials.map((trial) => describe(study, trial, trans)),
    hovertemplate: "%{text}<extra></extra>",
    marker,
  });
  const { trials } = study;
  return {
    data: [
      dots(
        trials.filter(({ index }) => !front.has(index)),
        trans.__("tried"),
        { color: TRIAL_COLOR, size: 7 },
      ),
      dots(
        trials.filter(({ index }) => front.has(index)),
        trans.__("best for their memory"),
        { color: FRONT_COLOR, size: 9, symbol: "diamond" },
      ),
      {
        ...dots(
          trials.filter(({ index }) => index === chosen),
          trans.__("chosen"),
          { color: "rgba(0, 0, 0, 0)", size: 17, line: { color: FRONT_COLOR, width: 3 } },
        ),
        hoverinfo: "skip",
        hovertemplate: undefined,
      },
    ],
    layout: {
      height: HEIGHT,
      margin: { l: 70, r: 16, t: 16, b: 48 },
      hovermode: "closest",
      xaxis: { title: { text: trans.__("on-chip memory, KiB") } },
      yaxis: {
        title: { text: study.objective },
        type: "log",
        exponentformat: "SI",
        ...(spansDecades(study) && { dtick: "D2" }),
      },
      legend: { orientation: "h", y: 1.02, yanchor: "bottom" },
    },
  };
}

function measure({ measures }: StudyData, trial: StudyTrial, name: string): number | null {
  return trial.measures[measures.indexOf(name)] ?? null;
}

function memoryOf(study: StudyData, trial: StudyTrial): number | null {
  const bytes = measure(study, trial, "sram");
  return bytes === null ? null : bytes / KIB;
}

function objectiveOf(study: StudyData, trial: StudyTrial): number | null {
  return measure(study, trial, study.objective);
}

/** Over more than a power of ten, labels at 2, 3, ..., 9 would overlap. */
function spansDecades(study: StudyData): boolean {
  const values = study.trials.flatMap((trial) => objectiveOf(study, trial) ?? []);
  return Math.max(...values) > 10 * Math.min(...values);
}

/** The configuration's number, knobs and measures, a line each. */
function describe(study: StudyData, trial: StudyTrial, trans: TranslationBundle): string {
  return [
    trans.__("configuration %1", trial.index),
    study.knobs.map((name, i) => `${name} ${trial.values[i]}`).join(", "),
    study.measures.map((name, i) => `${name} ${trial.measures[i] ?? "?"}`).join(", "),
  ]
    .map(escaped)
    .join("<br>");
}

/** Plotly interprets some tags. */
function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}
