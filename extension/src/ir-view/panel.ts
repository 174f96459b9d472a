/** The IR view: a toolbar, the text, and a status line for the fact at the cursor. */

import { foldAll, unfoldAll } from "@codemirror/language";
import { openSearchPanel } from "@codemirror/search";
import type { EditorView } from "@codemirror/view";
import { Clipboard } from "@jupyterlab/apputils";
import type { TranslationBundle } from "@jupyterlab/translation";
import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { button, element, toolbar } from "../dom/controls";
import type { StatefulWidget, ViewContext } from "../mime/view-renderer";
import { describe, inOneLine } from "./describe";
import { irEditor } from "./editor";
import type { IrModel } from "./model";

/** The user's choices. */
interface State {
  readonly scrollTop: number;
  readonly line: number;
}

export class IrPanel extends Widget implements StatefulWidget {
  private readonly editor: EditorView;

  constructor(model: IrModel, context: ViewContext) {
    super();
    const { trans } = context;
    this.addClass("jp-tvm-Ir");
    const status = element("div", "jp-tvm-Status");
    status.setAttribute("role", "status");
    status.textContent = trans.__("Point at a name, or move the cursor to it, to see what it is.");
    this.editor = irEditor(model, context, (fact) => {
      if (fact !== undefined) status.textContent = inOneLine(describe(model, fact, trans));
    });
    this.node.append(this.toolbar(model, trans), this.editor.dom, status);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.editor.destroy();
    super.dispose();
  }

  saveState(): State {
    const { state, scrollDOM } = this.editor;
    const { head } = state.selection.main;
    return { scrollTop: scrollDOM.scrollTop, line: state.doc.lineAt(head).number };
  }

  restoreState(state: unknown): void {
    const { scrollTop, line } = state as State;
    const { doc } = this.editor.state;
    const anchor = doc.line(Math.min(line, doc.lines)).from;
    this.editor.dispatch({ selection: { anchor } });
    requestAnimationFrame(() => (this.editor.scrollDOM.scrollTop = scrollTop));
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.editor.requestMeasure();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.editor.requestMeasure();
  }

  private toolbar(model: IrModel, trans: TranslationBundle): HTMLElement {
    const lines = trans._n("%1 line", "%1 lines", this.editor.state.doc.lines);
    return toolbar(
      trans.__("Lowered function"),
      element("span", "", lines),
      button(trans.__("Find"), () => openSearchPanel(this.editor)),
      button(trans.__("Fold all"), () => foldAll(this.editor)),
      button(trans.__("Unfold all"), () => unfoldAll(this.editor)),
      button(trans.__("Copy"), () => Clipboard.copyToSystem(model.text)),
    );
  }
}
