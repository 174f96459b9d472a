/** The files of a session, which are limited in size and removed at its end. */

import { UsageError } from "../../support";

export interface SessionFiles {
  write(name: string, bytes: Uint8Array): void;
  /** @throws UsageError when there is no such file. */
  read(name: string): Uint8Array;
  /** Removes a file; one that does not exist is not an error. */
  remove(name: string): void;
  /** The path of a file, existing or not (`tvm.rpc.server.workpath`). */
  path(name: string): string;
}

/** The longest file name that file systems support, in bytes. */
const MAX_NAME = 255;

/**
 * Refuses names that could leave the session's directory.
 * @throws UsageError with the reason.
 */
export function checkFileName(name: string): string {
  const refuse = (reason: string): never => {
    throw new UsageError(
      "rpc-file",
      `'${name}' cannot be the name of a session's file: ${reason}; use a plain name such as 'module.wasm'`,
    );
  };
  if (name === "" || name === "." || name === "..") refuse("it names a folder");
  if (/[/\\]/.test(name)) refuse("it leads to another folder");
  // On Windows, a colon denotes a drive or a stream.
  // eslint-disable-next-line no-control-regex -- the expression must match control characters
  if (/[\u0000-\u001f:]/.test(name)) refuse("it contains a control character or a colon");
  if (new TextEncoder().encode(name).byteLength > MAX_NAME) refuse(`it exceeds ${MAX_NAME} bytes`);
  return name;
}

/** Files in memory, at most `limit` bytes in total. */
export class MemoryFiles implements SessionFiles {
  private readonly files = new Map<string, Uint8Array>();

  constructor(private readonly limit: number) {}

  write(name: string, bytes: Uint8Array): void {
    this.files.delete(checkFileName(name));
    const used = [...this.files.values()].reduce((sum, file) => sum + file.byteLength, 0);
    checkSpace(name, bytes.byteLength, used, this.limit);
    this.files.set(name, bytes.slice());
  }

  read(name: string): Uint8Array {
    const bytes = this.files.get(checkFileName(name));
    if (bytes === undefined) throw missingFile(name, [...this.files.keys()]);
    return bytes;
  }

  remove(name: string): void {
    this.files.delete(checkFileName(name));
  }

  path(name: string): string {
    return checkFileName(name);
  }
}

export function missingFile(name: string, names: readonly string[]): UsageError {
  const contents = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  return new UsageError(
    "rpc-file",
    `the session has no file '${name}' (${contents}); upload it first`,
  );
}

export function checkSpace(name: string, bytes: number, used: number, limit: number): void {
  if (used + bytes <= limit) return;
  throw new UsageError(
    "rpc-file",
    `the file '${name}' has ${bytes} bytes; with the ${used} of the session's other files, it ` +
      `exceeds the limit of ${limit}`,
  );
}
