/**
 * Fetch and the three stages over time, with tokens between stages:
 *
 *     fetch    ▁▁  ▁▁  ▁▁
 *     load     ▇▇▇▇      ▇▇▇▇
 *                  ╲   ╱
 *     compute       ▇▇▇▇▇
 *                        ╲
 *     store               ▇▇
 */

import type { TranslationBundle } from "@jupyterlab/translation";
import { countText } from "../dom/quantities";
import type { TraceModel } from "../trace/model";
import type { DrawingArea, TimelineDrawing } from "../trace/strip";
import type { TimeWindow } from "../trace/time-window";
import { FETCH } from "../trace/timeline";
import type { Token } from "../trace/tokens";
import { drawCauses } from "./cause-strip";
import { causeText } from "./causes";
import { addCoverage } from "./coverage";
import { drawCriticalPath } from "./critical-path";
import { fittingTitle, stageName } from "./words";

const LANE = 24;
const GAP = 24;
/** The margin above the first lane and below the last, for marks of peers. */
const EDGE = 8;
const AXIS = 20;
/** Instructions narrower than this, in pixels, are merged. */
const NARROW = 3;
/** Pixels below which no title fits. */
const LEAST_LABELLED = 24;
/** Beside a title. */
const LABEL_EDGE = 3;
const STAGES = 3;
/** The height of a lane with causes of cycles. */
const CAUSES = 9;
/** The lane of fetch, and the gap under it. */
const FETCH_ROOM = 24;

export class TimelinePicture implements TimelineDrawing {
  readonly height: number;
  /** Whether the critical path is drawn, if it is known. */
  critical = false;
  /** The height of instructions. */
  private readonly bar: number;
  /** The space above the stages' lanes, for the lane of fetch. */
  private readonly fetchRoom: number;

  constructor(
    private readonly model: TraceModel,
    private readonly window: TimeWindow,
    private readonly trans: TranslationBundle,
  ) {
    this.bar = model.timeline === undefined ? LANE : LANE - CAUSES;
    this.fetchRoom = model.timeline?.hasFetch === true ? FETCH_ROOM : 0;
    this.height = 2 * EDGE + this.fetchRoom + STAGES * LANE + (STAGES - 1) * GAP + AXIS;
  }

  draw(sheet: DrawingArea): void {
    const { context, width, height } = sheet;
    context.clearRect(0, 0, width, height);
    this.drawLanes(sheet);
    this.drawTokens(sheet);
    this.drawInstructions(sheet);
    this.drawTimeline(sheet);
    this.drawSelected(sheet);
    this.drawAxis(sheet);
  }

  instructionAt(time: number, until: number, y: number): number | undefined {
    const { times, size } = this.model;
    const stage = this.laneAt(y);
    let nearest: number | undefined;
    let distance = Infinity;
    for (let i = 0; i < size; i++) {
      if (this.model.stage(i) !== stage) continue;
      const away = Math.max(times.begins[i]! - until, time - times.ends[i]!, 0);
      if (away < distance) [nearest, distance] = [i, away];
    }
    return nearest;
  }

  describe(time: number, until: number, y: number): string {
    const { model, trans } = this;
    const { times } = model;
    const index = this.instructionAt(time, until, y);
    const cause = this.causeAt((time + until) / 2, this.laneAt(y));
    if (index === undefined || times.begins[index]! > until || times.ends[index]! < time) {
      return cause;
    }
    const text = `${index} ${model.title(index)}  ${model.operands(index)}`;
    if (!model.hasCycles) return text;
    const cycles = trans.__("cycles %1 to %2", times.begins[index], times.ends[index]);
    return [`${text}  ${cycles}`, cause].filter((part) => part !== "").join(" · ");
  }

