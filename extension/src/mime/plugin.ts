/** Registers the renderers of the MIME types that we draw. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IThemeManager } from "@jupyterlab/apputils";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { domain } from "../translation";
import { ViewRenderer, type ViewContext } from "./view-renderer";
import { viewsToRegister } from "./views";

/** Before HTML, and before Plotly's own extension, whose rank is 2. */
const RANK = 1;

export const mimePlugin: JupyterFrontEndPlugin<void> = {
  id: "jupyterlab-tvm-vta:mime",
  description: "Draws lowered functions and tensors in notebooks.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator, IThemeManager],
  activate(
    _app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null,
    themes: IThemeManager | null,
  ): void {
    const context: ViewContext = {
      trans: (translator ?? nullTranslator).load(domain),
      onThemeChange(callback) {
        themes?.themeChanged.connect(callback);
        return () => themes?.themeChanged.disconnect(callback);
      },
    };
    for (const { mimeType, load, safe } of viewsToRegister(rendermime.mimeTypes)) {
      const createRenderer = () => new ViewRenderer(mimeType, load, context);
      rendermime.addFactory({ safe, mimeTypes: [mimeType], createRenderer }, RANK);
    }
  },
};
