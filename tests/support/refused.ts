/**
 * Tables of programs that must be refused: each has the error's message, and marks the
statements that the error must point at.
 */

import { expect, test } from "vitest";
import { UsageError } from "tvm-ts";
import { parseStack } from "../../lib/tvm-ts/src/support";

/** Called directly before a statement that an error must point at. */
export type Mark = (name?: string) => void;

export interface Refused {
  /** What is wrong, as the test's name. */
  readonly why: string;
  /** The program; `mark()` is before the mistake, `mark("x")` before the statement that note x points at. */
  readonly program: (mark: Mark) => unknown;
  readonly sentence: string;
  /** The marks that the notes point at, in order; notes without a mark are left out. */
  readonly notes?: readonly string[];
}

/** A test for each program of the table. */
export function testRefused(cases: readonly Refused[]): void {
  test.each(cases.map((entry) => [entry.why, entry] as const))("%s", (_, entry) => {
    const marks = new Map<string, string>();
    const mark: Mark = (name = "mistake") => {
      const here = parseStack(new Error().stack ?? "").find(({ file }) => !isSupport(file))!;
      // Compiled code has one statement per line: the statement after the mark is on the next line.
      marks.set(`${here.file}:${here.line + 1}`, name);
    };
    const error = thrownBy(() => entry.program(mark));
    expect(error).toBeInstanceOf(UsageError);
    const { sentence, place, notes } = error as UsageError;
    expect(sentence).toBe(entry.sentence);
    const marked = (at: typeof place): string =>
      at === undefined ? "nowhere" : (marks.get(`${at.file}:${at.line}`) ?? `line ${at.line}`);
    expect(marked(place)).toBe("mistake");
    expect(notes.map((note) => marked(note.place))).toEqual(entry.notes ?? []);
  });
}

function isSupport(file: string): boolean {
  return file.endsWith("/refused.ts");
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("the program was accepted");
}
