/** The chosen trial: its knobs and measures, then its schedule and profile from the kernel. */

import { Panel, Widget } from "@lumino/widgets";
import { element } from "../dom/controls";
import { countText } from "../dom/quantities";
import type { ViewContext } from "../mime/view-renderer";
import type { StudyData, StudyTrial, TrialReply } from "./schema";

const SCHEDULE = "application/vnd.tvm-vta.schedule.v1+json";
const PROFILE = "application/vnd.tvm-vta.profile.v1+json";

export class TrialDetails extends Panel {
  private readonly heading = element("strong", "");
  private readonly message = element("p", "");
  /** The trial to show; a view that loads slowly can be of an earlier one. */
  private current: StudyTrial | undefined;

  constructor(
    private readonly study: StudyData,
    private readonly context: ViewContext,
  ) {
    super();
    this.addClass("jp-tvm-Trial");
    this.heading.setAttribute("role", "status");
    this.addWidget(new Widget({ node: element("div", "", this.heading, this.message) }));
    this.hide();
  }

  /** @param isAsked whether schedule and profile were requested from the kernel */
  showTrial(trial: StudyTrial, isAsked: boolean): void {
    const { index, values, measures } = trial;
    this.current = trial;
    const { trans } = this.context;
    const { knobs, measures: names } = this.study;
    this.clear();
    this.heading.textContent = [
      trans.__("configuration %1", index),
      knobs.map((name, i) => `${name} ${values[i]}`).join(", "),
      names.map((name, i) => `${countText(measures[i] ?? NaN)} ${name}`).join(", "),
    ].join(" · ");
    this.message.textContent = isAsked
      ? trans.__("The kernel is building it ...")
      : trans.__("Run the cell again to see its schedule and its profile.");
    this.show();
  }

  async showReply(reply: TrialReply): Promise<void> {
    if ("error" in reply) {
      this.message.textContent = reply.error;
      return;
    }
    const { current } = this;
    const [scheduleView, profileView] = await Promise.all([
      import("../schedule-view"),
      import("../profile-view"),
    ]);
    if (this.isDisposed || this.current !== current) return;
    this.clear();
    this.message.textContent = "";
    this.addWidget(scheduleView.createView(reply.schedule[SCHEDULE], this.context));
    this.addWidget(profileView.createView(reply.profile[PROFILE], this.context));
  }

  private clear(): void {
    for (const widget of this.widgets.slice(1)) widget.dispose();
  }
}
