/**
 * A picture along the time axis: full width, in the theme's colours, redrawn when the visible window changes.
 * Wheel and pointer move the window; a click chooses an instruction.
 */

import { element } from "../dom/controls";
import type { ViewContext } from "../mime/view-renderer";
import type { TimeWindow } from "./time-window";

/** The drawing context; sizes are in CSS pixels. */
export interface DrawingArea {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  /** Device pixels for each CSS pixel. */
  readonly scale: number;
  /** The value of a CSS variable. */
  color(name: string): string;
  /** The position of a time. */
  x(time: number): number;
}

export interface TimelineDrawing {
  readonly height: number;
  draw(sheet: DrawingArea): void;
  /** The instruction at a place; undefined if there is none. @param time at the pointer's left edge */
  instructionAt(time: number, until: number, y: number): number | undefined;
  /** The tooltip at the pointer. */
  describe(time: number, until: number, y: number): string;
}

/** Pixels of movement that start dragging. */
const DRAG_THRESHOLD = 4;

export class TimelineCanvas {
  readonly node: HTMLElement;
  private readonly canvas = element("canvas", "jp-tvm-Strip-canvas");
  private readonly size: ResizeObserver;
  private readonly endThemes: () => void;
  private requested = 0;

  /** @param onHover called with the tooltip at the pointer */
  constructor(
    private readonly picture: TimelineDrawing,
    private readonly window: TimeWindow,
    { onThemeChange }: ViewContext,
    private readonly onHover: (text: string) => void,
  ) {
    this.node = element("div", "jp-tvm-Strip", this.canvas);
    this.node.style.height = `${picture.height}px`;
    // Hidden from screen readers, for which the list of instructions has the same content.
    this.canvas.setAttribute("aria-hidden", "true");
    this.size = new ResizeObserver(() => this.draw());
    this.size.observe(this.node);
    this.endThemes = onThemeChange(() => this.request());
    window.changed.connect(this.request, this);
    this.listen();
  }

  dispose(): void {
    cancelAnimationFrame(this.requested);
    this.size.disconnect();
    this.endThemes();
    this.window.changed.disconnect(this.request, this);
  }

  /** Draws at the next animation frame. */
  request(): void {
    if (this.requested !== 0) return;
    this.requested = requestAnimationFrame(() => {
      this.requested = 0;
      this.draw();
    });
  }

  private draw(): void {
    const { clientWidth: width } = this.node;
    const { height } = this.picture;
    if (width === 0) return;
    const scale = devicePixelRatio;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const context = this.canvas.getContext("2d")!;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const style = getComputedStyle(this.node);
    const { from, to } = this.window;
    this.picture.draw({
      context,
      width,
      height,
      scale,
      color: (name) => style.getPropertyValue(name).trim(),
      x: (time) => ((time - from) / (to - from)) * width,
    });
  }

  /** The times of a pixel's left and right edges. */
  private timesAt(x: number): [from: number, until: number] {
    const { from, to } = this.window;
    const step = (to - from) / Math.max(this.node.clientWidth, 1);
    return [from + x * step, from + (x + 1) * step];
  }

  private listen(): void {
    const { canvas, window, picture } = this;
    let drag: { x: number; moved: boolean } | undefined;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      drag = { x: event.offsetX, moved: false };
    });
    canvas.addEventListener("pointermove", (event) => {
      const [from, until] = this.timesAt(event.offsetX);
      this.onHover(picture.describe(from, until, event.offsetY));
      if (drag === undefined) return;
      const distance = drag.x - event.offsetX;
      if (!drag.moved && Math.abs(distance) < DRAG_THRESHOLD) return;
      drag = { x: event.offsetX, moved: true };
      window.pan(distance / this.node.clientWidth);
    });
    canvas.addEventListener("pointerup", (event) => {
      const clicked = drag?.moved === false;
      drag = undefined;
      if (!clicked) return;
      const index = picture.instructionAt(...this.timesAt(event.offsetX), event.offsetY);
      if (index !== undefined) window.select(index);
    });
    canvas.addEventListener("pointercancel", () => (drag = undefined));
    canvas.addEventListener("pointerleave", () => this.onHover(""));
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
  }

  /** With Ctrl the wheel zooms; a horizontal wheel moves; otherwise the page scrolls. */
  private onWheel(event: WheelEvent): void {
    if (event.ctrlKey) this.window.zoom(2 ** (event.deltaY / 200), this.timesAt(event.offsetX)[0]);
    else if (event.deltaX !== 0) this.window.pan(event.deltaX / this.node.clientWidth);
    else return;
    event.preventDefault();
  }
}
