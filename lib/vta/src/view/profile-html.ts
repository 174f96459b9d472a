/** A profile as a card without scripts: a bar for each module, advice, and the program's statements. */

import { view } from "tvm-ts";
import { NOTHING_RAN, STALL_CAUSES, type StallCause } from "../accelerator";
import { CAUSE_TEXT, type ModuleName, type Profile } from "../sim";
import { causeColor } from "./colors";
import { statementFacts } from "./profile-view";
import { bytesText, countText, percentText } from "./number-text";
import { causeLegend, PLAIN, timelineHtml } from "./timeline-html";

const MODULES: readonly ModuleName[] = ["fetch", "load", "compute", "store"];

export function profileHtml(profile: Profile): string {
  const { cycles, model, instructions, hazards } = profile;
  const summary =
    `${countText(cycles)} cycles on ${model.name}: ${countText(instructions)} instructions, ` +
    `${bytesText(profile.totalBytes)}, GEMM ${percentText(profile.gemmSteps, cycles || 1)} of its peak`;
  return view.panelHtml(
    `<div style="font-weight:bold">${view.escapeHtml(summary)}</div>`,
    instructions === 0 ? `<div>${view.escapeHtml(NOTHING_RAN)}</div>` : "",
    `<table style="border-collapse:collapse;table-layout:auto;width:100%;max-width:720px">${MODULES.map(
      (module) => moduleRow(profile, module),
    ).join("")}</table>`,
    causeLegend(usedCauses(profile)),
    timelineHtml(profile.timeline),
    adviceHtml(profile),
    stagesHtml(profile),
    ...hazards.map(
      ({ rule, index, text }) =>
        `<div><b>Right here, wrong on a board:</b> ${view.escapeHtml(
          `instruction ${index}, ${rule}: ${text}`,
        )}</div>`,
    ),
    statementsHtml(profile),
  );
}

function moduleRow(profile: Profile, module: ModuleName): string {
  const counts = profile.modules[module];
  const parts = STALL_CAUSES.filter((cause) => counts[cause] > 0).map((cause) => {
    const title = `${CAUSE_TEXT[cause]}: ${countText(counts[cause])} cycles, ${percentText(
      counts[cause],
      profile.cycles,
    )}`;
    const width = ((100 * counts[cause]) / profile.cycles).toFixed(3);
    return (
      `<div title="${view.escapeHtml(title)}" ` +
      `style="width:${width}%;background:${causeColor(cause)}"></div>`
    );
  });
  const busy = percentText(counts.busy, profile.cycles || 1);
  return (
    `<tr style="${PLAIN}"><td style="padding:2px 8px 2px 0;text-align:left;${PLAIN}">${module}</td>` +
    `<td style="width:100%;padding:2px 0"><div role="img" aria-label="${module}: ${busy} busy" ` +
    `style="display:flex;height:16px">${parts.join("")}</div></td>` +
    `<td style="padding:2px 0 2px 8px;white-space:nowrap;text-align:right;${PLAIN}">${busy} busy</td></tr>`
  );
}

/** The causes that occur in some module. */
function usedCauses({ modules }: Profile): StallCause[] {
  return STALL_CAUSES.filter((cause) => MODULES.some((module) => modules[module][cause] > 0));
}

function stagesHtml({ stages }: Profile): string {
  if (stages.length === 0) return "";
  const rows = stages.map(({ stage, instructions, work, share }) => [
    stage,
    countText(instructions),
    countText(work),
    percentText(share, 1),
  ]);
  const table = view.tableHtml(["stage", "instructions", "cycles of work", "of all"], rows);
  return `<details><summary>Stages of the schedule</summary>${table}</details>`;
}

function adviceHtml(profile: Profile): string {
  const advice = profile.explain();
  if (advice.length === 0) return "";
  const items = advice.map(({ condition, measured, measure, change, gain }) => {
    const text =
      `${condition} (${percentText(measured, 1)} ${measure}): ${change}. ` +
      `Saves ${countText(gain)} cycles, ${percentText(gain, profile.cycles)}.`;
    return `<li>${view.escapeHtml(text)}</li>`;
  });
  return `<div style="margin-top:4px">What to change</div><ul style="margin:0">${items.join("")}</ul>`;
}

function statementsHtml(profile: Profile): string {
  const rows = statementFacts(profile).map(({ statement, module, work, share }) => [
    module,
    countText(work),
    percentText(share, 1),
    statement,
  ]);
  const head = ["module", "cycles of work", "of all", "statement"];
  return `<details><summary>Statements</summary>${view.tableHtml(head, rows)}</details>`;
}
