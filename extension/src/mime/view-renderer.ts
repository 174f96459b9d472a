/** Draws one of our MIME types. The code of a view is loaded when the first output needs it. */

import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Kernel } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Panel, Widget } from "@lumino/widgets";
import type { Options } from "../options/options";

/** What every view may use of its surroundings. */
export interface ViewContext {
  readonly trans: TranslationBundle;
  readonly options: Options;
  /** Calls back when the colours of the page have changed; gives a function that ends it. */
  onThemeChange(callback: () => void): () => void;
  /** The kernel of the document that holds `node`; null where none runs. */
  kernelAt(node: HTMLElement): Kernel.IKernelConnection | null;
}

/** A view's module: makes the widget that draws `data`. */
export interface ViewModule {
  /** @throws UnreadableOutput when `data` is not what the view draws. */
  createView(data: unknown, context: ViewContext): Widget | PictureWidget;
}

export type PictureFormat = "png" | "svg";

/** A view that can be saved as a picture. */
export interface PictureWidget extends Widget {
  picture(format: PictureFormat): Promise<Blob>;
}

export class ViewRenderer extends Panel implements IRenderMime.IRenderer {
  private plainText = "";
  private model: IRenderMime.IMimeModel | undefined;

  /** @param onUse called when the user clicks into the view or moves the focus there */
  constructor(
    private readonly mimeType: string,
    private readonly load: () => Promise<ViewModule>,
    private readonly context: ViewContext,
    private readonly onUse: (view: ViewRenderer) => void,
  ) {
    super();
    this.addClass("jp-tvm-Output");
    for (const type of ["pointerdown", "focusin"]) {
      this.node.addEventListener(type, () => onUse(this), { capture: true });
    }
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    const text = model.data["text/plain"];
    this.plainText = typeof text === "string" ? text : "";
    const view = await this.makeView(model);
    // The output may have been cleared, or given other data, while the view was loaded.
    if (this.isDisposed || this.model !== model) {
      view.dispose();
      return;
    }
    for (const old of [...this.widgets]) old.dispose();
    this.addWidget(view);
  }

  /** The same view once more, which may ask the same kernel. */
  async copy(): Promise<ViewRenderer> {
    const context = { ...this.context, kernelAt: () => this.context.kernelAt(this.node) };
    const copy = new ViewRenderer(this.mimeType, this.load, context, this.onUse);
    if (this.model !== undefined) await copy.renderModel(this.model);
    return copy;
  }

  /** What a terminal would show. */
  get text(): string {
    return this.plainText;
  }

  /** The view, if it can be saved as a picture. */
  get pictureWidget(): PictureWidget | undefined {
    return this.widgets.find((widget): widget is PictureWidget => "picture" in widget);
  }

  private async makeView(model: IRenderMime.IMimeModel): Promise<Widget> {
    try {
      const { createView } = await this.load();
      return createView(model.data[this.mimeType], this.context);
    } catch (error) {
      return new MessageWidget(
        error instanceof Error ? error.message : String(error),
        this.plainText,
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
