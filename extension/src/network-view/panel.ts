/** A network as boxes and arrows: a box opens its details, and repeated blocks fold into boxes. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { Message } from "@lumino/messaging";
import { Panel, Widget } from "@lumino/widgets";
import { button, checkbox, choice, element, toolbar, type Control } from "../dom/controls";
import { table } from "../dom/table";
import { LiveObject } from "../mime/live-object";
import type { StatefulWidget, ViewContext } from "../mime/view-renderer";
import { draw, type Drawing } from "./drawing";
import { BoxParts } from "./parts";
import { boxReplySchema, type BoxReply, type Measure, type NetworkData } from "./schema";
import { Viewport, ZOOM_STEP, type Sight } from "./viewport";

/** The colour of boxes without the measure. */
const UNKNOWN = "#a6a6a6";

/** The user's choices. */
interface State {
  readonly sight: Sight | undefined;
  readonly measure: Measure;
  readonly isFolded: boolean;
}

export class NetworkPanel extends Panel implements StatefulWidget {
  private readonly trans: TranslationBundle;
  private readonly body = element("div", "jp-tvm-Network-body");
  private readonly details = element("div", "jp-tvm-Network-details");
  private readonly legend = element("span", "jp-tvm-Network-legend");
  private readonly measure: Control<Measure>;
  private readonly folds: Control<boolean>;
  private readonly parts: BoxParts;
  private drawing!: Drawing;
  private viewport!: Viewport;
  /** The selected box of the drawing, and the network's box whose parts were requested. */
  private selected = -1;
  private requested = -1;
  private readonly live: LiveObject<BoxReply>;

  constructor(
    private readonly data: NetworkData,
    context: ViewContext,
  ) {
    super();
    const { trans } = context;
    this.trans = trans;
    this.live = new LiveObject({
      kind: "network",
      id: data.live,
      schema: boxReplySchema,
      kernelOf: (id) => context.kernelAt(this.node, id),
      onReply: (reply) => this.showReply(reply),
      onEnd: () => {
        if (this.requested >= 0 && !this.isDisposed) this.requestParts(this.requested);
      },
    });
    this.addClass("jp-tvm-Network");
    const { measures, folded } = data;
    this.measure = choice(
      trans.__("Colour"),
      measures.map((one) => [one, measureName(one, trans)] as const),
      measures[0]!,
      () => this.paint(),
    );
    this.folds = checkbox(trans.__("Fold repeated blocks"), false, () => {
      this.draw();
      this.viewport.look(this.viewport.start());
    });
    const node = element(
      "div",
      "",
      toolbar(
        trans.__("Network"),
        element("span", "", this.heading),
        this.legend,
        this.measure.node,
        ...(folded === undefined ? [] : [this.folds.node]),
        button(trans.__("Larger"), () => this.viewport.zoom(ZOOM_STEP)),
        button(trans.__("Smaller"), () => this.viewport.zoom(1 / ZOOM_STEP)),
        button(trans.__("Whole network"), () => this.viewport.look(this.viewport.whole())),
      ),
      this.body,
    );
    this.details.setAttribute("aria-live", "polite");
    this.parts = new BoxParts(context);
    this.addWidget(new Widget({ node }));
    this.addWidget(this.parts);
    this.draw();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.live.dispose();
    super.dispose();
  }

  saveState(): State {
    const { sight } = this.viewport;
    return { sight, measure: this.measure.value, isFolded: this.folds.value };
  }

  restoreState(state: unknown): void {
    const { sight, measure, isFolded } = state as State;
    if (this.data.measures.includes(measure)) this.measure.value = measure;
    this.folds.value = isFolded && this.data.folded !== undefined;
    this.draw();
    if (sight !== undefined) this.viewport.look(sight);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    requestAnimationFrame(() => this.viewport.look(this.viewport.sight ?? this.viewport.start()));
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    const { sight } = this.viewport;
    if (sight !== undefined) this.viewport.look(sight);
  }

  private get heading(): string {
    const { length } = this.data.nodes;
    return this.trans._n("Network of %1 step", "Network of %1 steps", length);
  }

  /** The drawn graph: all boxes, or folded blocks. */
  private get picture(): NonNullable<NetworkData["folded"]> {
    const { data } = this;
    if (this.folds.value && data.folded !== undefined) return data.folded;
    return { ...data, members: data.nodes.map((_, i) => [i]) };
  }

  private draw(): void {
    const { picture } = this;
    this.drawing = draw(picture, this.heading, (node) => this.select(node));
    this.viewport = new Viewport(this.drawing.root, picture);
    this.body.replaceChildren(this.drawing.root, this.details);
    this.paint();
    this.select(-1);
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
    this.picture.nodes.forEach((node, i) => {
      drawing.stripes[i]!.style.fill = node.colors[this.measure.value] ?? UNKNOWN;
    });
  }

  private select(index: number): void {
    const { trans, drawing, picture } = this;
    drawing.boxes[this.selected]?.classList.remove("jp-mod-selected");
    this.selected = index;
    drawing.boxes[index]?.classList.add("jp-mod-selected");
    const members = picture.members[index] ?? [];
    if (members.length === 1) {
      this.open(members[0]!);
      return;
    }
    this.requested = -1;
    this.parts.showMessage("");
    const block = picture.nodes[index];
    if (block === undefined) {
      const hint = trans.__("Click a box for its details; drag to move.");
      this.details.replaceChildren(element("p", "", hint));
      return;
    }
    const boxes = members.flatMap((member) => {
      const node = this.data.nodes[member];
      return node === undefined ? [] : [button(node.label, () => this.open(member))];
    });
    this.details.replaceChildren(
      element("strong", "", block.label),
      table(block.label, [], block.facts),
      element("p", "", trans.__("Contains")),
      element("div", "jp-tvm-Network-members", ...boxes),
    );
  }

  /** The facts of a box, and its parts from the kernel. */
  private open(index: number): void {
    const { trans, data } = this;
    const node = data.nodes[index];
    if (node === undefined) return;
    const inputs = data.edges
      .filter(({ to }) => to === index)
      .map(({ from, text }) => [data.nodes[from]?.label ?? "", text] as const);
    this.details.replaceChildren(
      element("strong", "", node.label),
      element("p", "jp-tvm-Network-operators", node.operators),
      table(node.label, [], node.facts),
      ...(inputs.length === 0
        ? []
        : [element("p", "", trans.__("It reads")), table(trans.__("It reads"), [], inputs)]),
    );
    this.requestParts(index);
  }

  private requestParts(index: number): void {
    const { trans } = this;
    if (this.data.live === undefined) return;
    this.requested = index;
    this.parts.showMessage(
      this.live.send(index)
        ? trans.__("Waiting for the kernel ...")
        : trans.__("Run the cell again to see its schedule, profile and tensors."),
    );
  }

  private showReply(reply: BoxReply): void {
    const node = this.data.nodes[this.requested];
    if (node !== undefined && !this.isDisposed) this.parts.showReply(node.label, reply);
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
