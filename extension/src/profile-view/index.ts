/** The view of profiles: the card, and below it the instructions with their cycles. */

import { Panel, Widget } from "@lumino/widgets";
import { element } from "../dom/controls";
import { readView } from "../mime/read-view";
import type { StatefulWidget, ViewContext } from "../mime/view-renderer";
import { TraceModel } from "../trace/model";
import { TracePanel } from "../trace-view/panel";
import { cardParts } from "./card";
import { profileSchema, type ProfileData } from "./schema";

class ProfilePanel extends Panel implements StatefulWidget {
  private readonly trace: TracePanel;

  constructor(profile: ProfileData, context: ViewContext) {
    super();
    this.addClass("jp-tvm-Profile");
    const parts = cardParts(profile, context.trans);
    this.trace = new TracePanel(new TraceModel(profile.trace), context);
    this.addWidget(new Widget({ node: element("div", "jp-tvm-Card", ...parts) }));
    this.addWidget(this.trace);
  }

  saveState(): unknown {
    return this.trace.saveState();
  }

  restoreState(state: unknown): void {
    this.trace.restoreState(state);
  }
}

export function createView(data: unknown, context: ViewContext): Widget {
  return new ProfilePanel(readView(profileSchema, data, context.trans), context);
}
