/** A schedule as HTML: each stage with its attachment, its memory and its nested loops. */

import { escapeHtml, panelHtml } from "./html";
import type { ScheduleView, StageFact, StageLoop, StagePlace } from "./schedule-view";

export function scheduleHtml(view: ScheduleView): string {
  return panelHtml(...view.stages.map(stageHtml));
}

function stageHtml(stage: StageFact): string {
  const remarks = [
    stage.operation ?? "group",
    placeText(stage.place),
    ...(stage.scope === "" ? [] : [`in ${stage.scope}`]),
    ...(stage.isOutput ? ["output"] : []),
  ];
  const loops = stage.loops.map((loop, depth) => `${"  ".repeat(depth + 1)}${loopText(loop)}\n`);
  return (
    `<div><b>${escapeHtml(stage.name)}</b> ${escapeHtml(remarks.join(", "))}</div>` +
    `<pre style="margin:0 0 6px;color:#1a1a1a;background:none;font-family:monospace">${escapeHtml(loops.join(""))}</pre>`
  );
}

function placeText(place: StagePlace): string {
  switch (place.where) {
    case "root":
      return "at the root";
    case "inlined":
      return "inlined";
    case "loop":
      return `in ${place.stage}'s loop ${place.axis}`;
    case "scan":
      return `in each step of ${place.stage}`;
  }
}

function loopText(loop: StageLoop): string {
  const remarks = [
    ...(loop.iterType === "CommReduce" ? ["reduces"] : []),
    ...(loop.loopType === "DataPar" ? [] : [loop.loopType.toLowerCase()]),
    ...(loop.thread === undefined ? [] : [`bound to ${loop.thread}`]),
    ...loop.pragmas.map((pragma) => `pragma ${pragma}`),
    ...(loop.intrinsic === undefined ? [] : [`by ${loop.intrinsic}`]),
  ];
  const extent = loop.extent === undefined ? "" : ` 0..${loop.extent}`;
  return `for ${loop.name}${extent}${remarks.length === 0 ? "" : `  (${remarks.join(", ")})`}`;
}
