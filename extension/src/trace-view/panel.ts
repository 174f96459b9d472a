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
import { InstructionDetails } from "../instruction-view/details";
import { InstructionList } from "../instruction-view/list";
import { SourceText } from "../instruction-view/source";
import { TimelinePicture } from "../instruction-view/timeline-picture";
import { stageName } from "../instruction-view/words";
import type { LastingWidget, ViewContext } from "../mime/view-renderer";
import { CELL, type MemoryModel } from "../trace/memory-model";
import type { TraceModel } from "../trace/model";
import { Strip, type StripPicture } from "../trace/strip";
import { TimeWindow } from "../trace/time-window";

/** What the user has chosen. */
interface State {
  readonly from: number;
  readonly to: number;
  readonly selected: number;
  readonly whole: boolean;
  readonly filter: string;
  readonly scrollTop: number;
}

export class TracePanel extends Widget implements LastingWidget {
  private readonly window: TimeWindow;
  private readonly strips: Strip[] = [];
  private readonly pointedAt = element("div", "jp-tvm-Status");
  private readonly parts: { dispose(): void }[] = [];
  private source: SourceText | undefined;
  private list: InstructionList | undefined;
  private readonly filter: HTMLInputElement;
  private readonly pictures: readonly MemoryPicture[];
  private readonly whole: Control<boolean>;

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
    this.whole = checkbox(trans.__("Whole memories"), false, () => this.followWhole());
    const summary = summaryTexts(model, trans).map((text) => element("p", "", text));
    if (model.size === 0) {
      this.node.append(...summary);
      return;
    }
    const drawn = element(
      "div",
      "jp-tvm-Trace-pictures",
      ...used.map((memory, i) => this.memoryRow(memory, pictures[i]!)),
      this.trafficRow(),
      this.timelineRow(),
      legend(trans),
      this.pointedAt,
      useTable(model, trans),
    );
    drawn.tabIndex = 0;
    drawn.setAttribute("role", "region");
    drawn.setAttribute("aria-label", trans.__("Memories and stages over time"));
    const body = element("div", "jp-tvm-Trace-body", drawn, this.instructions());
    this.node.append(this.toolbar(), ...summary, body);
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
    const [whole, filter] = [this.whole.value, this.filter.value];
    return { from, to, selected, whole, filter, scrollTop };
  }

  restoreState(state: unknown): void {
    const { from, to, selected, whole, filter, scrollTop } = state as State;
    if (this.model.size === 0) return;
    this.window.select(selected);
    this.window.showBetween(from, to);
    this.whole.value = whole;
    this.followWhole();
    this.filter.value = filter;
    this.list?.filter(filter);
    requestAnimationFrame(() => {
      if (this.list !== undefined) this.list.scrollTop = scrollTop;
    });
  }

  private followWhole(): void {
    for (const picture of this.pictures) picture.whole = this.whole.value;
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
    const { window } = this;
    const { trans } = this.context;
    const { size } = this.model;
    const count = trans._n("%2 instruction", "%2 instructions", size, countText(size));
    const runs = trans._n("%1 run", "%1 runs", this.model.data.runs.length);
    return toolbar(
      trans.__("Trace of the accelerator"),
      element("span", "", `${count}, ${runs} · ${this.model.data.model}`),
      this.whole.node,
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
    const names = [0, 1, 2].map((stage) => stageName(stage, trans));
    const row = this.row(
      [...names, this.model.hasCycles ? trans.__("cycle") : trans.__("instruction")],
      picture,
    );
    row.classList.add("jp-tvm-mod-timeline");
    return row;
  }

  /** A picture with its labels on the left. */
  private row(labels: readonly string[], picture: StripPicture, gauge?: HTMLElement): HTMLElement {
    const strip = new Strip(picture, this.window, this.context, (text) => {
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

  private instructions(): HTMLElement {
    const { model, window, context } = this;
    const { trans } = context;
    const list = new InstructionList(model, window, trans);
    const details = new InstructionDetails(model, window, trans);
    this.parts.push(list, details);
    this.list = list;
    const stream = element("div", "jp-tvm-Insns-pane", this.filter, list.node);
    const panes = element("div", "jp-tvm-Trace-panes", stream, details.node);
    if (model.data.sources.length > 0) {
      this.source = new SourceText(model, window, context);
      this.parts.push(this.source);
      panes.append(this.source.node);
    }
    return panes;
  }

  /** Plus and minus zoom, 0 shows all, wherever the focus is, except where text is typed. */
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

/** What there was to do, and what is missing. */
function summaryTexts({ data, size }: TraceModel, trans: TranslationBundle): string[] {
  const { counters } = data.statistics;
  const gemm = counters["gemm_counter"] ?? 0;
  return [
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
