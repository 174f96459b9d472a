/** The host in a browser page, in place of Node: no files, no compilers. */

import { UsageError } from "../support";
import type { Host } from "../runtime";

function missing(what: string): never {
  throw new UsageError(
    `a browser page has no ${what}; use bytes (toBytes, upload) instead of paths`,
  );
}

export const host: Host = {
  readFile: () => missing("files"),
  writeFile: () => missing("files"),
  compileLibrary: () => missing("C compiler"),
  debugLevel: () => 0,
  log: () => undefined,
  threads: () => undefined,
};

export const utils = { tempdir: () => missing("files") };
