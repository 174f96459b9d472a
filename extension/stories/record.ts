/** Writes `stories.ipynb`: every state of every view, made by the built library. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { storiesNotebook } from "./notebook";

const path = join(__dirname, "stories.ipynb");
void storiesNotebook().then((notebook) =>
  writeFileSync(path, JSON.stringify(notebook, null, 1) + "\n"),
);
