/**
 * The views of a trace on one axis of time, with one instruction chosen in all of them: the memories,
 * the three stages with their tokens, the list of instructions, and the program.
 */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { MemoryPicture } from "../buffer-view/memory-picture";
import { TrafficPicture } from "../buffer-view/traffic-picture";
import { useTable } from "../buffer-view/use-table";
import { button, checkbox, element, filterField, toolbar, type Control } from "../dom/controls";
import { bytesText, countText, percentText } from "../dom/quantities";
import { causeLegend } from "../instruction-view/causes";
import { criticalPathText } from "../instruction-view/critical-path";
import { InstructionDetails } from "../instruction-view/details";
import { InstructionList } from "../instruction-view/list";
import { SourceText } from "../instruction-view/source";
import { TimelinePicture } from "../instruction-view/timeline-picture";
import { inSightText, stageName } from "../instruction-view/words";
import type { StatefulWidget, ViewContext } from "../mime/view-renderer";
import { StepControls } from "../step-view/controls";
import { MomentPanel } from "../step-view/moment-panel";
import { Stepper } from "../step-view/stepper";
import { CELL, type MemoryModel } from "../trace/memory-model";
import type { TraceModel } from "../trace/model";
import { TimelineCanvas, type TimelineDrawing } from "../trace/strip";
import { TimeWindow } from "../trace/time-window";

/** The user's choices. */
interface State {
  readonly from: number;
  readonly to: number;
  readonly selected: number;
  readonly whole: boolean;
  readonly critical: boolean;
  readonly stepping: boolean;
  readonly filter: string;
  readonly scrollTop: number;
}

export class TracePanel extends Widget implements StatefulWidget {
  private readonly window: TimeWindow;
  private readonly strips: TimelineCanvas[] = [];
  private readonly pointedAt = element("div", "jp-tvm-Status");
  private readonly panes = element("div", "jp-tvm-Trace-panes");
  private readonly parts: { dispose(): void }[] = [];
  private source: SourceText | undefined;
  private list: InstructionList | undefined;
  private readonly filter: HTMLInputElement;
  private readonly pictures: readonly MemoryPicture[];
  private readonly whole: Control<boolean>;
  private readonly critical: Control<boolean>;
  private readonly stepping: Control<boolean>;
  private readonly stepper: Stepper;
  private moment: MomentPanel | undefined;
  private timeline: TimelinePicture | undefined;
  private readonly path = element("div", "jp-tvm-Status");
  private readonly inSight = element("span", "jp-tvm-InSight");

  constructor(
    private readonly model: TraceModel,
    private readonly context: ViewContext,
  ) {
    super();
    this.addClass("jp-tvm-Trace");
    const { trans } = context;
    this.window = new TimeWindow(model);
    this.filter = filterField(trans.__("Filter instructions"), (text) => this.list?.filter(text));
    this.filter.setAttribute("data-lm-suppress-shortcuts", "true");
    const used = model.memories.filter(({ residencies }) => residencies.length > 0);
    const pictures = used.map((memory) => new MemoryPicture(memory, model, this.window, trans));
    this.pictures = pictures;
    this.whole = checkbox(trans.__("Whole memories"), false, () => this.followChoices());
    this.critical = checkbox(trans.__("Critical path"), false, () => this.followChoices());
    this.stepping = checkbox(trans.__("Step through"), false, () => this.followChoices());
    this.stepper = new Stepper(model, this.window);
    this.parts.push(this.stepper);
    const summary = summaryTexts(model, trans).map((text) => element("p", "", text));
    summary[0]!.append(this.inSight);
    this.window.changed.connect(this.showWhatIsInSight, this);
    if (model.size === 0) {
      this.node.append(...summary);
      return;
    }
    const drawn = element(
      "div",
      "jp-tvm-Trace-pictures",
      ...used.map((memory, i) => this.memoryRow(memory, pictures[i]!)),
      this.trafficRow(),
      legend(trans),
      this.timelineRow(),
      ...(model.timeline ? [causeLegend(model.timeline.usedCauses, trans), this.path] : []),
      this.pointedAt,
      useTable(model, trans),
    );
    drawn.tabIndex = 0;
    drawn.setAttribute("role", "region");
    drawn.setAttribute("aria-label", trans.__("Memories and stages over time"));
    const body = element("div", "jp-tvm-Trace-body", drawn, this.instructions());
    this.node.append(this.toolbar(), ...summary, this.steps(used), body);
    this.node.addEventListener("keydown", (event) => this.onKey(event));
    this.window.select(0);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    for (const part of [...this.strips, ...this.parts]) part.dispose();
    super.dispose();
  }

