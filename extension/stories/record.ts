/** Writes `stories.ipynb`: every state of every view, as the library built last makes it. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { storiesNotebook } from "./notebook";

writeFileSync(join(__dirname, "stories.ipynb"), JSON.stringify(storiesNotebook(), null, 1) + "\n");
