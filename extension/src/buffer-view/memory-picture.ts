/** One on-chip memory over time. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { CELL, type MemoryModel } from "../trace/memory-model";
import type { TraceModel } from "../trace/model";
import type { DrawingArea, TimelineDrawing } from "../trace/strip";
import type { TimeWindow } from "../trace/time-window";
import { CELLS, sharesOf } from "./raster";

export class MemoryPicture implements TimelineDrawing {
  readonly height = 52;
  /** Whether all elements are drawn, or only those up to the last used one. */
  whole = false;

  constructor(
    private readonly memory: MemoryModel,
    private readonly model: TraceModel,
    private readonly window: TimeWindow,
    private readonly trans: TranslationBundle,
  ) {}

  /** The number of elements from top to bottom. */
  get elements(): number {
    return this.whole ? this.memory.fact.depth : Math.max(this.memory.used, 1);
  }

  draw(sheet: DrawingArea): void {
    const { context, width, height, scale } = sheet;
    const { from, to } = this.window;
    const columns = Math.round(width * scale);
    const rows = Math.round(height * scale);
    const frame = { columns, rows, elements: this.elements, from, to };
    const shares = sharesOf(this.memory, frame);
    const palette = paletteOf(sheet);
    const bytes = new Uint8ClampedArray(4 * columns * rows).fill(255);
    for (let pixel = 0; pixel < columns * rows; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        let mixed = 0;
        for (let cell = 0; cell < CELLS; cell++) {
          mixed += shares[pixel * CELLS + cell]! * palette[cell]![channel]!;
        }
        bytes[4 * pixel + channel] = mixed;
      }
    }
    context.putImageData(new ImageData(bytes, columns, rows), 0, 0);
    this.drawSelected(sheet);
  }

  instructionAt(time: number, until: number, y: number): number | undefined {
    const element = this.elementAt(y);
    const below = Math.max(this.elementAt(y + 1), element + 1);
    return this.memory.instructionAt(element, below, time, until);
  }

  describe(time: number, until: number, y: number): string {
    const { trans, memory, model } = this;
    const element = this.elementAt(y);
    const place = `${memory.fact.name} ${element}`;
    const residency = memory.residencyAt(element, (time + until) / 2);
    if (residency === undefined) return trans.__("%1: no live value", place);
    const { writer, reader } = residency;
    const name = (index: number): string => `${index} ${model.title(index)}`;
    return reader === writer
      ? trans.__("%1: written by %2, never read", place, name(writer))
      : trans.__("%1: written by %2, read last by %3", place, name(writer), name(reader));
  }

  private elementAt(y: number): number {
    const element = Math.floor((y / this.height) * this.elements);
    return Math.min(Math.max(element, 0), this.elements - 1);
  }

  /** A line at the chosen instruction, and frames around its accesses. */
  private drawSelected({ context, x, height, color }: DrawingArea): void {
    const { selected } = this.window;
    if (selected < 0) return;
    const { begins, ends } = this.model.times;
    const left = x(begins[selected]!);
    const width = Math.max(x(ends[selected]!) - left, 1);
    context.strokeStyle = color("--jp-tvm-selected");
    context.strokeRect(left - 0.5, 0.5, width + 1, height - 1);
    context.lineWidth = 2;
    for (const { begin, end } of this.memory.marksOf(selected)) {
      const top = (begin / this.elements) * height;
      const tall = Math.max(((end - begin) / this.elements) * height, 2);
      context.strokeRect(left - 2, top, width + 4, tall);
    }
    context.lineWidth = 1;
  }
}

/** The colours of `CELL`. */
function paletteOf({ color }: DrawingArea): (readonly number[])[] {
  return Object.keys(CELL).map((name) => channels(color(`--jp-tvm-cell-${name}`)));
}

/** @param color `#rrggbb` */
function channels(color: string): readonly number[] {
  const number = parseInt(color.slice(1), 16) || 0;
  return [number >> 16, (number >> 8) & 255, number & 255];
}
