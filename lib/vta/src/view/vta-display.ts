/** Registers the displays of the accelerator's objects; see tvm-ts' `installDisplays`. */

import { view } from "tvm-ts";
import { ExecutionTrace, ProfilerStats } from "../accelerator";
import { Environment } from "../compiler";
import { Study } from "../explore";
import { Network, NetworkAccuracy, NetworkCosts, RunnableNetwork } from "../graph";
import { AcceleratorDevice } from "../runtime";
import { Profile } from "../sim";
import { CALL_ARGUMENTS } from "./runtime-call-arguments";
import {
  environmentHtml,
  environmentText,
  statisticsHtml,
  statisticsText,
} from "./environment-html";
import { environmentView } from "./environment-view";
import { mimeTypes } from "./vta-mime";
import { accuracyBundle, accuracyText, costsBundle, costsText } from "./network-tables";
import { profileHtml } from "./profile-html";
import { profileView } from "./profile-view";
import { statisticsView } from "./statistics-view";
import { studyBundle, studyText } from "./study-view";
import { traceHtml, tracePng } from "./trace-html";
import { tracePlotly } from "./trace-plotly";
import { traceText } from "./trace-text";
import { traceView } from "./trace-view";

export function traceBundle(trace: ExecutionTrace): view.MimeBundle {
  return {
    [mimeTypes.trace]: traceView(trace),
    ...(trace.entries.length > 0 && { [view.mimeTypes.plotly]: tracePlotly(trace) }),
    "text/html": traceHtml(trace),
    ...pngForm(tracePng(trace)),
    "text/plain": traceText(trace),
  };
}

function pngForm(png: string | undefined): view.MimeBundle {
  return png === undefined ? {} : { "image/png": png };
}

export function environmentBundle(env: Environment): view.MimeBundle {
  const environment = environmentView(env);
  return {
    [mimeTypes.environment]: environment,
    "text/html": environmentHtml(environment),
    "text/plain": environmentText(environment),
  };
}

export function statisticsBundle(stats: ProfilerStats): view.MimeBundle {
  const statistics = statisticsView(stats);
  return {
    [mimeTypes.statistics]: statistics,
    "text/html": statisticsHtml(statistics),
    "text/plain": statisticsText(statistics),
  };
}

export function profileBundle(profile: Profile): view.MimeBundle {
  return {
    [mimeTypes.profile]: profileView(profile),
    "text/html": profileHtml(profile),
    "text/plain": String(profile),
  };
}

/** A network is shown as its text. */
function networkBundle(network: Network | RunnableNetwork): view.MimeBundle {
  const text = String(network);
  // Lines are broken between words.
  const style =
    "max-height:40em;overflow:auto;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere";
  return {
    "text/html": `<pre tabindex="0" style="${style}">${view.escapeHtml(text)}</pre>`,
    "text/plain": text,
  };
}

/** Called once, by the package's index. */
export function installVtaDisplays(): void {
  view.nameArguments(CALL_ARGUMENTS);
  view.showAs(ExecutionTrace, traceBundle, traceText);
  view.showAs(Environment, environmentBundle, (env) => environmentText(environmentView(env)));
  view.showAs(ProfilerStats, statisticsBundle, (stats) => statisticsText(statisticsView(stats)));
  view.showAs(Study, studyBundle, studyText);
  view.showAs(NetworkCosts, costsBundle, costsText);
  view.showAs(NetworkAccuracy, accuracyBundle, accuracyText);
  view.showAs(Profile, profileBundle, String);
  view.showAs(Network, networkBundle, String);
  view.showAs(RunnableNetwork, networkBundle, String);
  view.showAs(AcceleratorDevice, (device) => ({ "text/plain": String(device) }));
}
