/** The open documents, for views. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { ISessionContext } from "@jupyterlab/apputils";
import type { DocumentRegistry, IDocumentWidget } from "@jupyterlab/docregistry";
import type { Kernel } from "@jupyterlab/services";
import type { Widget } from "@lumino/widgets";
import { hasOurOutputs, holdsLive } from "./outputs";

/** A widget that shows a file, such as a notebook or an editor. */
export type DocumentView = IDocumentWidget<Widget, DocumentRegistry.IModel>;

/** The name of our kernelspec. */
const KERNEL = "tvm-vta";

export function isDocument(widget: Widget | null): widget is DocumentView {
  return widget !== null && "context" in widget && "content" in widget;
}

export function isNotebook(widget: Widget | null): widget is DocumentView {
  return isDocument(widget) && widget.context.contentsModel?.type === "notebook";
}

/** Whether a notebook runs our kernel, or has outputs of it. */
export function isOurs(widget: Widget | null): boolean {
  if (!isNotebook(widget)) return false;
  const { sessionContext, model } = widget.context;
  const kernel = sessionContext.session?.kernel?.name ?? sessionContext.kernelPreference.name;
  return kernel === KERNEL || hasOurOutputs(model.toJSON());
}

/**
 * The kernel of the document or console that contains `node`. For an output in a separate tab, it is the
 * kernel of the notebook with an output of this `live` id. Null if no kernel runs.
 */
export function kernelAt(
  shell: JupyterFrontEnd.IShell,
  node: HTMLElement,
  live: string,
): Kernel.IKernelConnection | null {
  const all = [...shell.widgets("main")];
  const holder = all.find((widget) => sessionOf(widget) !== null && widget.node.contains(node));
  const notebook = () =>
    all.find((widget) => isNotebook(widget) && holdsLive(widget.context.model.toJSON(), live));
  return sessionOf(holder ?? notebook() ?? null)?.session?.kernel ?? null;
}

/** For documents and for consoles. */
function sessionOf(widget: Widget | null): ISessionContext | null {
  if (isDocument(widget)) return widget.context.sessionContext;
  if (widget === null || !("sessionContext" in widget)) return null;
  return widget.sessionContext as ISessionContext;
}
