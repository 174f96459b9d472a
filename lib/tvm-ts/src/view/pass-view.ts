/** The passes of a lowering, for the pass view. */

import { printModule } from "../ir";
import type { LowerTrace, PassRecord } from "../pass";

export interface PassStep {
  readonly name: string;
  readonly doc: string;
  /** The nesting depth: the number of passes around this pass. */
  readonly depth: number;
  readonly milliseconds: number;
  /** Whether it is a sequence; its passes follow it. */
  readonly isSequence: boolean;
  /** Whether the text changed by more than white space. */
  readonly changed: boolean;
  /** The indices of the texts before and after; equal if nothing changed. */
  readonly before: number;
  readonly after: number;
}

/** The error of the last step, which ended the lowering. */
export interface PassFailure {
  readonly error: string;
  readonly message: string;
}

export interface PassView {
  readonly version: 1;
  /** In the order of their starts: a sequence comes before its passes. */
  readonly steps: readonly PassStep[];
  /** The distinct texts of the module. */
  readonly texts: readonly string[];
  /** Undefined if lowering succeeded. */
  readonly failure?: PassFailure;
}

/** A pass that failed is the last step, with the text before it. */
export function passView(trace: LowerTrace): PassView {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  /** Texts that differ only in white space are merged. */
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

/**
 * Orders passes by their starts. They are recorded when they end, so the passes of a sequence come
 * before it.
 */
function inOrderOfStart(records: readonly PassRecord[]): Run[] {
  // Finished runs that are not part of another yet, each with its nested runs.
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
