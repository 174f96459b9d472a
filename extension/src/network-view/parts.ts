/** The chosen parts of the opened box: schedule, profile and tensors, from the kernel. */

import { Panel, Widget } from "@lumino/widgets";
import { choice, element } from "../dom/controls";
import type { ViewContext, ViewModule } from "../mime/view-renderer";
import type { BoxReply } from "./schema";

const VIEWS: Readonly<Record<string, () => Promise<ViewModule>>> = {
  "application/vnd.tvm-vta.schedule.v1+json": () => import("../schedule-view"),
  "application/vnd.tvm-vta.profile.v1+json": () => import("../profile-view"),
  "application/vnd.tvm-vta.tensor.v1+json": () => import("../tensor-view"),
};

type Parts = Extract<BoxReply, { readonly parts: unknown }>["parts"];

export class BoxParts extends Panel {
  private readonly head = element("div", "jp-tvm-Network-parts");
  /** The name of the last shown part, which the next box shows too. */
  private chosen = "";
  /** The part to show; a view that loads slowly can be of an earlier one. */
  private current: Parts[number] | undefined;

  constructor(private readonly context: ViewContext) {
    super();
    this.addClass("jp-tvm-Trial");
    this.head.setAttribute("role", "status");
    this.addWidget(new Widget({ node: this.head }));
    this.hide();
  }

  /** @param message shown instead of parts; none hides them */
  showMessage(message: string): void {
    this.clear();
    this.head.textContent = message;
    this.setHidden(message === "");
  }

  showReply(label: string, reply: BoxReply): void {
    if ("error" in reply) this.showMessage(reply.error);
    else if (reply.parts.length === 0) this.showMessage("");
    else this.showParts(label, reply.parts);
  }

  private showParts(label: string, parts: Parts): void {
    const names = parts.map(({ name }, i) => [String(i), name] as const);
    const first = Math.max(
      0,
      parts.findIndex(({ name }) => name === this.chosen),
    );
    const control = choice(this.context.trans.__("Show"), names, String(first), (number) => {
      this.chosen = parts[Number(number)]!.name;
      void this.showPart(parts[Number(number)]!);
    });
    this.head.replaceChildren(element("strong", "", label), control.node);
    this.show();
    void this.showPart(parts[first]!);
  }

  private async showPart(part: Parts[number]): Promise<void> {
    const { bundle } = part;
    this.current = part;
    const type = Object.keys(VIEWS).find((each) => each in bundle);
    const view = type === undefined ? undefined : await VIEWS[type]!();
    if (this.isDisposed || this.current !== part) return;
    this.removeView();
    if (view !== undefined) this.addWidget(view.createView(bundle[type!], this.context));
  }

  private clear(): void {
    this.current = undefined;
    this.removeView();
  }

  private removeView(): void {
    for (const widget of this.widgets.slice(1)) widget.dispose();
  }
}
