/** The documents that are open, as far as views need to know. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { DocumentRegistry, IDocumentWidget } from "@jupyterlab/docregistry";
import type { Kernel } from "@jupyterlab/services";
import type { Widget } from "@lumino/widgets";

/** A widget that shows a file, as notebooks and editors do. */
export type DocumentView = IDocumentWidget<Widget, DocumentRegistry.IModel>;

export function isDocument(widget: Widget | null): widget is DocumentView {
  return widget !== null && "context" in widget && "content" in widget;
}

/** The kernel of the document that holds `node`; null where none runs. */
export function kernelAt(
  shell: JupyterFrontEnd.IShell,
  node: HTMLElement,
): Kernel.IKernelConnection | null {
  for (const widget of shell.widgets("main")) {
    if (isDocument(widget) && widget.node.contains(node)) {
      return widget.context.sessionContext.session?.kernel ?? null;
    }
  }
  return null;
}
