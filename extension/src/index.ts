/** The extension's plugins. */

import { mimePlugin } from "./mime/plugin";
import { tirPlugin } from "./tir/plugin";

export default [tirPlugin, mimePlugin];
