/** A memory at one moment: a square for each element, row by row, in the colour of its use. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { element } from "../dom/controls";
import { CELL, type MemoryModel } from "../trace/memory-model";
import type { TraceModel } from "../trace/model";

const COLUMNS = 32;
/** Pixels of a square and of the gap. */
const LARGE = 10;
const SMALL = 5;
/** With more rows, squares are small. */
const ROWS = 16;
const CELL_NAMES = Object.keys(CELL) as (keyof typeof CELL)[];

export class MemoryMap {
  readonly node: HTMLElement;
  private readonly canvas = element("canvas", "jp-tvm-MemoryMap-canvas");
  private readonly label = element("div", "jp-tvm-MemoryMap-label");
  private readonly columns: number;
  private readonly rows: number;
  private readonly square: number;
  private now = 0;
  private cells: Uint8Array = new Uint8Array();

  /** @param onPick called with the clicked element */
  constructor(
    private readonly memory: MemoryModel,
    private readonly model: TraceModel,
    private readonly trans: TranslationBundle,
    onPick: (element: number) => void,
  ) {
    const used = Math.max(memory.used, 1);
    this.columns = Math.min(COLUMNS, used);
    this.rows = Math.ceil(used / this.columns);
    this.square = this.rows > ROWS ? SMALL : LARGE;
    this.node = element("div", "jp-tvm-MemoryMap", this.label, this.canvas);
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("click", (event) => {
      const place = this.elementAt(event);
      if (place !== undefined) onPick(place);
    });
  }

  /** Shows the moment when an instruction starts. */
  show(now: number, running: readonly number[]): void {
    this.now = now;
    this.cells = this.memory.cellsAt(now, running);
    const held = this.cells.reduce((count, cell) => count + (cell === CELL.free ? 0 : 1), 0);
    const { name, depth } = this.memory.fact;
    this.label.textContent = `${name}: ${this.trans.__("%1 of %2 elements hold values", held, depth)}`;
    this.draw();
  }

  /** Also called when the theme has changed. */
  draw(): void {
    const { canvas, columns, rows, square, cells } = this;
    const scale = devicePixelRatio;
    const [width, height] = [columns * square + 1, rows * square + 1];
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d")!;
    context.scale(scale, scale);
    const style = getComputedStyle(this.node);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    context.fillStyle = color("--jp-border-color2");
    context.fillRect(0, 0, width, height);
    const colors = CELL_NAMES.map((name) => color(`--jp-tvm-cell-${name}`));
    cells.forEach((cell, place) => {
      context.fillStyle = colors[cell]!;
      const [x, y] = [place % columns, Math.floor(place / columns)];
      context.fillRect(x * square + 1, y * square + 1, square - 1, square - 1);
    });
  }

  private elementAt({ offsetX, offsetY }: MouseEvent): number | undefined {
    const [x, y] = [Math.floor(offsetX / this.square), Math.floor(offsetY / this.square)];
    const place = y * this.columns + x;
    return x < this.columns && place < this.cells.length ? place : undefined;
  }

  /** An element's value, and the instruction that wrote it. */
  private hover(event: MouseEvent): void {
    const place = this.elementAt(event);
    this.canvas.title = place === undefined ? "" : this.describe(place);
  }

  private describe(place: number): string {
    const { memory, model, trans } = this;
    const name = `${memory.fact.name} ${place}`;
    const writer = memory.residencyAt(place, this.now)?.writer;
    if (writer === undefined) return trans.__("%1: no live value", name);
    return trans.__("%1: written by %2", name, `${writer} ${model.title(writer)}`);
  }
}