  saveState(): State {
    const { from, to, selected } = this.window;
    const scrollTop = this.list?.scrollTop ?? 0;
    const [whole, critical] = [this.whole.value, this.critical.value];
    const [stepping, filter] = [this.stepping.value, this.filter.value];
    return { from, to, selected, whole, critical, stepping, filter, scrollTop };
  }

  restoreState(state: unknown): void {
    const { from, to, selected, filter, scrollTop, ...choices } = state as State;
    if (this.model.size === 0) return;
    this.window.select(selected);
    this.window.showBetween(from, to);
    this.whole.value = choices.whole;
    this.critical.value = choices.critical;
    this.stepping.value = choices.stepping;
    this.followChoices();
    this.filter.value = filter;
    this.list?.filter(filter);
    requestAnimationFrame(() => {
      if (this.list !== undefined) this.list.scrollTop = scrollTop;
    });
  }

  /** A part of a trace could be taken for the whole. */
  private showWhatIsInSight(): void {
    const text = inSightText(this.window, this.context.trans);
    this.inSight.textContent = text === "" ? "" : ` · ${text}`;
  }

  private followChoices(): void {
    const { model, timeline, critical, stepping } = this;
    for (const picture of this.pictures) picture.whole = this.whole.value;
    if (timeline !== undefined) timeline.critical = critical.value;
    this.path.textContent =
      critical.value && model.timeline ? criticalPathText(model.timeline, this.context.trans) : "";
    this.node.classList.toggle("jp-tvm-mod-stepping", stepping.value);
    if (!stepping.value) this.stepper.pause();
    this.moment?.draw();
    for (const strip of this.strips) strip.request();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.source?.measure();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.source?.measure();
  }

  private toolbar(): HTMLElement {
    const { window, model } = this;
    const { trans } = this.context;
    const { size } = model;
    const count = trans._n("%2 instruction", "%2 instructions", size, countText(size));
    const runs = trans._n("%1 run", "%1 runs", this.model.data.runs.length);
    return toolbar(
      trans.__("Trace of the accelerator"),
      element("span", "", `${count}, ${runs}`),
      this.whole.node,
      ...((model.timeline?.steps.length ?? 0) > 0 ? [this.critical.node] : []),
      this.stepping.node,
      button(trans.__("Zoom in"), () => window.zoom(1 / 2)),
      button(trans.__("Zoom out"), () => window.zoom(2)),
      button(trans.__("Earlier"), () => window.pan(-1 / 2)),
      button(trans.__("Later"), () => window.pan(1 / 2)),
      button(trans.__("Show all"), () => window.showAll()),
    );
  }

  private memoryRow({ fact }: MemoryModel, picture: MemoryPicture): HTMLElement {
    const { trans } = this.context;
    const { name, depth, peak } = fact;
    const gauge = element("div", "jp-tvm-Gauge");
    gauge.style.setProperty("--jp-tvm-share", String(peak / depth));
    gauge.title = trans.__("%1 of %2 elements in use at once", peak, depth);
    return this.row(
      [name, trans.__("%1 of %2", peak, depth), percentText(peak, depth)],
      picture,
      gauge,
    );
  }

  private trafficRow(): HTMLElement {
    const { trans } = this.context;
    const { dramRead, dramWritten } = this.model.data.statistics;
    const picture = new TrafficPicture(this.model, this.window, trans);
    return this.row(
      [
        "DRAM",
        trans.__("%1 read", bytesText(dramRead)),
        trans.__("%1 written", bytesText(dramWritten)),
      ],
      picture,
    );
  }

