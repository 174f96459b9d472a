/** The host of tvm-ts in cells of a page: the library's host for pages, with files in memory. */

import { resolve } from "node:path";
import { base64 } from "../../kernel/src/evaluator/base64";
import {
  hasDrive,
  notebookPath,
  readDriveFile,
  writeDriveFile,
} from "../../kernel/src/hosts/page/drive";
import type { Host } from "../../lib/tvm-ts/src/runtime";
import * as page from "../../lib/tvm-ts/src/node/browser";
import { UsageError } from "../../lib/tvm-ts/src/support";

export * from "../../lib/tvm-ts/src/node/browser";

/** Files outside the drive, which last as long as the session. */
const files = new Map<string, Uint8Array>();

/** Paths are relative to the notebook. */
const absolute = (path: string): string => resolve(notebookPath(), path);
let folders = 0;

export const host: Host = {
  ...page.host,
  readFile: (path) => {
    const bytes = files.get(absolute(path)) ?? readDriveFile(absolute(path));
    if (bytes !== undefined) return bytes.slice();
    throw new UsageError(
      "file-access",
      `${path} does not exist, neither in the drive nor in this session`,
    );
  },
  writeFile: (path, bytes) => {
    const target = absolute(path);
    if (hasDrive() && target.startsWith("/drive/")) writeDriveFile(target, base64(bytes));
    else files.set(target, bytes.slice());
  },
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
