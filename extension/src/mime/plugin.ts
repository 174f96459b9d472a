/** Registers the renderers of our MIME types, and Plotly's where nobody else draws it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IThemeManager } from "@jupyterlab/apputils";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { domain } from "../translation";
import { ViewRenderer, type ViewContext, type ViewModule } from "./view-renderer";

interface View {
  readonly mimeType: string;
  readonly load: () => Promise<ViewModule>;
  /** Whether it may draw what an untrusted notebook holds. */
  readonly safe: boolean;
}

/** Texts become text nodes and numbers become pixels, so nothing in our own types can run. */
const views: readonly View[] = [
  {
    mimeType: "application/vnd.tvm-vta.ir.v1+json",
    load: () => import("../ir-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.tensor.v1+json",
    load: () => import("../tensor-view"),
    safe: true,
  },
];

/** A whole Plotly figure may load pictures and link anywhere: for trusted notebooks only. */
const plotlyView: View = {
  mimeType: "application/vnd.plotly.v1+json",
  load: () => import("../plotly"),
  safe: false,
};

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
    const register = ({ mimeType, load, safe }: View): void => {
      rendermime.addFactory(
        {
          safe,
          mimeTypes: [mimeType],
          createRenderer: () => new ViewRenderer(mimeType, load, context),
        },
        RANK,
      );
    };
    views.forEach(register);
    // An extension of Plotly's own that comes later takes the type over.
    if (!rendermime.mimeTypes.includes(plotlyView.mimeType)) register(plotlyView);
  },
};
