/** Errors as front ends show them: a name, a sentence, and a trace in the user's own lines. */

import type { ErrorReport } from "../evaluator/messages";
import type { Diagnostic } from "../language";
import type { Json } from "../wire";
import type { Place, Sources } from "./sources";

/** The content of an `error` message and of an error reply. */
export interface ErrorContent extends Json {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

const MAX_FRAMES = 20;
const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;

/** An error that has nothing to do with a place in the user's text. */
export function plainError(ename: string, evalue: string): ErrorContent {
  return { ename, evalue, traceback: [`${red(ename)}: ${evalue}`] };
}

/** An error that a cell threw. */
export function thrownError(error: ErrorReport, sources: Sources): ErrorContent {
  return { ename: error.name, evalue: error.message, traceback: trace(error, sources) };
}

function trace(error: ErrorReport, sources: Sources): string[] {
  const lines = [`${red(error.name)}: ${error.message}`];
  const place = error.place ?? error.frames.find(({ file }) => sources.isCell(file));
  if (place !== undefined) lines.push(`  ${placeText(place)}`, ...sources.excerpt(place));
  for (const note of error.notes) {
    lines.push(`note: ${note.text}`);
    if (note.place !== undefined) {
      lines.push(`  ${placeText(note.place)}`, ...sources.excerpt(note.place));
    }
  }
  // A single frame says what the excerpt says already.
  if (error.frames.length > 1 || place === undefined) {
    lines.push(...error.frames.slice(0, MAX_FRAMES).map(({ text }) => `    ${text}`));
  }
  if (error.cause !== undefined) lines.push("caused by", ...trace(error.cause, sources));
  return lines;
}

/** What TypeScript found in a cell that was therefore not run. */
export function diagnosticsError(
  diagnostics: readonly Diagnostic[],
  cell: string,
  sources: Sources,
): ErrorContent {
  const [first] = diagnostics;
  const syntax = first !== undefined && first.code < 2000;
  const ename = syntax ? "SyntaxError" : "TypeCheckError";
  const lines: string[] = [];
  for (const diagnostic of diagnostics) {
    lines.push(`${red(ename)}: ${diagnostic.message} (TS${diagnostic.code})`);
    lines.push(...located(diagnostic, cell, sources));
    for (const related of diagnostic.related) {
      lines.push(`note: ${related.message}`, ...located(related, cell, sources));
    }
  }
  const [summary = "the cell cannot be compiled"] = (first?.message ?? "").split("\n");
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : "";
  return { ename, evalue: summary + more, traceback: lines };
}

function located(
  { file = undefined, line, column, length }: Omit<Diagnostic, "related">,
  cell: string,
  sources: Sources,
): string[] {
  const place = { file: file ?? cell, line, column };
  return [`  ${placeText(place)}`, ...sources.excerpt(place, length)];
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
