/** The IR view: a toolbar, the text, and a line that says what the cursor is on. */

import { foldAll, unfoldAll } from "@codemirror/language";
import { openSearchPanel } from "@codemirror/search";
import type { EditorView } from "@codemirror/view";
import { Clipboard } from "@jupyterlab/apputils";
import type { TranslationBundle } from "@jupyterlab/translation";
import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { describe, inOneLine } from "./describe";
import { irEditor } from "./editor";
import type { IrModel } from "./model";

export class IrPanel extends Widget {
  private readonly editor: EditorView;

  constructor(model: IrModel, trans: TranslationBundle) {
    super();
    this.addClass("jp-tvm-Ir");
    const status = document.createElement("div");
    status.className = "jp-tvm-Status";
    status.setAttribute("role", "status");
    status.textContent = trans.__("Point at a name, or move the cursor to it, to see what it is.");
    this.editor = irEditor(model, trans, (fact) => {
      if (fact !== undefined) status.textContent = inOneLine(describe(model, fact, trans));
    });
    this.node.append(this.toolbar(model, trans), this.editor.dom, status);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.editor.destroy();
    super.dispose();
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
    const toolbar = document.createElement("div");
    toolbar.className = "jp-tvm-Toolbar";
    toolbar.setAttribute("role", "toolbar");
    toolbar.setAttribute("aria-label", trans.__("Lowered function"));
    const lines = document.createElement("span");
    const count = this.editor.state.doc.lines;
    lines.textContent = trans._n("%1 line", "%1 lines", count);
    toolbar.append(
      lines,
      button(trans.__("Find"), () => openSearchPanel(this.editor)),
      button(trans.__("Fold all"), () => foldAll(this.editor)),
      button(trans.__("Unfold all"), () => unfoldAll(this.editor)),
      button(trans.__("Copy"), () => Clipboard.copyToSystem(model.text)),
    );
    return toolbar;
  }
}

function button(label: string, onClick: () => void): HTMLButtonElement {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "jp-tvm-Button";
  node.textContent = label;
  node.addEventListener("click", onClick);
  return node;
}
