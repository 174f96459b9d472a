/** Draws one of our MIME types. The code of a view is loaded for its first output. */

import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Kernel } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Panel, Widget } from "@lumino/widgets";
import type { Options } from "../options/options";

/** The services for views. */
export interface ViewContext {
  readonly trans: TranslationBundle;
  readonly options: Options;
  /** Calls back when the colours of the page have changed; returns a function that stops it. */
  onThemeChange(callback: () => void): () => void;
  /**
   * The kernel of the document or console that contains `node`, or else of the notebook that has an output of
   * this `live` id; null if none runs.
   */
  kernelAt(node: HTMLElement, live: string): Kernel.IKernelConnection | null;
}

/** A view's module: makes the widget that draws `data`. */
export interface ViewModule {
  /** @throws UnreadableOutput when `data` is not what the view draws. */
  createView(data: unknown, context: ViewContext): Widget | PictureWidget;
}

/**
 * A view that saves the user's choices. When an output is updated, the new view restores the state of the old
 * one.
 */
export interface StatefulWidget extends Widget {
  /** The state for the next view of the output. */
  saveState(): unknown;
  /** @param state the saved state of a view of the same type, possibly of other data */
  restoreState(state: unknown): void;
}

export type PictureFormat = "png" | "svg";

/** A view that can be saved as a picture. */
export interface PictureWidget extends Widget {
  /** Whether there is a picture to save. */
  readonly hasPicture: boolean;
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
    // The output may have been cleared or updated while the view was loading.
    if (this.isDisposed || this.model !== model) {
      view.dispose();
      return;
    }
    const olds = [...this.widgets];
    const state = olds.find(isStateful)?.saveState();
    if (state !== undefined && isStateful(view)) view.restoreState(state);
    // Keeps the old view's height until the new one is drawn, so that the notebook does not jump.
    this.node.style.minHeight = olds.length > 0 ? `${this.node.offsetHeight}px` : "";
    for (const old of olds) old.dispose();
    this.addWidget(view);
    if (olds.length > 0) setTimeout(() => (this.node.style.minHeight = ""), DRAWING_MS);
  }

  /** Another instance of the view, with the same kernel. */
  async copy(): Promise<ViewRenderer> {
    const context = {
      ...this.context,
      kernelAt: (_: HTMLElement, live: string) => this.context.kernelAt(this.node, live),
    };
    const copy = new ViewRenderer(this.mimeType, this.load, context, this.onUse);
    if (this.model !== undefined) await copy.renderModel(this.model);
    return copy;
  }

  /** The plain text. */
  get text(): string {
    return this.plainText;
  }

  /** The view, if it can be saved as a picture. */
  get pictureWidget(): PictureWidget | undefined {
    return this.widgets.find(
      (widget): widget is PictureWidget => "hasPicture" in widget && widget.hasPicture === true,
    );
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

/** Milliseconds after which a view has been drawn. */
const DRAWING_MS = 500;

function isStateful(widget: Widget): widget is StatefulWidget {
  return "saveState" in widget && "restoreState" in widget;
}

/** Shows why an output is not drawn, and its plain text. */
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
