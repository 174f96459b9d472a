/** The stories as a notebook. It names no language, lest JupyterLab starts a kernel for it. */

import { irStories } from "./ir";
import { passStories } from "./passes";
import { scheduleStories } from "./schedule";
import type { Story } from "./story";
import { tensorStories } from "./tensor";

const sections: readonly (readonly [string, readonly Story[]])[] = [
  ["Lowered functions", irStories],
  ["Passes", passStories],
  ["Schedules", scheduleStories],
  ["Tensors", tensorStories],
];

function markdown(source: string, id: string) {
  return { cell_type: "markdown", id, metadata: {}, source };
}

function code({ id, source, bundle }: Story) {
  const outputs = [{ output_type: "display_data", metadata: {}, data: bundle }];
  return { cell_type: "code", execution_count: null, id, metadata: {}, source, outputs };
}

/** In nbformat 4.5; a cell's id is its story's. */
export function storiesNotebook() {
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
