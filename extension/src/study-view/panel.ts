/**
 * A study: its trials as dots and as a table, the importance of knobs, and the chosen trial with its schedule
 * and profile.
 */

import { Panel, Widget } from "@lumino/widgets";
import { element } from "../dom/controls";
import { percentText } from "../dom/quantities";
import { LiveObject } from "../mime/live-object";
import type {
  StatefulWidget,
  PictureFormat,
  PictureWidget,
  ViewContext,
} from "../mime/view-renderer";
import { PlotWidget } from "../plotly/plot-widget";
import type { Order } from "../table-view/sorting";
import { TrialDetails } from "./details";
import { studyFigure } from "./figure";
import { trialReplySchema, type StudyData, type TrialReply } from "./schema";
import { TrialTable } from "./table";

/** The user's choices. */
interface State {
  readonly chosen: number | undefined;
  readonly order: Order | undefined;
}

/** Knobs with a smaller share are not listed. */
const MIN_SHARE = 0.01;

export class StudyPanel extends Panel implements StatefulWidget, PictureWidget {
  private readonly plot: PlotWidget | undefined;
  private readonly table: TrialTable | undefined;
  private readonly details: TrialDetails;
  private chosen: number | undefined;
  private readonly live: LiveObject<TrialReply>;

  constructor(
    private readonly study: StudyData,
    private readonly context: ViewContext,
  ) {
    super();
    this.addClass("jp-tvm-Study");
    const { trans } = context;
    this.live = new LiveObject({
      kind: "study",
      id: study.live,
      schema: trialReplySchema,
      kernelOf: (id) => context.kernelAt(this.node, id),
      onReply: (reply) => void this.details.showReply(reply),
      onEnd: () => {
        const trial = this.study.trials.find((each) => each.index === this.chosen);
        if (trial !== undefined && !this.isDisposed) this.details.showTrial(trial, false);
      },
    });
    const isPlotted = study.measures.includes("sram") && study.trials.length > 1;
    this.addWidget(new Widget({ node: element("div", "", ...this.sentences(isPlotted)) }));
    if (study.table && study.trials.length > 0) {
      this.table = new TrialTable(study, trans, (index) => this.choose(index));
      this.addWidget(new Widget({ node: this.table.node }));
    }
    if (isPlotted) {
      this.plot = new PlotWidget(this.figure(), trans.__("Trials by memory and cost"), context);
      this.plot.clicked.connect((_, { customdata }) => {
        if (typeof customdata === "number") this.choose(customdata);
      });
      this.addWidget(this.plot);
    }
    this.details = new TrialDetails(study, context);
    this.addWidget(this.details);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.live.dispose();
    super.dispose();
  }

  saveState(): State {
    return { chosen: this.chosen, order: this.table?.order };
  }

  restoreState(state: unknown): void {
    const { chosen, order } = state as State;
    this.table?.sort(order);
    if (chosen === undefined) return;
    // The kernel is found by the view's place in the page, so the request waits until it is attached.
    requestAnimationFrame(() => this.choose(chosen));
  }

  get hasPicture(): boolean {
    return this.plot?.hasPicture === true;
  }

  picture(format: PictureFormat): Promise<Blob> {
    return this.plot!.picture(format);
  }

  private choose(index: number): void {
    const trial = this.study.trials.find((each) => each.index === index);
    if (trial === undefined || this.isDisposed) return;
    this.chosen = index;
    this.table?.choose(index);
    this.plot?.setFigure(this.figure());
    this.details.showTrial(trial, this.live.send(index));
  }

  private figure() {
    return studyFigure(this.study, this.chosen, this.context.trans);
  }

  private sentences(isPlotted: boolean): HTMLElement[] {
    const { summary, refusals, importance, total, trials, table } = this.study;
    const { trans } = this.context;
    const shares = Object.entries(importance)
      .filter(([, share]) => share >= MIN_SHARE)
      .sort(([, a], [, b]) => b - a)
      .map(([name, share]) => `${name} ${percentText(share, 1)}`);
    const clicks = isPlotted || table ? trials.length > 0 : false;
    return [
      element("p", "", summary),
      ...refusals.map((line) => element("p", "", line)),
      ...(shares.length > 0
        ? [
            element(
              "p",
              "",
              trans.__("Of the variance, each knob alone explains: %1", shares.join(", ")),
            ),
          ]
        : []),
      ...(total !== undefined
        ? [element("p", "", trans.__("Here are the best %1 of %2 trials.", trials.length, total))]
        : []),
      ...(clicks
        ? [element("p", "", trans.__("A click on a trial shows its schedule and its profile."))]
        : []),
    ];
  }
}
