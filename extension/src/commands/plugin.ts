/** Commands in the palette, the menus, the launcher and the notebook's toolbar. */

import {
  ILabShell,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from "@jupyterlab/application";
import {
  Clipboard,
  ICommandPalette,
  IToolbarWidgetRegistry,
  Notification,
} from "@jupyterlab/apputils";
import { IDocumentManager } from "@jupyterlab/docmanager";
import { FileDialog, IDefaultFileBrowser } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import { IMainMenu } from "@jupyterlab/mainmenu";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ITranslator, nullTranslator, type TranslationBundle } from "@jupyterlab/translation";
import { codeIcon } from "@jupyterlab/ui-components";
import { isDocument } from "../documents/documents";
import type { OurNotebooks } from "../documents/our-notebooks";
import { IOurNotebooks } from "../documents/plugin";
import { ICurrentView, type CurrentView } from "../mime/current-view";
import type { PictureFormat } from "../mime/view-renderer";
import type { Options, Switch } from "../options/options";
import { IViewOptions } from "../options/plugin";
import { domain } from "../translation";
import { download } from "./download";
import { commandIds } from "./ids";
import { IR_TYPE, lastFunction } from "./last-function";
import { viewMenu } from "./menu";
import { openPanel } from "./panels";
import { lastFunctionButton } from "./toolbar-button";

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  // Also the name of the schema: `schema/commands.json`.
  id: "jupyterlab-tvm-vta:commands",
  description: "Commands about lowered functions, passes and tensors.",
  autoStart: true,
  requires: [IRenderMimeRegistry, IViewOptions, ICurrentView, IDocumentManager, IOurNotebooks],
  optional: [
    ILabShell,
    IMainMenu,
    IToolbarWidgetRegistry,
    IDefaultFileBrowser,
    ICommandPalette,
    ILauncher,
    ITranslator,
  ],
  activate(
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    options: Options,
    current: CurrentView,
    documents: IDocumentManager,
    ours: OurNotebooks,
    labShell: ILabShell | null,
    menu: IMainMenu | null,
    toolbars: IToolbarWidgetRegistry | null,
    browser: IDefaultFileBrowser | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    translator: ITranslator | null,
  ): void {
    const trans = (translator ?? nullTranslator).load(domain);
    addFileCommands(app, documents, browser, trans);
    addViewCommands(app, labShell, rendermime, current, trans);
    addSwitches(app, options, trans);
    const category = trans.__("Tensor Compiler");
    for (const command of Object.values(commandIds)) {
      palette?.addItem({ command, category, args: { isPalette: true } });
    }
    toolbars?.addFactory("Notebook", "tvm-vta-last-function", (notebook) =>
      lastFunctionButton(notebook, app.commands, ours),
    );
    menu?.viewMenu.addGroup([{ type: "submenu", submenu: viewMenu(app.commands, trans) }], 60);
    launcher?.add({ command: commandIds.newFile, category: trans.__("Other"), rank: 10 });
  },
};

function addFileCommands(
  { commands }: JupyterFrontEnd,
  documents: IDocumentManager,
  browser: IDefaultFileBrowser | null,
  trans: TranslationBundle,
): void {
  commands.addCommand(commandIds.openFile, {
    label: trans.__("Open Tensor IR File…"),
    icon: codeIcon,
    async execute() {
      const { value } = await FileDialog.getOpenFiles({
        manager: documents,
        title: trans.__("Open Tensor IR File"),
        filter: ({ type, name }) => (type === "directory" || name.endsWith(".tir") ? {} : null),
      });
      for (const { path } of value ?? []) documents.openOrReveal(path);
    },
  });
  commands.addCommand(commandIds.newFile, {
    label: (args) => (args["isPalette"] ? trans.__("New Tensor IR File") : trans.__("Tensor IR")),
    caption: trans.__("Create a file for the text of lowered functions"),
    icon: codeIcon,
    async execute(args) {
      const cwd = args["cwd"] as string | undefined;
      const path = cwd ?? browser?.model.path ?? "";
      const file = await documents.newUntitled({ path, type: "file", ext: "tir" });
      return documents.openOrReveal(file.path);
    },
  });
}

function addViewCommands(
  app: JupyterFrontEnd,
  labShell: ILabShell | null,
  rendermime: IRenderMimeRegistry,
  current: CurrentView,
  trans: TranslationBundle,
): void {
  const { commands } = app;
  commands.addCommand(commandIds.showLast, {
    label: trans.__("Show Last Lowered Function"),
    caption: trans.__("Show the lowered function of the cell that ran last beside the notebook"),
    icon: codeIcon,
    isEnabled: () => isDocument(app.shell.currentWidget),
    async execute() {
      const { currentWidget } = app.shell;
      const data = isDocument(currentWidget)
        ? lastFunction(currentWidget.context.model.toJSON())
        : undefined;
      if (data === undefined) {
        Notification.info(trans.__("No cell here shows a lowered function: run tvm.lower(...)."), {
          autoClose: 5000,
        });
        return;
      }
      const view = rendermime.createRenderer(IR_TYPE);
      await view.renderModel(rendermime.createModel({ data }));
      openPanel(app.shell, labShell, view, trans.__("Lowered function"));
    },
  });
  commands.addCommand(commandIds.openView, {
    label: trans.__("Open View in Panel"),
    caption: trans.__("Show the last used view beside the notebook"),
    isEnabled: () => current.view !== undefined,
    async execute() {
      const copy = current.view?.copy();
      if (copy !== undefined) openPanel(app.shell, labShell, await copy, trans.__("View"));
    },
  });
  commands.addCommand(commandIds.copyText, {
    label: trans.__("Copy View as Text"),
    isEnabled: () => current.view !== undefined,
    execute: () => Clipboard.copyToSystem(current.view?.text ?? ""),
  });
  commands.addCommand(commandIds.saveText, {
    label: trans.__("Save View as Text…"),
    isEnabled: () => current.view !== undefined,
    execute: () =>
      download(new Blob([current.view?.text ?? ""], { type: "text/plain" }), "view.txt"),
  });
  const addPicture = (id: string, format: PictureFormat, label: string): void => {
    commands.addCommand(id, {
      label,
      isEnabled: () => current.view?.pictureWidget !== undefined,
      async execute() {
        const picture = await current.view?.pictureWidget?.picture(format);
        if (picture !== undefined) download(picture, `view.${format}`);
      },
    });
  };
  addPicture(commandIds.savePng, "png", trans.__("Save View as PNG…"));
  addPicture(commandIds.saveSvg, "svg", trans.__("Save View as SVG…"));
}

function addSwitches({ commands }: JupyterFrontEnd, options: Options, trans: TranslationBundle) {
  const add = (id: string, option: Switch, label: string): void => {
    commands.addCommand(id, {
      label,
      isToggleable: true,
      isToggled: () => options.get(option),
      execute: () => options.set(option, !options.get(option)),
    });
    options.changed.connect(() => commands.notifyCommandChanged(id));
  };
  add(commandIds.onlyChanged, "onlyChanged", trans.__("Only Passes That Changed Something"));
  add(commandIds.wrapLines, "wrapLines", trans.__("Wrap Long Lines of Lowered Functions"));
  add(commandIds.histogram, "histogram", trans.__("Histogram of Tensor Values"));
}
