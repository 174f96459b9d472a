/** Adds the side panel, in JupyterLab and in Notebook 7. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from "@jupyterlab/application";
import { ICommandPalette, MainAreaWidget } from "@jupyterlab/apputils";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import type { OurNotebooks } from "../documents/our-notebooks";
import { IOurNotebooks } from "../documents/plugin";
import { acceleratorIcon } from "../icons";
import { domain } from "../translation";
import { SidePanel } from "./panel";
import type { MimeBundle } from "./schema";

const SHOW = "tvm-vta:show-session";
const RANK = 800;

export const sidePanelPlugin: JupyterFrontEndPlugin<void> = {
  id: "jupyterlab-tvm-vta:side-panel",
  description: "The environment in force, and the objects of the active notebook.",
  autoStart: true,
  requires: [IRenderMimeRegistry, IOurNotebooks],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate(
    { shell, commands }: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    ours: OurNotebooks,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
  ): void {
    const trans = (translator ?? nullTranslator).load(domain);
    const panel = new SidePanel(shell, trans, (name, bundle) => {
      const widget = drawn(name, bundle, rendermime);
      if (widget === undefined) return;
      shell.add(widget, "down");
      shell.activateById(widget.id);
    });
    restorer?.add(panel, panel.id);
    /** Visible while one of our notebooks is open. */
    let isThere = false;
    const follow = (): void => {
      if (ours.any === isThere) return;
      isThere = ours.any;
      if (isThere) shell.add(panel, "right", { rank: RANK });
      else panel.parent = null;
    };
    ours.changed.connect(follow);
    follow();
    commands.addCommand(SHOW, {
      label: trans.__("Show the Accelerator's Side Panel"),
      icon: acceleratorIcon,
      isEnabled: () => ours.any,
      execute: () => shell.activateById(panel.id),
      describedBy: { args: { type: "object", properties: {} } },
    });
    palette?.addItem({ command: SHOW, category: trans.__("Tensor Compiler") });
  },
};

let count = 0;

/** Opens a tab with an object, shown as in a cell. */
function drawn(
  name: string,
  data: MimeBundle,
  rendermime: IRenderMimeRegistry,
): MainAreaWidget | undefined {
  const mimeType = rendermime.preferredMimeType(data, "any");
  if (mimeType === undefined) return undefined;
  const renderer = rendermime.createRenderer(mimeType);
  const widget = new MainAreaWidget({ content: renderer });
  widget.id = `jp-tvm-shown-${count++}`;
  widget.addClass("jp-tvm-Shown");
  widget.title.label = name;
  widget.title.icon = acceleratorIcon;
  widget.title.closable = true;
  void renderer.renderModel(rendermime.createModel({ data, trusted: true }));
  return widget;
}
