/**
 * The critical path over the lanes: a thick line under each of its instructions, and from one to the next a
 * line, dashed for waits on fetch.
 */

import type { TranslationBundle } from "@jupyterlab/translation";
import { percentText } from "../dom/quantities";
import type { TraceModel } from "../trace/model";
import type { DrawingArea } from "../trace/strip";
import type { TimelineModel } from "../trace/timeline";
import type { TimeWindow } from "../trace/time-window";
import { stageName } from "./words";
import { COMPUTE, LOAD, STORE } from "../trace/tokens";

const WIDTH = 3;

/** @param middle the middle of a stage's lane */
export function drawCriticalPath(
  { context, x, color }: DrawingArea,
  model: TraceModel,
  timeline: TimelineModel,
  { from, to }: TimeWindow,
  middle: (stage: number) => number,
): void {
  const { begins, ends } = model.times;
  const place = (instruction: number): number => middle(model.stage(instruction));
  context.save();
  context.strokeStyle = color("--jp-tvm-critical");
  context.lineWidth = WIDTH;
  context.lineJoin = "round";
  let before: number | undefined;
  let drawn = "";
  for (const { instruction, reason } of timeline.steps) {
    const start = before === undefined ? 0 : ends[before]!;
    const height = place(instruction);
    const [begin, end] = [begins[instruction]!, ends[instruction]!];
    const startHeight = before === undefined ? height : place(before);
    before = instruction;
    if (end < from || start > to) continue;
    // Of coinciding steps only one is drawn.
    const key = [x(start), startHeight, x(begin), x(end), height].map(Math.round).join();
    if (key === drawn) continue;
    drawn = key;
    context.setLineDash(reason === "fetch" || reason === "queue" ? [4, 4] : []);
    context.beginPath();
    context.moveTo(x(start), startHeight);
    context.lineTo(x(begin), height);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x(begin), height);
    context.lineTo(x(end), height);
    context.stroke();
  }
  context.restore();
}

/** `Critical path: compute 61 %, load 32 %, fetch 7 % of the cycles` */
export function criticalPathText(timeline: TimelineModel, trans: TranslationBundle): string {
  const names: Readonly<Record<string, string>> = {
    load: stageName(LOAD, trans),
    compute: stageName(COMPUTE, trans),
    store: stageName(STORE, trans),
    fetch: trans.__("fetch"),
    "hand-over": trans.__("handing over"),
  };
  const parts = timeline.criticalCycles.map(
    ([name, cycles]) => `${names[name] ?? name} ${percentText(cycles, timeline.cycles)}`,
  );
  return trans.__("Critical path: %1 of the cycles", parts.join(", "));
}
