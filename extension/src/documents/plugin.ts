/** Provides our notebooks to other plugins. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Token } from "@lumino/coreutils";
import { OurNotebooks } from "./our-notebooks";

export const IOurNotebooks = new Token<OurNotebooks>(
  "jupyterlab-tvm-vta:IOurNotebooks",
  "The open notebooks with our kernel, or with outputs of it.",
);

export const documentsPlugin: JupyterFrontEndPlugin<OurNotebooks> = {
  id: "jupyterlab-tvm-vta:documents",
  description: "Tracks the open notebooks of tvm-vta.",
  autoStart: true,
  provides: IOurNotebooks,
  activate: ({ shell }: JupyterFrontEnd) => new OurNotebooks(shell),
};
