/** Files that errors point into. */

import { readFileSync } from "node:fs";

/** A file's text; nothing if it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
