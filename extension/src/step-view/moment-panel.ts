/**
 * The accelerator at the moment when the chosen instruction starts: the stages' instructions, the tokens in
 * the queues, and the memories.
 */

import type { TranslationBundle } from "@jupyterlab/translation";
import { element } from "../dom/controls";
import { table } from "../dom/table";
import { causeText } from "../instruction-view/causes";
import { stageName, valuesText, writtenTexts } from "../instruction-view/words";
import type { MemoryModel } from "../trace/memory-model";
import { TOKEN_QUEUES } from "../trace/moment";
import type { TraceModel } from "../trace/model";
import type { TimeWindow } from "../trace/time-window";
import { MemoryMap } from "./memory-map";
import type { Stepper } from "./stepper";

const STAGES = [0, 1, 2] as const;

export class MomentPanel {
  readonly node = element("div", "jp-tvm-Moment");
  private readonly title = element("strong", "");
  private readonly state = element("div", "");
  private readonly held = element("p", "jp-tvm-Moment-held");
  private looked: { readonly memory: MemoryModel; readonly place: number } | undefined;
  private readonly maps: readonly MemoryMap[];

  /** @param onPick called with the clicked element */
  constructor(
    private readonly model: TraceModel,
    private readonly window: TimeWindow,
    private readonly stepper: Stepper,
    memories: readonly MemoryModel[],
    private readonly trans: TranslationBundle,
    onPick: (memory: MemoryModel, element: number) => void,
  ) {
    this.maps = memories.map(
      (memory) => new MemoryMap(memory, model, trans, (place) => onPick(memory, place)),
    );
    this.title.setAttribute("role", "status");
    this.node.tabIndex = 0;
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", trans.__("The accelerator at this moment"));
    this.node.setAttribute("data-lm-suppress-shortcuts", "true");
    const maps = element("div", "jp-tvm-Moment-memories", ...this.maps.map(({ node }) => node));
    this.node.append(this.title, this.state, this.held, maps);
    this.node.addEventListener("keydown", (event) => this.onKey(event));
    window.selectionChanged.connect(this.show, this);
  }

  dispose(): void {
    this.window.selectionChanged.disconnect(this.show, this);
  }

  /** Called when the panel becomes visible, and when the theme has changed. */
  draw(): void {
    this.show(this.window, this.window.selected);
  }

  /** Sets the element whose values are shown. */
  showElement(memory: MemoryModel, place: number): void {
    this.looked = { memory, place };
    this.showValue(this.window.selected);
  }

  /** The values of the chosen element; by default of the first element that the instruction writes. */
  private showValue(index: number): void {
    this.held.textContent = this.valueText(index);
  }

  private valueText(index: number): string {
    const { trans, looked, stepper } = this;
    if (looked === undefined) return writtenTexts(this.model, index, trans).join(" · ");
    const { memory, place } = looked;
    const name = `${memory.fact.name} ${place}`;
    const writer = stepper.moments.lastChange(index, memory, place);
    if (writer === undefined) return trans.__("%1 is not written yet", name);
    const values = memory.valuesOf(writer, place);
    const what =
      values === undefined ? trans.__("values that were not recorded") : valuesText(values);
    const before = trans.__("%1 holds %2, from instruction %3", name, what, writer);
    const after = memory.writes(index, place) ? memory.valuesOf(index, place) : undefined;
    if (after === undefined) return before;
    return `${before} · ${trans.__("%1 becomes %2", name, valuesText(after))}`;
  }

  private show(_: TimeWindow, index: number): void {
    // A hidden panel is drawn when it becomes visible.
    if (this.node.offsetParent === null || index < 0) return;
    const { model, trans, stepper } = this;
    const { moments } = stepper;
    const now = model.times.begins[index]!;
    const running = STAGES.map((stage) => moments.runningInstruction(index, stage));
    this.title.textContent = model.hasCycles
      ? trans.__("Cycle %1: instruction %2 starts", now, index)
      : trans.__("Instruction %1", index);
    const counts = moments.tokensAt(index);
    this.state.replaceChildren(
      table(
        trans.__("Stages at this moment"),
        [trans.__("Stage"), trans.__("at work on"), ""],
        STAGES.map((stage) => this.stageRow(stage, running[stage], now)),
      ),
      table(
        trans.__("Tokens at this moment"),
        TOKEN_QUEUES.map(({ from, to }) => `${stageName(from, trans)} → ${stageName(to, trans)}`),
        [counts.map(String)],
      ),
    );
    const working = running.filter((instruction) => instruction !== undefined);
    this.showValue(index);
    for (const map of this.maps) map.show(now, working);
  }

  private stageRow(stage: number, instruction: number | undefined, now: number): string[] {
    const { model, trans } = this;
    const cause = model.timeline?.spanAt(stage, now)?.cause;
    return [
      stageName(stage, trans),
      instruction === undefined ? "" : `${instruction} ${model.title(instruction)}`,
      cause === undefined ? "" : causeText(cause, trans),
    ];
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    event.preventDefault();
    this.stepper.pause();
    this.stepper.step(event.key === "ArrowRight" ? 1 : -1);
  }
}
