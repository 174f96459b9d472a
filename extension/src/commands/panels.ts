/** Opens views in separate panels beside the notebook. */

import type { ILabShell, JupyterFrontEnd } from "@jupyterlab/application";
import { MainAreaWidget } from "@jupyterlab/apputils";
import { codeIcon } from "@jupyterlab/ui-components";
import type { Widget } from "@lumino/widgets";

let panels = 0;

/** @param labShell null if there is no main area to split: then the panel opens at the right */
export function openPanel(
  shell: JupyterFrontEnd.IShell,
  labShell: ILabShell | null,
  content: Widget,
  title: string,
): void {
  const panel = new MainAreaWidget({ content });
  panel.id = `jp-tvm-panel-${panels++}`;
  panel.addClass("jp-tvm-Panel");
  panel.title.label = title;
  panel.title.icon = codeIcon;
  panel.title.closable = true;
  if (labShell !== null) labShell.add(panel, "main", { mode: "split-right" });
  else shell.add(panel, "right");
  shell.activateById(panel.id);
}
