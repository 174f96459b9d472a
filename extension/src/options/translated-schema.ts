/** The settings' titles and descriptions in the user's language. JupyterLab translates only its own. */

import type { ISettingRegistry } from "@jupyterlab/settingregistry";
import type { TranslationBundle } from "@jupyterlab/translation";

/** The translatable parts of a schema. */
const TEXTS = new Set(["title", "description", "jupyter.lab.setting-icon-label"]);

export function translatedSchema<Part extends object>(
  schema: Part,
  trans: TranslationBundle,
): Part {
  const translated = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") return TEXTS.has(key) ? trans.__(value) : value;
    if (Array.isArray(value)) return value.map((each) => translated(each));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, translated(each, name)]),
    );
  };
  return translated(schema) as Part;
}

/** For `ISettingRegistry.transform`. */
export function translatedPlugin(
  plugin: ISettingRegistry.IPlugin,
  trans: TranslationBundle,
): ISettingRegistry.IPlugin {
  return { ...plugin, schema: translatedSchema(plugin.schema, trans) };
}
