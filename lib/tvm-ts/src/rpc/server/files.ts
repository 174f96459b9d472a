/** The files of one session: small, confined, gone with it. */

import { UsageError } from "../../support";

export interface SessionFiles {
  write(name: string, bytes: Uint8Array): void;
  /** @throws UsageError when there is no such file. */
  read(name: string): Uint8Array;
  /** Removes a file; one that does not exist is not an error. */
  remove(name: string): void;
  /** Where the file is or would be, for those who ask (`tvm.rpc.server.workpath`). */
  path(name: string): string;
}

/** Longest name of a file, in bytes; what file systems take. */
const MAX_NAME = 255;

/**
 * Refuses names that could leave the session's directory.
 * @throws UsageError that says why.
 */
export function checkFileName(name: string): string {
  const refuse = (reason: string): never => {
    throw new UsageError(
      "rpc-file",
      `'${name}' is not a name for a file of a session: ${reason}; use a plain name such as 'module.wasm'`,
    );
  };
  if (name === "" || name === "." || name === "..") refuse("it names a folder");
  if (/[/\\]/.test(name)) refuse("it leads to another folder");
  // A colon would open a drive or a stream on Windows.
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f:]/.test(name)) refuse("it contains a control character or a colon");
  if (new TextEncoder().encode(name).byteLength > MAX_NAME) refuse(`it exceeds ${MAX_NAME} bytes`);
  return name;
}

/** Files in memory, at most `limit` bytes of them. */
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
    `the session has no file '${name}' (${contents}); send it with upload first`,
  );
}

export function checkSpace(name: string, bytes: number, used: number, limit: number): void {
  if (used + bytes <= limit) return;
  throw new UsageError(
    "rpc-file",
    `the file '${name}' has ${bytes} bytes; with the ${used} of the session's other files that ` +
      `exceeds its ${limit}`,
  );
}
