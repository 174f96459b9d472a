/** Where records are kept: a file, or memory where there are no files. */

import { parseRecords, type TuningRecord } from "./records";

export interface RecordStore {
  /** All that was appended so far, by any process; empty if there is nothing yet. */
  read(): string;
  /** Appends whole lines; when it returns, they outlive this process. */
  append(lines: string): void;
}

/** Records that live as long as the object. */
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

/** Called once, by the package, with what opens files here. */
export function setRecordFiles(open: (path: string) => RecordStore): void {
  openFile = open;
}

/** The store behind a path or itself. @throws UsageError where there are no files. */
export function recordStore(records: string | RecordStore): RecordStore {
  return typeof records === "string" ? openFile!(records) : records;
}

/** The records of a source. @throws UsageError when a file cannot be read. */
export function readRecords(source: RecordSource): readonly TuningRecord[] {
  if (typeof source === "object" && !("read" in source)) return source;
  return parseRecords(recordStore(source).read()).records;
}
