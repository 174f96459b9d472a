/** Registers the IR's text form as a language: `.tir` files, fenced blocks, editors. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IEditorLanguageRegistry } from "@jupyterlab/codemirror";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { domain } from "../translation";

const MIME_TYPE = "text/x-tir";

export const tirPlugin: JupyterFrontEndPlugin<void> = {
  id: "jupyterlab-tvm-vta:tir",
  description: "The text form of lowered functions as an editor language.",
  autoStart: true,
  requires: [IEditorLanguageRegistry],
  optional: [ITranslator],
  activate(
    app: JupyterFrontEnd,
    languages: IEditorLanguageRegistry,
    translator: ITranslator | null,
  ): void {
    const trans = (translator ?? nullTranslator).load(domain);
    const displayName = trans.__("Tensor IR");
    languages.addLanguage({
      name: "tir",
      displayName,
      mime: MIME_TYPE,
      extensions: ["tir"],
      load: async () => (await import("./language")).tir(),
    });
    app.docRegistry.addFileType({
      name: "tir",
      displayName,
      extensions: [".tir"],
      mimeTypes: [MIME_TYPE],
      contentType: "file",
      fileFormat: "text",
    });
  },
};
