/**
 * The instruction stream as a list. Only visible rows are in the DOM, so that long streams open quickly.
 */

import type { TranslationBundle } from "@jupyterlab/translation";
import { element } from "../dom/controls";
import type { TraceModel } from "../trace/model";
import type { TimeWindow } from "../trace/time-window";
import { stageName, tokenMarks } from "./words";

/** The height of a row in the style sheet. */
const ROW = 20;
/** Rows above and below the visible ones, for scrolling. */
const OVERSCAN_ROWS = 10;
let lists = 0;

export class InstructionList {
  readonly node: HTMLElement;
  private readonly rows = element("div", "jp-tvm-Insns-rows");
  private readonly id = `jp-tvm-insns-${lists++}`;
  private readonly size: ResizeObserver;
  /** The listed instructions. */
  private shown: readonly number[];

  constructor(
    private readonly model: TraceModel,
    private readonly window: TimeWindow,
    private readonly trans: TranslationBundle,
  ) {
    this.node = element("div", "jp-tvm-Insns", this.rows);
    this.node.tabIndex = 0;
    this.node.setAttribute("role", "listbox");
    this.node.setAttribute("aria-label", trans.__("Instructions"));
    this.node.setAttribute("data-lm-suppress-shortcuts", "true");
    this.node.addEventListener("scroll", () => this.draw(), { passive: true });
    this.node.addEventListener("keydown", (event) => this.onKey(event));
    this.rows.addEventListener("click", (event) => {
      const row = (event.target as HTMLElement).closest<HTMLElement>(".jp-tvm-Insn");
      if (row !== null) window.select(Number(row.dataset["index"]));
    });
    this.size = new ResizeObserver(() => this.draw());
    this.size.observe(this.node);
    window.selectionChanged.connect(this.onSelection, this);
    this.shown = [];
    this.filter("");
  }

  dispose(): void {
    this.size.disconnect();
    this.window.selectionChanged.disconnect(this.onSelection, this);
  }

  /** Lists the instructions whose text has all words of `text`. */
  filter(text: string): void {
    const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
    const all = Array.from({ length: this.model.size }, (_, i) => i);
    this.shown =
      wanted.length === 0
        ? all
        : all.filter((i) => {
            const own = this.textOf(i).toLowerCase();
            return wanted.every((word) => own.includes(word));
          });
    this.rows.style.height = `${this.shown.length * ROW}px`;
    this.draw();
  }

  get scrollTop(): number {
    return this.node.scrollTop;
  }

  set scrollTop(top: number) {
    this.node.scrollTop = top;
  }

  /** The number of listed instructions. */
  get count(): number {
    return this.shown.length;
  }

  private textOf(index: number): string {
    const stage = stageName(this.model.stage(index), this.trans);
    return `${stage} ${this.model.title(index)} ${this.model.operands(index)}`;
  }

  private draw(): void {
    const { scrollTop, clientHeight } = this.node;
    const first = Math.max(0, Math.floor(scrollTop / ROW) - OVERSCAN_ROWS);
    const last = Math.min(
      this.shown.length,
      Math.ceil((scrollTop + clientHeight) / ROW) + OVERSCAN_ROWS,
    );
    const rows: HTMLElement[] = [];
    for (let place = first; place < last; place++) rows.push(this.row(place));
    this.rows.replaceChildren(...rows);
    const { selected } = this.window;
    const drawn = rows.some((row) => row.dataset["index"] === String(selected));
    if (drawn) this.node.setAttribute("aria-activedescendant", `${this.id}-${selected}`);
    else this.node.removeAttribute("aria-activedescendant");
  }

  private row(place: number): HTMLElement {
    const { model, window, trans } = this;
    const index = this.shown[place]!;
    const stage = model.stage(index);
    const cell = (name: string, text: string): HTMLElement =>
      element("span", `jp-tvm-Insn-${name}`, text);
    const mark = cell("stage", stageName(stage, trans));
    mark.dataset["stage"] = String(stage);
    const row = element(
      "div",
      "jp-tvm-Insn",
      cell("number", String(index)),
      mark,
      cell("title", model.title(index)),
      cell("tokens", tokenMarks(model, index)),
      cell("operands", model.operands(index)),
    );
    row.id = `${this.id}-${index}`;
    row.dataset["index"] = String(index);
    row.style.top = `${place * ROW}px`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(index === window.selected));
    row.setAttribute("aria-posinset", String(place + 1));
    row.setAttribute("aria-setsize", String(this.shown.length));
    const statement = model.statementOf(index);
    const own = model.statementOf(window.selected);
    if (statement !== undefined && statement === own) row.classList.add("jp-tvm-mod-peer");
    return row;
  }

  private onSelection(_: TimeWindow, index: number): void {
    const place = this.shown.indexOf(index);
    if (place >= 0) {
      const { scrollTop, clientHeight } = this.node;
      if (place * ROW < scrollTop) this.node.scrollTop = place * ROW;
      else if ((place + 1) * ROW > scrollTop + clientHeight) {
        this.node.scrollTop = (place + 1) * ROW - clientHeight;
      }
    }
    this.draw();
  }

  private onKey(event: KeyboardEvent): void {
    const { shown, window } = this;
    const at = shown.indexOf(window.selected);
    const page = Math.max(1, Math.floor(this.node.clientHeight / ROW) - 1);
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: shown.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const index = shown[Math.min(Math.max(target, 0), shown.length - 1)];
    if (index !== undefined) window.select(index);
  }
}
