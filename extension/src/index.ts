/** The extension's plugins. */

import { commandsPlugin } from "./commands/plugin";
import { documentsPlugin } from "./documents/plugin";
import { mimePlugin } from "./mime/plugin";
import { optionsPlugin } from "./options/plugin";
import { sidePanelPlugin } from "./side-panel/plugin";
import { tirPlugin } from "./tir/plugin";

export default [
  tirPlugin,
  optionsPlugin,
  documentsPlugin,
  mimePlugin,
  commandsPlugin,
  sidePanelPlugin,
];
