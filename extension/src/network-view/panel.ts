/** A network as boxes and arrows: moved by dragging, zoomed by buttons, and a box opens what is known of it. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { Widget } from "@lumino/widgets";
import { button, choice, element, toolbar, type Control } from "../dom/controls";
import { table } from "../dom/table";
import type { LastingWidget, ViewContext } from "../mime/view-renderer";
import { draw, type Drawing } from "./drawing";
import type { Measure, NetworkData } from "./schema";

/** The colour of boxes of which nothing is known. */
const UNKNOWN = "#a6a6a6";
const ZOOM_STEP = 1.25;
const [MIN_SCALE, MAX_SCALE] = [0.1, 4];
/** Pixels that a pointer moves before it drags. */
const DRAG = 4;

/** The part of the picture that is seen: its upper left corner, and pixels for each of its own. */
interface Sight {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export class NetworkPanel extends Widget implements LastingWidget {
  private readonly trans: TranslationBundle;
  private readonly drawing: Drawing;
  private readonly details = element("div", "jp-tvm-Network-details");
  private readonly legend = element("span", "jp-tvm-Network-legend");
  private readonly measure: Control<Measure>;
  private sight: Sight | undefined;
  private opened = -1;

  constructor(
    private readonly data: NetworkData,
    { trans }: ViewContext,
  ) {
    super();
    this.trans = trans;
    this.addClass("jp-tvm-Network");
    const { nodes, measures } = data;
    const title = trans._n("Network of %1 step", "Network of %1 steps", nodes.length);
    this.measure = choice(
      trans.__("Colour"),
      measures.map((one) => [one, measureName(one, trans)] as const),
      measures[0]!,
      () => this.paint(),
    );
    this.drawing = draw(data, title, (node) => this.open(node));
    this.node.append(
      toolbar(
        trans.__("Network"),
        element("span", "", title),
        this.legend,
        this.measure.node,
        button(trans.__("Larger"), () => this.zoom(ZOOM_STEP)),
        button(trans.__("Smaller"), () => this.zoom(1 / ZOOM_STEP)),
        button(trans.__("Whole network"), () => this.look(this.whole())),
      ),
      element("div", "jp-tvm-Network-body", this.drawing.root, this.details),
    );
    this.details.setAttribute("aria-live", "polite");
    this.paint();
    this.open(-1);
    this.listen();
  }

  saveState(): unknown {
    return { sight: this.sight, measure: this.measure.value };
  }

  restoreState(state: unknown): void {
    const { sight, measure } = state as { sight?: Sight; measure: Measure };
    if (this.data.measures.includes(measure)) this.measure.value = measure;
    this.sight = sight;
    this.paint();
  }

  protected override onAfterAttach(): void {
    requestAnimationFrame(() => this.look(this.sight ?? this.start()));
  }

  protected override onResize(): void {
    if (this.sight !== undefined) this.look(this.sight);
  }

  private get room(): { readonly width: number; readonly height: number } {
    const { clientWidth, clientHeight } = this.drawing.root;
    return { width: Math.max(clientWidth, 1), height: Math.max(clientHeight, 1) };
  }

  /** As wide as there is room, from the top. */
  private start(): Sight {
    const { width } = this.room;
    const scale = Math.min(1, width / this.data.width);
    return { x: (this.data.width - width / scale) / 2, y: 0, scale };
  }

  private whole(): Sight {
    const { width, height } = this.room;
    const scale = Math.min(1, width / this.data.width, height / this.data.height);
    const x = (this.data.width - width / scale) / 2;
    return { x, y: (this.data.height - height / scale) / 2, scale };
  }

  private look(sight: Sight): void {
    const { width, height } = this.room;
    this.sight = sight;
    const box = [sight.x, sight.y, width / sight.scale, height / sight.scale];
    this.drawing.root.setAttribute("viewBox", box.map((value) => value.toFixed(2)).join(" "));
  }

  /** The point at `at`, in pixels of the page, stays where it is. */
  private zoom(factor: number, at = { x: this.room.width / 2, y: this.room.height / 2 }): void {
    const before = this.sight ?? this.start();
    const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, before.scale * factor));
    const moved = 1 / before.scale - 1 / scale;
    this.look({ x: before.x + at.x * moved, y: before.y + at.y * moved, scale });
  }

  private listen(): void {
    const { root } = this.drawing;
    root.addEventListener("pointerdown", (down) => {
      const from = this.sight ?? this.start();
      let drags = false;
      const move = ({ clientX, clientY }: PointerEvent): void => {
        const [dx, dy] = [clientX - down.clientX, clientY - down.clientY];
        drags ||= Math.hypot(dx, dy) > DRAG;
        if (drags) this.look({ ...from, x: from.x - dx / from.scale, y: from.y - dy / from.scale });
      };
      const up = (): void => {
        window.removeEventListener("pointermove", move);
        window.removeEventListener("pointerup", up);
        // A box that was dragged is not opened.
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

  private paint(): void {
    const { data, drawing, trans } = this;
    const swatch = (background: string, className: string): HTMLElement => {
      const node = element("span", className);
      node.style.background = background;
      return node;
    };
    const { host, accelerator } = data.devices;
    const gradient = `linear-gradient(to right, ${data.scale.join(", ")})`;
    this.legend.replaceChildren(
      ...(this.measure.value === "device"
        ? [
            swatch(host, "jp-tvm-Network-swatch"),
            trans.__("host"),
            swatch(accelerator, "jp-tvm-Network-swatch"),
            trans.__("accelerator"),
          ]
        : [trans.__("least"), swatch(gradient, "jp-tvm-Network-scale"), trans.__("most")]),
    );
    data.nodes.forEach((node, i) => {
      drawing.stripes[i]!.style.fill = node.colors[this.measure.value] ?? UNKNOWN;
    });
  }

  private open(index: number): void {
    const { trans, drawing } = this;
    drawing.boxes[this.opened]?.classList.remove("jp-mod-selected");
    this.opened = index;
    drawing.boxes[index]?.classList.add("jp-mod-selected");
    const node = this.data.nodes[index];
    if (node === undefined) {
      this.details.replaceChildren(
        element("p", "", trans.__("Click a box for what is known of it; drag to move.")),
      );
      return;
    }
    const inputs = this.data.edges
      .filter(({ to }) => to === index)
      .map(({ from, text }) => [this.data.nodes[from]?.label ?? "", text] as const);
    this.details.replaceChildren(
      element("strong", "", node.label),
      element("p", "jp-tvm-Network-operators", node.operators),
      table(node.label, [], node.facts),
      ...(inputs.length === 0
        ? []
        : [element("p", "", trans.__("It reads")), table(trans.__("It reads"), [], inputs)]),
    );
  }
}

function measureName(measure: Measure, trans: TranslationBundle): string {
  switch (measure) {
    case "device":
      return trans.__("where it runs");
    case "cycles":
      return trans.__("cycles");
    case "bytes":
      return trans.__("bytes");
    case "error":
      return trans.__("noise of the integers");
  }
}
