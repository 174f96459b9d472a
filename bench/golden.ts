/** The golden programs, as the cases use them. */

import { fileURLToPath } from "node:url";
import { readCorpus, type ProgramEntry } from "../tests/golden/corpus";

export function goldenProgram(name: string): ProgramEntry {
  const path = fileURLToPath(new URL(`../tests/golden/programs/${name}.json`, import.meta.url));
  return readCorpus([path]).entries[0] as ProgramEntry;
}
