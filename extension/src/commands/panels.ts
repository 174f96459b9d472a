/** Views in a panel of their own, beside the notebook. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import { MainAreaWidget } from "@jupyterlab/apputils";
import { codeIcon } from "@jupyterlab/ui-components";
import type { Widget } from "@lumino/widgets";

let panels = 0;

/** Notebook 7 has no main area to split: there the panel opens at the right. */
export function openPanel(app: JupyterFrontEnd, content: Widget, title: string): void {
  const panel = new MainAreaWidget({ content });
  panel.id = `jp-tvm-panel-${panels++}`;
  panel.addClass("jp-tvm-Panel");
  panel.title.label = title;
  panel.title.icon = codeIcon;
  panel.title.closable = true;
  if (app.name === "JupyterLab") app.shell.add(panel, "main", { mode: "split-right" });
  else app.shell.add(panel, "right");
  app.shell.activateById(panel.id);
}
