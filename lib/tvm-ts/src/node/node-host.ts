/// <reference types="node" />
/** Node as the library's host. */

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { UsageError } from "../support";
import type { Host } from "../runtime";
import { compileLibrary } from "./c-compiler";
import { openTransport } from "./open-transport";
import { threads } from "./loop-threads";

export const host: Host = {
  readFile(path) {
    try {
      return new Uint8Array(readFileSync(path));
    } catch (error) {
      throw fileError("read", path, error);
    }
  },
  writeFile(path, bytes) {
    const unfinished = `${path}.${process.pid}.tmp`;
    try {
      writeFileSync(unfinished, bytes);
      renameSync(unfinished, path);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw fileError("written", path, error);
    }
  },
  compileLibrary,
  debugLevel: () => Number(process.env["TVM_TS_DEBUG"] ?? 0),
  log: (text) => void process.stderr.write(text),
  threads,
  openTransport,
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission is denied",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
};

function fileError(action: string, path: string, error: unknown): UsageError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = REASONS[code ?? ""] ?? message;
  return new UsageError("file-access", `${path} cannot be ${action}: ${reason}`, { cause: error });
}
