/** Provides what is known of our notebooks to the plugins that show something in them only. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Token } from "@lumino/coreutils";
import { OurNotebooks } from "./our-notebooks";

export const IOurNotebooks = new Token<OurNotebooks>(
  "jupyterlab-tvm-vta:IOurNotebooks",
  "The open notebooks with our kernel, or with something that it made.",
);

export const documentsPlugin: JupyterFrontEndPlugin<OurNotebooks> = {
  id: "jupyterlab-tvm-vta:documents",
  description: "Knows which of the open notebooks are of tvm-vta.",
  autoStart: true,
  provides: IOurNotebooks,
  activate: ({ shell }: JupyterFrontEnd) => new OurNotebooks(shell),
};