  /** `compute waits for a token from load, cycles 12 to 57` */
  private causeAt(time: number, stage: number): string {
    const { model, trans } = this;
    const span = model.timeline?.spanAt(stage, time);
    if (span === undefined) return "";
    const { cause, begin, end } = span;
    const name = stage === FETCH ? trans.__("fetch") : stageName(stage, trans);
    const text = `${name}: ${causeText(cause, trans)}`;
    return `${text}, ${trans.__("cycles %1 to %2", begin, end)}`;
  }

  private top(lane: number): number {
    return lane === FETCH ? EDGE : EDGE + this.fetchRoom + lane * (LANE + GAP);
  }

  /** The stage whose lane is nearest, or fetch. */
  private laneAt(y: number): number {
    if (y < EDGE + this.fetchRoom - CAUSES) return FETCH;
    const stage = Math.round((y - this.top(0) - LANE / 2) / (LANE + GAP));
    return Math.min(Math.max(stage, 0), STAGES - 1);
  }

  private drawLanes({ context, width, color }: DrawingArea): void {
    context.fillStyle = color("--jp-tvm-lane");
    for (let stage = 0; stage < STAGES; stage++) context.fillRect(0, this.top(stage), width, LANE);
  }

  /** The causes of cycles, and the critical path. */
  private drawTimeline(sheet: DrawingArea): void {
    const { model, window, bar } = this;
    const { timeline } = model;
    if (timeline === undefined) return;
    for (let stage = 0; stage < STAGES; stage++) {
      drawCauses(sheet, timeline, window, { stage, top: this.top(stage) + bar, height: CAUSES });
    }
    if (timeline.hasFetch) {
      drawCauses(sheet, timeline, window, { stage: FETCH, top: this.top(FETCH), height: CAUSES });
    }
    if (!this.critical) return;
    drawCriticalPath(sheet, model, timeline, window, (stage) => this.top(stage) + bar / 2);
  }

  private drawInstructions({ context, x, width, color }: DrawingArea): void {
    const { model, window } = this;
    const { begins, ends } = model.times;
    const colors = [0, 1, 2].map((stage) => color(`--jp-tvm-stage-${stage}`));
    // With many on a pixel, it shows the stage's share of busy time.
    const shares = colors.map(() => new Float32Array(Math.ceil(width)));
    for (let i = 0; i < model.size; i++) {
      if (begins[i]! >= window.to || ends[i]! <= window.from) continue;
      const stage = model.stage(i);
      const left = Math.max(x(begins[i]!), -1);
      const right = Math.min(x(ends[i]!), width + 1);
      if (right - left < NARROW) {
        addCoverage(shares[stage]!, left, right);
        continue;
      }
      // A line separates adjacent instructions.
      const wide = right - left - 1;
      context.fillStyle = colors[stage]!;
      context.fillRect(left, this.top(stage), wide, this.bar);
      this.label(context, color, i, left, stage, wide);
    }
    shares.forEach((lane, stage) => {
      context.fillStyle = colors[stage]!;
      lane.forEach((share, column) => {
        if (share === 0) return;
        context.globalAlpha = Math.min(share, 1);
        context.fillRect(column, this.top(stage), 1, this.bar);
      });
    });
    context.globalAlpha = 1;
  }

  private label(
    context: CanvasRenderingContext2D,
    color: DrawingArea["color"],
    index: number,
    left: number,
    stage: number,
    wide: number,
  ): void {
    if (wide < LEAST_LABELLED) return;
    context.font = `12px ${color("--jp-ui-font-family")}`;
    context.fillStyle = color("--jp-tvm-on-stage");
    context.textBaseline = "middle";
    const title = this.model.title(index);
    const room = wide - 2 * LABEL_EDGE;
    const text = fittingTitle(title, (shown) => context.measureText(shown).width <= room);
    context.fillText(text, left + LABEL_EDGE, this.top(stage) + this.bar / 2);
  }

