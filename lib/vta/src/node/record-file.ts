/// <reference types="node" />
/** Records in a file: appended, and flushed to disk before the next trial begins. */

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { UsageError } from "tvm-ts";
import type { RecordStore } from "../records";

/** Shipped records: `records/NAME.jsonl.gz` next to the library's sources. */
export function shippedRecords(name: string): string | undefined {
  if (!/^[\w-]+$/.test(name)) return undefined;
  const folder = join(dirname(createRequire(__filename).resolve("vta-ts/package.json")), "records");
  const path = join(folder, `${name}.jsonl.gz`);
  return existsSync(path) ? gunzipSync(readFileSync(path)).toString() : undefined;
}

/** The record file at `path`. Its methods throw a UsageError when it cannot be read or written. */
export function openRecords(path: string): RecordStore {
  const place = resolve(path);
  const use = <T>(action: string, work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UsageError("file-access", `the records ${place} cannot be ${action}: ${reason}`, {
        cause,
      });
    }
  };
  return {
    read: () => use("read", () => (existsSync(place) ? readFileSync(place, "utf8") : "")),
    append(lines) {
      use("written", () => {
        const file = openSync(place, "a+");
        try {
          // A process that is killed during a write leaves an incomplete line.
          const text = endsInLine(place) ? lines : `\n${lines}`;
          writeSync(file, text);
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
      });
    },
  };
}

function endsInLine(path: string): boolean {
  const text = readFileSync(path);
  return text.length === 0 || text[text.length - 1] === 0x0a;
}
