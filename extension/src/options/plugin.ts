/** Provides the views' options, stored in JupyterLab's settings. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { Token } from "@lumino/coreutils";
import { domain } from "../translation";
import { Options } from "./options";
import { translatedPlugin } from "./translated-schema";

/** Also the name of the schema: `schema/options.json`. */
const ID = "jupyterlab-tvm-vta:options";

export const IViewOptions = new Token<Options>(ID, "The options of all views.");

export const optionsPlugin: JupyterFrontEndPlugin<Options> = {
  id: ID,
  description: "Provides the options of all views.",
  autoStart: true,
  provides: IViewOptions,
  optional: [ISettingRegistry, ITranslator],
  activate(
    _app: JupyterFrontEnd,
    registry: ISettingRegistry | null,
    translator: ITranslator | null,
  ): Options {
    const options = new Options();
    if (registry !== null) {
      const trans = (translator ?? nullTranslator).load(domain);
      registry.transform(ID, { fetch: (plugin) => translatedPlugin(plugin, trans) });
      registry.load(ID).then(
        (settings) => options.follow(settings),
        (error: unknown) => console.warn("jupyterlab-tvm-vta: settings cannot be read", error),
      );
    }
    return options;
  },
};
