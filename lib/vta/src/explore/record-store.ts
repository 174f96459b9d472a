/** Where records are kept: a file, or memory where there are no files. */

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
