/** Provides the views' options, read from and saved in JupyterLab's settings. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { Token } from "@lumino/coreutils";
import { Options } from "./options";

/** Names the schema, too: `schema/options.json`. */
const ID = "jupyterlab-tvm-vta:options";

export const IViewOptions = new Token<Options>(ID, "What users set for all views at once.");

export const optionsPlugin: JupyterFrontEndPlugin<Options> = {
  id: ID,
  description: "Options of all views.",
  autoStart: true,
  provides: IViewOptions,
  optional: [ISettingRegistry],
  activate(_app: JupyterFrontEnd, registry: ISettingRegistry | null): Options {
    const options = new Options();
    if (registry !== null) {
      registry.load(ID).then(
        (settings) => options.follow(settings),
        (error: unknown) => console.warn("jupyterlab-tvm-vta: settings cannot be read", error),
      );
    }
    return options;
  },
};
