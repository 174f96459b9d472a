/** What each pass did, as the pass view draws it. */

import { printModule } from "../ir";
import type { LowerTrace, PassRecord } from "../pass";

export interface PassStep {
  readonly name: string;
  readonly doc: string;
  /** How many passes this one ran inside. */
  readonly depth: number;
  readonly milliseconds: number;
  /** Whether it only runs other passes, which follow it. */
  readonly isSequence: boolean;
  /** Whether the text differs by more than white space. */
  readonly changed: boolean;
  /** Which of the texts is the module before and after; the same number when nothing changed. */
  readonly before: number;
  readonly after: number;
}

/** Why the last of the steps, and lowering with it, failed. */
export interface PassFailure {
  readonly error: string;
  readonly message: string;
}

export interface PassView {
  readonly version: 1;
  /** In the order in which they began: a sequence comes before the passes in it. */
  readonly steps: readonly PassStep[];
  /** The module at each stage that differs from the others. */
  readonly texts: readonly string[];
  /** Missing when lowering went through. */
  readonly failure?: PassFailure;
}

/** When a pass failed it is the last of the steps, whose text is what it was to change. */
export function passView(trace: LowerTrace): PassView {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  /** Texts that differ in white space alone are one. */
  const number = (text: string): number => {
    const key = text.replace(/\s+/g, " ");
    let existing = numbers.get(key);
    if (existing === undefined) {
      existing = texts.push(text) - 1;
      numbers.set(key, existing);
    }
    return existing;
  };
  if (trace.passes.length === 0) number(printModule(trace.start).text);
  const steps = inOrderOfStart(trace.passes).map(({ record, isSequence }): PassStep => {
    const before = number(record.textBefore);
    const after = record.changed ? number(record.textAfter) : before;
    return {
      name: record.name,
      doc: record.pass.doc,
      depth: record.depth,
      milliseconds: record.time,
      isSequence,
      changed: before !== after,
      before,
      after,
    };
  });
  const { failure } = trace;
  if (failure === undefined) return { version: 1, steps, texts };
  const { pass, depth, error } = failure;
  const text = number(printModule(failure.before).text);
  steps.push({
    ...{ name: pass.name, doc: pass.doc, depth, milliseconds: 0 },
    ...{ isSequence: false, changed: false, before: text, after: text },
  });
  return { version: 1, steps, texts, failure: { error: error.name, message: error.message } };
}

interface Run {
  readonly record: PassRecord;
  readonly isSequence: boolean;
}

/** Passes are recorded when they end, so those inside a sequence come before it. */
function inOrderOfStart(records: readonly PassRecord[]): Run[] {
  // Runs that are over and not inside another yet; each with what it contains.
  const done: { depth: number; runs: Run[] }[] = [];
  for (const record of records) {
    let first = done.length;
    while (first > 0 && done[first - 1]!.depth > record.depth) first--;
    const inside = done.splice(first).flatMap(({ runs }) => runs);
    const run = { record, isSequence: inside.length > 0 };
    done.push({ depth: record.depth, runs: [run, ...inside] });
  }
  return done.flatMap(({ runs }) => runs);
}
