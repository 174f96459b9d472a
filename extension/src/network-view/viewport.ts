/** The visible part of a picture: dragging moves it, buttons or Ctrl with the wheel zoom. */

export const ZOOM_STEP = 1.25;
const [MIN_SCALE, MAX_SCALE] = [0.1, 4];
/** Pixels of movement that start dragging. */
const DRAG_THRESHOLD = 4;

/** The upper left corner of the visible part, and the scale. */
export interface Sight {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export class Viewport {
  private current: Sight | undefined;

  /** @param size of the whole picture, unscaled */
  constructor(
    private readonly root: SVGSVGElement,
    private readonly size: { readonly width: number; readonly height: number },
  ) {
    this.listen();
  }

  /** Undefined before the first draw. */
  get sight(): Sight | undefined {
    return this.current;
  }

  private get room(): { readonly width: number; readonly height: number } {
    const { clientWidth, clientHeight } = this.root;
    return { width: Math.max(clientWidth, 1), height: Math.max(clientHeight, 1) };
  }

  /** Fits the width, from the top. */
  start(): Sight {
    const { width } = this.room;
    const scale = Math.min(1, width / this.size.width);
    return { x: (this.size.width - width / scale) / 2, y: 0, scale };
  }

  /** Fits the whole picture, without enlarging it. */
  whole(): Sight {
    const { width, height } = this.room;
    const scale = Math.min(1, width / this.size.width, height / this.size.height);
    const x = (this.size.width - width / scale) / 2;
    return { x, y: (this.size.height - height / scale) / 2, scale };
  }

  look(sight: Sight): void {
    const { width, height } = this.room;
    this.current = sight;
    const box = [sight.x, sight.y, width / sight.scale, height / sight.scale];
    this.root.setAttribute("viewBox", box.map((value) => value.toFixed(2)).join(" "));
  }

  /** The point at `at`, in pixels of the page, stays where it is. */
  zoom(factor: number, at = { x: this.room.width / 2, y: this.room.height / 2 }): void {
    const before = this.current ?? this.start();
    const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, before.scale * factor));
    const moved = 1 / before.scale - 1 / scale;
    this.look({ x: before.x + at.x * moved, y: before.y + at.y * moved, scale });
  }

  private listen(): void {
    const { root } = this;
    root.addEventListener("pointerdown", (down) => {
      const from = this.current ?? this.start();
      let drags = false;
      const move = ({ clientX, clientY }: PointerEvent): void => {
        const [dx, dy] = [clientX - down.clientX, clientY - down.clientY];
        drags ||= Math.hypot(dx, dy) > DRAG_THRESHOLD;
        if (drags) this.look({ ...from, x: from.x - dx / from.scale, y: from.y - dy / from.scale });
      };
      const up = (): void => {
        window.removeEventListener("pointermove", move);
        window.removeEventListener("pointerup", up);
        // The end of a drag does not open a box.
        if (drags) root.addEventListener("click", stop, { capture: true, once: true });
        setTimeout(() => root.removeEventListener("click", stop, { capture: true }));
      };
      const stop = (event: Event): void => event.stopPropagation();
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", up);
    });
    // The wheel alone scrolls the notebook.
    root.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const { left, top } = root.getBoundingClientRect();
        const at = { x: event.clientX - left, y: event.clientY - top };
        this.zoom(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP, at);
      },
      { passive: false },
    );
  }
}