  private drawTokens(sheet: DrawingArea): void {
    const { context, color } = sheet;
    const { from, to, selected } = this.window;
    const { begins, ends } = this.model.times;
    const lines = new Set<string>();
    for (const forward of [true, false]) {
      context.strokeStyle = color(forward ? "--jp-tvm-token" : "--jp-tvm-token-back");
      context.setLineDash(forward ? [] : [3, 2]);
      context.beginPath();
      for (const token of this.model.tokens) {
        if (token.from < token.to !== forward) continue;
        const { pushed, popped } = token;
        if (pushed === undefined || popped === undefined) continue;
        if (pushed === selected || popped === selected) continue;
        if (ends[pushed]! < from || begins[popped]! > to) continue;
        const line = this.lineOf(token, sheet);
        // Of coinciding lines only one is drawn.
        const key = line.map(Math.round).join();
        if (lines.has(key)) continue;
        lines.add(key);
        context.moveTo(line[0], line[1]);
        context.lineTo(line[2], line[3]);
      }
      context.stroke();
    }
    context.setLineDash([]);
  }

  /**
   * Draws a frame around the chosen instruction, its tokens, and marks at other instructions of its
   * statement.
   */
  private drawSelected(sheet: DrawingArea): void {
    const { context, x, color } = sheet;
    const { model, window } = this;
    const { selected } = window;
    if (selected < 0) return;
    const { begins, ends } = model.times;
    context.strokeStyle = context.fillStyle = color("--jp-tvm-selected");
    const statement = model.statementOf(selected);
    for (const peer of statement === undefined ? [] : model.recordedBy(statement)) {
      if (begins[peer]! >= window.to || ends[peer]! <= window.from) continue;
      const wide = Math.max(x(ends[peer]!) - x(begins[peer]!) - 1, 1);
      context.fillRect(x(begins[peer]!), this.top(model.stage(peer)) + LANE + 1, wide, 2);
    }
    const left = x(begins[selected]!);
    const wide = Math.max(x(ends[selected]!) - left, 2);
    context.lineWidth = 2;
    context.strokeRect(left - 1, this.top(model.stage(selected)) - 1, wide + 1, this.bar + 2);
    for (const token of model.tokensAt(selected)) {
      if (token.pushed === undefined || token.popped === undefined) continue;
      const [x0, y0, x1, y1] = this.lineOf(token, sheet);
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
      context.stroke();
      arrowHead(context, x0, y0, x1, y1);
    }
    context.lineWidth = 1;
  }

  /** A line from the end of the pushing instruction to the start of the popping one. */
  private lineOf(
    { from, to, pushed, popped }: Token,
    { x }: DrawingArea,
  ): [number, number, number, number] {
    const { begins, ends } = this.model.times;
    const down = from < to;
    const start = this.top(from) + (down ? LANE : 0);
    const end = this.top(to) + (down ? 0 : LANE);
    return [x(ends[pushed!]!), start, x(begins[popped!]!), end];
  }

  private drawAxis({ context, x, width, height, color }: DrawingArea): void {
    const { from, to } = this.window;
    const step = tickStep((to - from) / Math.max(width / 90, 1));
    context.font = `12px ${color("--jp-ui-font-family")}`;
    context.fillStyle = context.strokeStyle = color("--jp-content-font-color1");
    context.textBaseline = "bottom";
    context.textAlign = "left";
    context.beginPath();
    for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
      const at = Math.round(x(time)) + 0.5;
      context.moveTo(at, height - AXIS);
      context.lineTo(at, height - AXIS + 5);
      const text = countText(time);
      const room = context.measureText(text).width + 3;
      // The last label is left of its mark, so that it is not cut off.
      context.fillText(text, at + room <= width ? at + 3 : at - room, height);
    }
    context.stroke();
  }
}

/** Rounds up to 1, 2, 5, 10, 20 ... */
function tickStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= least)!;
}

function arrowHead(
  context: CanvasRenderingContext2D,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  context.beginPath();
  context.moveTo(x1, y1);
  for (const side of [-0.4, 0.4]) {
    context.lineTo(x1 - 8 * Math.cos(angle + side), y1 - 8 * Math.sin(angle + side));
  }
  context.fill();
}
