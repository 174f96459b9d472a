/// <reference types="node" />
/** Folders for temporary files, such as a module before its upload to a board. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A temporary folder; it is removed with its contents when the process ends, or earlier by
 * `remove`.
 */
export class TempDirectory {
  readonly path = mkdtempSync(join(tmpdir(), "tvm-ts-"));

  constructor() {
    if (directories.size === 0) process.once("exit", removeAll);
    directories.add(this);
  }

  /** The path of a file in the folder, existing or not. */
  relpath(name: string): string {
    return join(this.path, name);
  }

  /** The names of the files in the folder. */
  listdir(): string[] {
    return readdirSync(this.path);
  }

  remove(): void {
    directories.delete(this);
    rmSync(this.path, { recursive: true, force: true });
  }

  toString(): string {
    return this.path;
  }
}

const directories = new Set<TempDirectory>();

function removeAll(): void {
  for (const directory of directories) directory.remove();
}

/** Makes a folder for temporary files. */
export function tempdir(): TempDirectory {
  return new TempDirectory();
}
