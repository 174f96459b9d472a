/** The bytes that instructions move from and to DRAM, as bars. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { bytesText } from "../dom/quantities";
import type { TraceModel } from "../trace/model";
import type { DrawingArea, TimelineDrawing } from "../trace/strip";
import type { TimeWindow } from "../trace/time-window";
import { STORE } from "../trace/tokens";

export class TrafficPicture implements TimelineDrawing {
  readonly height = 40;

  constructor(
    private readonly model: TraceModel,
    private readonly window: TimeWindow,
    private readonly trans: TranslationBundle,
  ) {}

  /** Bars of bytes read, with bars of bytes written on top. */
  draw(sheet: DrawingArea): void {
    const { context, width, height, color } = sheet;
    context.clearRect(0, 0, width, height);
    const columns = Math.ceil(width);
    const read = new Float64Array(columns);
    const written = new Float64Array(columns);
    const { begins } = this.model.times;
    this.forEachIn(this.window.from, this.window.to, (i, bytes) => {
      const column = Math.min(Math.max(Math.floor(sheet.x(begins[i]!)), 0), columns - 1);
      (this.model.stage(i) === STORE ? written : read)[column]! += bytes;
    });
    const most = read.reduce((max, bytes, i) => Math.max(max, bytes + written[i]!), 1);
    const wide = Math.max(1, sheet.x(this.window.from + 1) - 1);
    const bar = (column: number, bytes: number, base: number): void => {
      const tall = Math.max(1, (bytes / most) * (height - 2));
      context.fillRect(column, height - base - tall, wide, tall);
    };
    context.fillStyle = color("--jp-tvm-cell-read");
    read.forEach((bytes, i) => bytes > 0 && bar(i, bytes, 0));
    context.fillStyle = color("--jp-tvm-cell-written");
    written.forEach((bytes, i) => bytes > 0 && bar(i, bytes, (read[i]! / most) * (height - 2)));
    this.drawSelected(sheet);
  }

  instructionAt(time: number, until: number): number | undefined {
    let best: number | undefined;
    this.forEachIn(time, until, (i, bytes) => {
      if (best === undefined || bytes > this.model.data.traffic[best]!) best = i;
    });
    return best;
  }

  describe(time: number, until: number): string {
    const at = this.instructionAt(time, until);
    if (at === undefined) return this.trans.__("DRAM: nothing moved");
    const bytes = bytesText(this.model.data.traffic[at]!);
    return this.trans.__("DRAM: %1 moved by %2", bytes, `${at} ${this.model.title(at)}`);
  }

  /** The instructions that move data between two times. */
  private forEachIn(from: number, to: number, visit: (index: number, bytes: number) => void): void {
    const { times, data } = this.model;
    for (let i = 0; i < data.traffic.length; i++) {
      const bytes = data.traffic[i]!;
      if (bytes > 0 && times.begins[i]! < to && times.ends[i]! > from) visit(i, bytes);
    }
  }

  private drawSelected({ context, x, height, color }: DrawingArea): void {
    const { selected } = this.window;
    if (selected < 0) return;
    const left = x(this.model.times.begins[selected]!);
    const width = Math.max(x(this.model.times.ends[selected]!) - left, 1);
    context.strokeStyle = color("--jp-tvm-selected");
    context.strokeRect(left - 0.5, 0.5, width + 1, height - 1);
  }
}
