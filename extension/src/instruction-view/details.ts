/**
 * The chosen instruction: its fields, its on-chip accesses, its tokens, and the statement that recorded it.
 */

import type { TranslationBundle } from "@jupyterlab/translation";
import { button, element } from "../dom/controls";
import { bytesText } from "../dom/quantities";
import { table } from "../dom/table";
import type { TraceModel } from "../trace/model";
import type { TimeWindow } from "../trace/time-window";
import { accessText, stageName, tokenTexts, writtenTexts } from "./words";

/** The most accesses to list; further ones are counted. */
const MAX_ACCESSES = 8;

export class InstructionDetails {
  readonly node = element("div", "jp-tvm-Insn-details");
  private readonly title = element("strong", "");
  private readonly body = element("div", "");

  constructor(
    private readonly model: TraceModel,
    private readonly window: TimeWindow,
    private readonly trans: TranslationBundle,
  ) {
    this.title.setAttribute("role", "status");
    this.node.append(this.title, this.body);
    this.node.tabIndex = 0;
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", trans.__("Chosen instruction"));
    this.node.setAttribute("data-lm-suppress-shortcuts", "true");
    window.selectionChanged.connect(this.show, this);
  }

  dispose(): void {
    this.window.selectionChanged.disconnect(this.show, this);
  }

  private show(_: TimeWindow, index: number): void {
    const { model, trans } = this;
    const stage = stageName(model.stage(index), trans);
    this.title.textContent = `${index} · ${stage} · ${model.title(index)}`;
    const fields = model.fields(index).map(({ name, text }) => [name, text]);
    this.body.replaceChildren(
      ...this.lines(index).map((line) => element("p", "", line)),
      ...this.tokens(index),
      table(
        trans.__("Fields of the instruction"),
        [],
        [...fields, ["128 bits", model.word(index)]],
      ),
    );
  }

  private lines(index: number): string[] {
    const { model, trans } = this;
    const accesses = model.accesses(index);
    const traffic = model.data.traffic[index]!;
    const { begins, ends } = model.times;
    return [
      ...(model.data.runs.length > 1 ? [trans.__("in run %1", model.run(index) + 1)] : []),
      ...(model.hasCycles ? [trans.__("cycles %1 to %2", begins[index], ends[index])] : []),
      ...accesses.slice(0, MAX_ACCESSES).map((access) => accessText(access, trans)),
      ...(accesses.length > MAX_ACCESSES
        ? [trans.__("and %1 more ranges", accesses.length - MAX_ACCESSES)]
        : []),
      ...writtenTexts(model, index, trans),
      ...(traffic > 0 ? [trans.__("moves %1 between DRAM and chip", bytesText(traffic))] : []),
    ];
  }

  /** Sentences that lead to the instruction at the other end. */
  private tokens(index: number): HTMLElement[] {
    return tokenTexts(this.model, index, this.trans).map(({ text, other }) => {
      if (other === undefined) return element("p", "", text);
      return element(
        "p",
        "",
        button(text, () => this.window.select(other)),
      );
    });
  }
}
