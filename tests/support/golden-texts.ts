/** All texts of lowered functions in the reference's data. */

import { fileURLToPath } from "node:url";
import { readCorpus, type Entry } from "../golden/corpus";

export interface GoldenText {
  /** The entry's name, and the name of the text. */
  readonly name: string;
  readonly text: string;
}

export function goldenTexts(): GoldenText[] {
  const folder = fileURLToPath(new URL("../golden", import.meta.url));
  return readCorpus([folder]).entries.flatMap((entry) =>
    textsOf(entry).map(([label, text]) => ({ name: `${entry.name} ${label}`, text })),
  );
}

function textsOf(entry: Entry): [string, string][] {
  switch (entry.sort) {
    case "program":
      return Object.entries(entry.expected.lower ?? {});
    case "operator":
      return [["lower", entry.lower]];
    case "pipeline":
      return entry.passes.flatMap(([pass, , text]): [string, string][] =>
        text === null ? [] : [[pass, text]],
      );
    default:
      return [];
  }
}
