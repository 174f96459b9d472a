/// <reference types="node" />
/** The files of a session, in a separate directory. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkFileName, checkSpace, missingFile, type SessionFiles } from "../rpc";

export class DirectoryFiles implements SessionFiles {
  readonly directory: string;

  /**
   * @param root the parent of the directory; the system's temporary directory if left out
   * @param limit the limit for all files, in bytes
   */
  constructor(
    root: string | undefined,
    private readonly limit: number,
  ) {
    this.directory = mkdtempSync(join(root ?? tmpdir(), "tvm-rpc-"));
  }

  write(name: string, bytes: Uint8Array): void {
    const path = this.path(name);
    rmSync(path, { force: true });
    const sizes = readdirSync(this.directory).map(
      (file) => statSync(join(this.directory, file)).size,
    );
    checkSpace(
      name,
      bytes.byteLength,
      sizes.reduce((sum, size) => sum + size, 0),
      this.limit,
    );
    writeFileSync(path, bytes);
  }

  read(name: string): Uint8Array {
    const path = this.path(name);
    try {
      return new Uint8Array(readFileSync(path));
    } catch {
      throw missingFile(name, readdirSync(this.directory));
    }
  }

  remove(name: string): void {
    rmSync(this.path(name), { force: true });
  }

  path(name: string): string {
    return join(this.directory, checkFileName(name));
  }

  /** Removes the directory with everything in it. */
  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
