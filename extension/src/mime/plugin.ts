/** Registers the renderers of our MIME types. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { kernelAt } from "../documents/documents";
import type { Options } from "../options/options";
import { IViewOptions } from "../options/plugin";
import { domain } from "../translation";
import { CurrentView, ICurrentView } from "./current-view";
import { ViewRenderer, type ViewContext } from "./view-renderer";
import { viewsToRegister } from "./views";

/** Lower than the ranks of HTML and of Plotly's own extension, which has 2. */
const RANK = 1;

export const mimePlugin: JupyterFrontEndPlugin<CurrentView> = {
  id: "jupyterlab-tvm-vta:mime",
  description: "Draws lowered functions, passes, schedules, tensors and traces in notebooks.",
  autoStart: true,
  provides: ICurrentView,
  requires: [IRenderMimeRegistry, IViewOptions],
  optional: [ITranslator],
  activate(
    { shell }: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    options: Options,
    translator: ITranslator | null,
  ): CurrentView {
    const current = new CurrentView();
    const context: ViewContext = {
      trans: (translator ?? nullTranslator).load(domain),
      options,
      onThemeChange(callback) {
        // The theme manager's own signal comes before the page has the attribute for light or dark, and
        // nothing is visible while themes change.
        const observer = new MutationObserver(() => requestAnimationFrame(callback));
        observer.observe(document.body, { attributeFilter: ["data-jp-theme-name"] });
        return () => observer.disconnect();
      },
      kernelAt: (node, live) => kernelAt(shell, node, live),
    };
    for (const { mimeType, load, safe } of viewsToRegister(rendermime.mimeTypes)) {
      const createRenderer = () =>
        new ViewRenderer(mimeType, load, context, (view) => current.note(view));
      rendermime.addFactory({ safe, mimeTypes: [mimeType], createRenderer }, RANK);
    }
    return current;
  },
};
