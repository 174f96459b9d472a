/** `npm run picture`: draws docs/images/imports-*.svg. */

import { renameSync, writeFileSync } from "node:fs";
import { arrows, draw, LIBRARIES, pathOf } from "./imports-picture";

async function drawAll(): Promise<void> {
  for (const library of LIBRARIES) {
    const path = pathOf(library);
    writeFileSync(`${path}.new`, draw(await arrows(library)));
    renameSync(`${path}.new`, path);
  }
}

void drawAll();
