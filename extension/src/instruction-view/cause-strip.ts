/**
 * A stage's cycles as a strip in the causes' colours. A pixel is divided among its causes.
 */

import type { DrawingArea } from "../trace/strip";
import type { TimelineModel } from "../trace/timeline";
import type { TimeWindow } from "../trace/time-window";
import { causeColor } from "./causes";
import { addCoverage } from "./coverage";

export interface StripPlace {
  readonly stage: number;
  readonly top: number;
  readonly height: number;
}

export function drawCauses(
  { context, width, x, color }: DrawingArea,
  timeline: TimelineModel,
  { from, to }: TimeWindow,
  { stage, top, height }: StripPlace,
): void {
  const columns = Math.ceil(width);
  const shares = timeline.causes.map(() => new Float32Array(columns));
  timeline.forEachSpan(stage, from, to, (cause, begin, end) => {
    addCoverage(shares[cause]!, Math.max(x(begin), 0), Math.min(x(end), width));
  });
  const colors = timeline.causes.map((cause) => color(causeColor(cause)));
  for (let column = 0; column < columns; column++) {
    let at = top;
    shares.forEach((share, cause) => {
      const tall = share[column]! * height;
      if (tall === 0) return;
      context.fillStyle = colors[cause]!;
      context.fillRect(column, at, 1, tall);
      at += tall;
    });
  }
}
