/** tvm-ts in a cell of a page: the library's host for pages, with files that last as long as the page. */

import type { Host } from "../../lib/tvm-ts/src/runtime";
import * as page from "../../lib/tvm-ts/src/node/browser";
import { UsageError } from "../../lib/tvm-ts/src/support";

export * from "../../lib/tvm-ts/src/node/browser";

const files = new Map<string, Uint8Array>();
let folders = 0;

export const host: Host = {
  ...page.host,
  readFile: (path) => {
    const bytes = files.get(path);
    if (bytes !== undefined) return bytes.slice();
    throw new UsageError(
      `${path} does not exist: nothing was saved under that name in this session`,
    );
  },
  writeFile: (path, bytes) => void files.set(path, bytes.slice()),
};

export const utils = {
  tempdir: () => {
    const folder = `/tmp/tvm-${++folders}`;
    return {
      relpath: (name: string): string => `${folder}/${name}`,
      listdir: () =>
        [...files.keys()]
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1)),
      remove: () =>
        [...files.keys()]
          .filter((path) => path.startsWith(`${folder}/`))
          .forEach((path) => files.delete(path)),
    };
  },
};