  private timelineRow(): HTMLElement {
    const { trans } = this.context;
    const picture = new TimelinePicture(this.model, this.window, trans);
    this.timeline = picture;
    const names = [0, 1, 2].map((stage) => stageName(stage, trans));
    const hasFetch = this.model.timeline?.hasFetch === true;
    const row = this.row(
      [
        ...(hasFetch ? [trans.__("fetch")] : []),
        ...names,
        this.model.hasCycles ? trans.__("cycle") : trans.__("instruction"),
      ],
      picture,
    );
    row.classList.add("jp-tvm-mod-timeline");
    row.classList.toggle("jp-tvm-mod-fetch", hasFetch);
    return row;
  }

  /** A picture with its labels on the left. */
  private row(
    labels: readonly string[],
    picture: TimelineDrawing,
    gauge?: HTMLElement,
  ): HTMLElement {
    const strip = new TimelineCanvas(picture, this.window, this.context, (text) => {
      this.pointedAt.textContent = text;
    });
    this.strips.push(strip);
    const [first = "", ...rest] = labels;
    const label = element(
      "div",
      "jp-tvm-StripLabel",
      element("strong", "", first),
      ...rest.map((text) => element("span", "", text)),
    );
    return element("div", "jp-tvm-StripRow", label, strip.node, gauge ?? element("div", ""));
  }

  /** The controls for stepping, shown on request. */
  private steps(memories: readonly MemoryModel[]): HTMLElement {
    const { model, window, stepper, context } = this;
    const showElement = (memory: MemoryModel, place: number): void =>
      moment.showElement(memory, place);
    const controls = new StepControls(model, stepper, memories, context.trans, showElement);
    const pick = (memory: MemoryModel, place: number): void => controls.aim(memory, place);
    const moment = new MomentPanel(model, window, stepper, memories, context.trans, pick);
    const endThemes = context.onThemeChange(() => moment.draw());
    this.parts.push(moment, { dispose: endThemes });
    this.panes.prepend(moment.node);
    this.moment = moment;
    return element("div", "jp-tvm-Step", controls.node);
  }

  private instructions(): HTMLElement {
    const { model, window, context } = this;
    const { trans } = context;
    const list = new InstructionList(model, window, trans);
    const details = new InstructionDetails(model, window, trans);
    this.parts.push(list, details);
    this.list = list;
    const stream = element("div", "jp-tvm-Insns-pane", this.filter, list.node);
    const { panes } = this;
    panes.append(stream, details.node);
    if (model.data.sources.length > 0) {
      this.source = new SourceText(model, window, context);
      this.parts.push(this.source);
      panes.append(this.source.node);
    }
    return panes;
  }

  /** Plus and minus zoom, 0 shows all, for any focus outside text fields. */
  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target instanceof HTMLInputElement) return;
    const actions: Readonly<Record<string, () => void>> = {
      "+": () => this.window.zoom(1 / 2),
      "-": () => this.window.zoom(2),
      "0": () => this.window.showAll(),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    action();
    event.preventDefault();
  }
}

/** The summary of the work, and of what is left out. */
function summaryTexts({ data, size }: TraceModel, trans: TranslationBundle): string[] {
  const { counters } = data.statistics;
  const gemm = counters["gemm_counter"] ?? 0;
  return [
    data.model,
    ...(size === 0 ? [trans.__("The accelerator executed nothing.")] : []),
    ...(gemm > 0
      ? [
          trans.__(
            "%1 GEMM micro-ops (%2 multiply-adds), %3 ALU micro-ops",
            countText(gemm),
            countText(gemm * data.macsPerGemm),
            countText(counters["alu_counter"] ?? 0),
          ),
        ]
      : []),
    ...(data.dropped > 0
      ? [
          trans.__(
            "Only the first %1 instructions are here; %2 more were executed.",
            countText(size),
            countText(data.dropped),
          ),
        ]
      : []),
  ];
}

function legend(trans: TranslationBundle): HTMLElement {
  const names: Readonly<Record<keyof typeof CELL, string>> = {
    free: trans.__("free"),
    occupied: trans.__("occupied"),
    read: trans.__("read"),
    padded: trans.__("padded"),
    written: trans.__("written"),
  };
  const items = (Object.keys(CELL) as (keyof typeof CELL)[]).map((name) => {
    const swatch = element("span", "jp-tvm-Swatch");
    swatch.style.background = `var(--jp-tvm-cell-${name})`;
    return element("span", "jp-tvm-LegendItem", swatch, names[name]);
  });
  return element("div", "jp-tvm-Legend", ...items);
}
