/** The menu View > Tensor Compiler. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import { Menu } from "@lumino/widgets";
import { commandIds } from "./ids";

/** Separators are between the groups. */
const GROUPS: readonly (readonly string[])[] = [
  [commandIds.showLast, commandIds.openView],
  [commandIds.copyText, commandIds.saveText, commandIds.savePng, commandIds.saveSvg],
  [commandIds.onlyChanged, commandIds.wrapLines, commandIds.histogram],
];

export function viewMenu(commands: CommandRegistry, trans: TranslationBundle): Menu {
  const menu = new Menu({ commands });
  menu.id = "jp-mainmenu-view-tvm-vta";
  menu.title.label = trans.__("Tensor Compiler");
  GROUPS.forEach((group, i) => {
    if (i > 0) menu.addItem({ type: "separator" });
    for (const command of group) menu.addItem({ command });
  });
  return menu;
}
