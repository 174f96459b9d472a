/** The side panel: follows the active notebook. Its content is loaded when it is first shown. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { TranslationBundle } from "@jupyterlab/translation";
import type { Message } from "@lumino/messaging";
import { Panel, type Widget } from "@lumino/widgets";
import { isNotebook, type DocumentView } from "../documents/documents";
import { acceleratorIcon } from "../icons";
import type { SessionConnection } from "./connection";
import type { MimeBundle } from "./schema";

export class SidePanel extends Panel {
  /** The notebook that was used last, if it is still open. */
  private notebook: DocumentView | null = null;
  /** The shown notebook; undefined before the first. */
  private shown: DocumentView | null | undefined;
  private connection: SessionConnection | undefined;

  /** @param onShow called with the object to show */
  constructor(
    private readonly shell: JupyterFrontEnd.IShell,
    private readonly trans: TranslationBundle,
    private readonly onShow: (name: string, bundle: MimeBundle) => void,
  ) {
    super();
    this.id = "jp-tvm-session";
    this.addClass("jp-tvm-SidePanel");
    this.addClass("jp-tvm-Output");
    this.title.icon = acceleratorIcon;
    this.title.caption = trans.__("Accelerator");
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", trans.__("Accelerator"));
    this.node.tabIndex = 0;
    shell.currentChanged?.connect(this.follow, this);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.connection?.dispose();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.follow();
  }

  protected override onUpdateRequest(message: Message): void {
    super.onUpdateRequest(message);
    if (this.isVisible && this.shown !== this.notebook) void this.draw();
  }

  /** Follows a notebook until another is used. */
  private follow(): void {
    const { currentWidget } = this.shell;
    if (isNotebook(currentWidget) && currentWidget !== this.notebook) {
      this.notebook = currentWidget;
      currentWidget.disposed.connect(this.forget, this);
    }
    this.update();
  }

  private forget(notebook: Widget): void {
    if (this.notebook === notebook) this.notebook = null;
    this.update();
  }

  private async draw(): Promise<void> {
    const { notebook } = this;
    this.shown = notebook;
    const [{ SessionConnection }, { SessionContent }] = await Promise.all([
      import("./connection"),
      import("./content"),
    ]);
    if (this.isDisposed || this.shown !== notebook) return;
    this.connection?.dispose();
    this.connection = notebook ? new SessionConnection(notebook.context.sessionContext) : undefined;
    this.connection?.shown.connect((_, { name, bundle }) => this.onShow(name, bundle));
    for (const old of [...this.widgets]) old.dispose();
    this.addWidget(new SessionContent(this.connection, notebook?.title, this.trans));
  }
}
