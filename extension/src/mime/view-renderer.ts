/** Draws one of our MIME types. The code of a view is loaded when the first output needs it. */

import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Panel, Widget } from "@lumino/widgets";

/** What every view may use of its surroundings. */
export interface ViewContext {
  readonly trans: TranslationBundle;
  /** Calls back when the colours of the page have changed; gives a function that ends it. */
  onThemeChange(callback: () => void): () => void;
}

/** A view's module: makes the widget that draws `data`. */
export interface ViewModule {
  /** @throws UnreadableOutput when `data` is not what the view draws. */
  createView(data: unknown, context: ViewContext): Widget;
}

export class ViewRenderer extends Panel implements IRenderMime.IRenderer {
  constructor(
    private readonly mimeType: string,
    private readonly load: () => Promise<ViewModule>,
    private readonly context: ViewContext,
  ) {
    super();
    this.addClass("jp-tvm-Output");
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const view = await this.makeView(model);
    for (const old of [...this.widgets]) old.dispose();
    if (this.isDisposed) view.dispose();
    else this.addWidget(view);
  }

  private async makeView(model: IRenderMime.IMimeModel): Promise<Widget> {
    try {
      const { createView } = await this.load();
      return createView(model.data[this.mimeType], this.context);
    } catch (error) {
      const text = model.data["text/plain"];
      return new MessageWidget(
        error instanceof Error ? error.message : String(error),
        typeof text === "string" ? text : "",
      );
    }
  }
}

/** Says why an output is not drawn, and shows its plain text. */
class MessageWidget extends Widget {
  constructor(message: string, text: string) {
    super();
    this.addClass("jp-tvm-Message");
    const sentence = document.createElement("p");
    sentence.textContent = message;
    this.node.append(sentence);
    if (text === "") return;
    const plain = document.createElement("pre");
    plain.textContent = text;
    plain.tabIndex = 0;
    this.node.append(plain);
  }
}
