/** Stores of records: a file, or memory on hosts without files. */

import { parseRecords, type TuningRecord } from "./records";

export interface RecordStore {
  /** All text appended so far, by any process. */
  read(): string;
  /** Appends whole lines; they are durable when it returns. */
  append(lines: string): void;
}

/** Records in memory. */
export class MemoryStore implements RecordStore {
  constructor(private text = "") {}

  read(): string {
    return this.text;
  }

  append(lines: string): void {
    this.text += lines;
  }
}

/** Where records come from: a file's path, a store, or the records themselves. */
export type RecordSource = string | RecordStore | readonly TuningRecord[];

let openFile: ((path: string) => RecordStore) | undefined;

/** Called once, by the package, with the host's way to open files. */
export function setRecordFiles(open: (path: string) => RecordStore): void {
  openFile = open;
}

/**
 * The store at a path, or the store that is passed. @throws UsageError for a path on a host without files.
 */
export function recordStore(records: string | RecordStore): RecordStore {
  return typeof records === "string" ? openFile!(records) : records;
}

/** The records of a source. @throws UsageError when a file cannot be read. */
export function readRecords(source: RecordSource): readonly TuningRecord[] {
  if (typeof source === "object" && !("read" in source)) return source;
  return parseRecords(recordStore(source).read()).records;
}
