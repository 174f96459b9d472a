/** The stories as a notebook, without a language, so that JupyterLab does not start a kernel for it. */

import { dirname } from "node:path";
import { ready } from "tvm-ts";
import { acceleratorStories } from "./accelerator";
import { irStories } from "./ir";
import { passStories } from "./passes";
import { scheduleStories } from "./schedule";
import type { Story } from "./story";
import { studyStories } from "./study";
import { tableStories } from "./table";
import { tensorStories } from "./tensor";

type Section = readonly [heading: string, stories: readonly Story[]];

function markdown(source: string, id: string) {
  return { cell_type: "markdown", id, metadata: {}, source };
}

/** Makes the places of programs independent of the repository's folder. */
function withoutRoot(bundle: Story["bundle"]): Story["bundle"] {
  const root = `${dirname(dirname(__dirname))}/`;
  return JSON.parse(JSON.stringify(bundle).replaceAll(root, "")) as Story["bundle"];
}

function code({ id, source, bundle }: Story) {
  const outputs = [{ output_type: "display_data", metadata: {}, data: withoutRoot(bundle) }];
  return { cell_type: "code", execution_count: null, id, metadata: {}, source, outputs };
}

/** Every state of every view. */
export async function storiesNotebook() {
  await ready();
  return notebookOf([
    ["Lowered functions", irStories],
    ["Passes", passStories],
    ["Schedules", scheduleStories],
    ["Tensors", tensorStories],
    ["Records", tableStories],
    ["The accelerator", acceleratorStories()],
    ["Searches", studyStories()],
  ]);
}

/** In nbformat 4.5; a cell's id is its story's. */
export function notebookOf(sections: readonly Section[]) {
  return {
    cells: [
      markdown("# Every state of every view", "title"),
      ...sections.flatMap(([heading, stories], section) => [
        markdown(`## ${heading}`, `section-${section}`),
        ...stories.map(code),
      ]),
    ],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}
