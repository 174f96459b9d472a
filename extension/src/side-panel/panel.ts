/** The side panel: follows the notebook that is in use. What it shows is loaded when it is first seen. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Panel } from "@lumino/widgets";
import { isDocument, type DocumentView } from "../documents/documents";
import { acceleratorIcon } from "../icons";
import type { SessionConnection } from "./connection";
import type { MimeBundle } from "./schema";

export class SidePanel extends Panel {
  private followed: DocumentView | undefined;
  private connection: SessionConnection | undefined;
  private drawing = false;

  /** @param onShow called with an object that the user wants to see */
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

  protected override onAfterShow(): void {
    this.follow();
  }

  /** A notebook is followed until another is used. */
  private follow(): void {
    const { currentWidget } = this.shell;
    if (isNotebook(currentWidget) && currentWidget !== this.followed) {
      this.followed = currentWidget;
      currentWidget.disposed.connect(() => this.forget(currentWidget));
    } else if (this.drawing) return;
    if (this.isVisible) void this.draw();
  }

  private forget(document: DocumentView): void {
    if (this.followed !== document) return;
    this.followed = undefined;
    void this.draw();
  }

  private async draw(): Promise<void> {
    this.drawing = true;
    const [{ SessionConnection }, { SessionContent }] = await Promise.all([
      import("./connection"),
      import("./content"),
    ]);
    const { followed } = this;
    this.connection?.dispose();
    this.connection = followed && new SessionConnection(followed.context.sessionContext);
    this.connection?.shown.connect((_, { name, bundle }) => this.onShow(name, bundle));
    const content = new SessionContent(this.connection, followed?.title.label ?? "", this.trans);
    for (const old of [...this.widgets]) old.dispose();
    this.addWidget(content);
  }
}

function isNotebook(widget: JupyterFrontEnd.IShell["currentWidget"]): widget is DocumentView {
  return isDocument(widget) && widget.context.contentsModel?.type === "notebook";
}
