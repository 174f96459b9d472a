/**
 * The program that recorded the instructions: highlights the statement of the chosen one; a click on a
 * statement chooses one.
 */

import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";
import { reader } from "../editor/reader";
import type { ViewContext } from "../mime/view-renderer";
import type { TraceModel } from "../trace/model";
import type { TimeWindow } from "../trace/time-window";

const setHighlight = StateEffect.define<
  { readonly from: number; readonly to: number } | undefined
>();
const highlightedLine = Decoration.line({ class: "jp-tvm-Statement" });

const highlight = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lines, { effects, state }) {
    for (const effect of effects) {
      if (!effect.is(setHighlight)) continue;
      if (effect.value === undefined) return Decoration.none;
      const first = state.doc.lineAt(effect.value.from).number;
      const last = state.doc.lineAt(Math.max(effect.value.from, effect.value.to - 1)).number;
      const starts = Array.from({ length: last - first + 1 }, (_, i) => state.doc.line(first + i));
      return Decoration.set(starts.map(({ from }) => highlightedLine.range(from)));
    }
    return lines;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export class SourceText {
  private readonly editor: EditorView;
  /** The shown program. */
  private source = 0;
  /** The start of the chosen instruction's statement. */
  private start = 0;

  constructor(
    private readonly model: TraceModel,
    private readonly window: TimeWindow,
    context: ViewContext,
  ) {
    this.editor = new EditorView({
      state: EditorState.create({
        doc: model.data.sources[0] ?? "",
        extensions: [
          reader(context.trans.__("Program that recorded the instructions"), context),
          highlight,
          EditorView.updateListener.of((update) => {
            const byUser = update.transactions.some((done) => done.isUserEvent("select"));
            if (byUser) this.choose(update.state.selection.main.head);
          }),
        ],
      }),
    });
    this.editor.dom.classList.add("jp-tvm-Source");
    window.selectionChanged.connect(this.show, this);
  }

  get node(): HTMLElement {
    return this.editor.dom;
  }

  /** After the widget was shown or sized. */
  measure(): void {
    this.editor.requestMeasure({
      read: () => undefined,
      // Scrolls to an instruction that was chosen before the widget had a size.
      write: () => this.bringInSight(this.start),
    });
  }

  dispose(): void {
    this.window.selectionChanged.disconnect(this.show, this);
    this.editor.destroy();
  }

  /** Chooses the first instruction of the statement at a place, unless one of its instructions is chosen. */
  private choose(position: number): void {
    const { model, window } = this;
    const statement = model.statementAt(this.source, position);
    if (statement === undefined || model.statementOf(window.selected) === statement) return;
    const [first] = model.recordedBy(statement);
    if (first !== undefined) window.select(first);
  }

  private show(_: TimeWindow, index: number): void {
    const number = this.model.statementOf(index);
    if (number === undefined) {
      this.editor.dispatch({ effects: setHighlight.of(undefined) });
      return;
    }
    const { source, start, end } = this.model.statement(number);
    const { doc } = this.editor.state;
    const changes =
      source === this.source
        ? []
        : { from: 0, to: doc.length, insert: this.model.data.sources[source]! };
    this.source = source;
    this.editor.dispatch({ changes });
    this.editor.dispatch({ effects: setHighlight.of({ from: start, to: end }) });
    this.start = start;
    this.bringInSight(start);
  }

  /** Scrolls only the text, not its containers. */
  private bringInSight(position: number): void {
    const { scrollDOM } = this.editor;
    const { top, bottom } = this.editor.lineBlockAt(position);
    const { scrollTop, clientHeight } = scrollDOM;
    if (top >= scrollTop && bottom <= scrollTop + clientHeight) return;
    scrollDOM.scrollTop = Math.max(0, top - clientHeight / 3);
  }
}
