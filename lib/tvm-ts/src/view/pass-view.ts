/** What each pass did, as the pass view draws it. */

import type { PassRecord } from "../pass";

export interface PassStep {
  readonly name: string;
  readonly doc: string;
  /** How many passes this one ran inside. */
  readonly depth: number;
  readonly milliseconds: number;
  readonly changed: boolean;
  /** Which of the texts is the module before and after; the same number when nothing changed. */
  readonly before: number;
  readonly after: number;
}

export interface PassView {
  readonly version: 1;
  /** In the order in which they finished. */
  readonly steps: readonly PassStep[];
  /** The module at each stage that differs from the others. */
  readonly texts: readonly string[];
}

export function passView(records: readonly PassRecord[]): PassView {
  const numbers = new Map<string, number>();
  const number = (text: string) => {
    let known = numbers.get(text);
    if (known === undefined) numbers.set(text, (known = numbers.size));
    return known;
  };
  const steps = records.map((record): PassStep => {
    const before = number(record.textBefore);
    const after = record.changed ? number(record.textAfter) : before;
    return {
      name: record.name,
      doc: record.pass.doc,
      depth: record.depth,
      milliseconds: record.time,
      changed: record.changed,
      before,
      after,
    };
  });
  return { version: 1, steps, texts: [...numbers.keys()] };
}
