/** Errors for front ends: a name, a sentence, and a trace of the user's lines. */

import type { ErrorReport, Frame } from "../evaluator/messages";
import type { Diagnostic, Remark } from "../language";
import type { Json } from "../wire";
import type { Place, Sources } from "./sources";

/** The content of an `error` message and of an error reply. */
export interface ErrorContent extends Json {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

const MAX_FRAMES = 20;
/** TypeScript's codes of syntax errors are below this. */
const FIRST_TYPE_ERROR = 2000;
const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;

/** An error without a place in the user's text. */
export function plainError(ename: string, evalue: string): ErrorContent {
  return { ename, evalue, traceback: [`${red(ename)}: ${evalue}`] };
}

/** An error that a cell threw. */
export function thrownError(error: ErrorReport, sources: Sources): ErrorContent {
  return { ename: error.name, evalue: error.message, traceback: trace(error, sources) };
}

/** @param shown the place that was shown last */
function trace(error: ErrorReport, sources: Sources, shown?: Place): string[] {
  const code = error.code === undefined ? "" : ` (${error.code})`;
  const lines = [`${red(error.name)}: ${error.message}${code}`];
  const place = error.place ?? error.frames.find(({ file }) => sources.isUsers(file));
  const isShownAlready = place !== undefined && shown !== undefined && samePlace(place, shown);
  if (place !== undefined && !isShownAlready)
    lines.push(`  ${placeText(place)}`, ...sources.excerpt(place));
  for (const note of error.notes) {
    lines.push(`note: ${note.text}`);
    if (note.place !== undefined) {
      lines.push(`  ${placeText(note.place)}`, ...sources.excerpt(note.place));
    }
  }
  // A single frame would repeat the excerpt.
  if ((error.frames.length > 1 && !isShownAlready) || place === undefined) {
    lines.push(...frameLines(error.frames));
  }
  const { cause } = error;
  // Some messages contain the message of their cause.
  if (cause !== undefined && (cause.message === "" || !error.message.includes(cause.message))) {
    lines.push("caused by", ...trace(cause, sources, place));
  }
  return lines;
}

/** The frames; repeated ones of a recursion are merged. */
function frameLines(frames: readonly Frame[]): string[] {
  const lines: string[] = [];
  let repeated = 0;
  frames.forEach(({ text }, index) => {
    const isRepeated = text === frames[index - 1]?.text;
    if (isRepeated) repeated += 1;
    if (repeated > 0 && (!isRepeated || index === frames.length - 1)) {
      lines.push(`      (${repeated} times more)`);
      repeated = 0;
    }
    if (!isRepeated) lines.push(`    ${text}`);
  });
  return lines.slice(0, MAX_FRAMES);
}

/** The compile errors of a cell that was not run. */
export function diagnosticsError(
  diagnostics: readonly Diagnostic[],
  cell: string,
  sources: Sources,
): ErrorContent {
  const isSyntax = diagnostics.some(({ code }) => code < FIRST_TYPE_ERROR);
  const ename = isSyntax ? "SyntaxError" : "TypeCheckError";
  const lines: string[] = [];
  for (const diagnostic of diagnostics) {
    lines.push(`${red(ename)}: ${diagnostic.message} (TS${diagnostic.code})`);
    lines.push(...located(diagnostic, cell, sources));
    for (const related of diagnostic.related) {
      lines.push(`note: ${related.message}`, ...located(related, cell, sources));
    }
    if (diagnostic.advice !== undefined) lines.push(`note: ${diagnostic.advice}`);
  }
  const [summary = "the cell cannot be compiled"] = (diagnostics[0]?.message ?? "").split("\n");
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : "";
  return { ename, evalue: summary + more, traceback: lines };
}

/** The warnings about a cell that is run, as text. */
export function warningsText(
  warnings: readonly Diagnostic[],
  cell: string,
  sources: Sources,
): string {
  return warnings
    .flatMap((warning) => [
      `Warning: ${warning.message}`,
      ...located(warning, cell, sources),
      ...(warning.advice === undefined ? [] : [`note: ${warning.advice}`]),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

function located(
  { file = undefined, line, column, length }: Remark,
  cell: string,
  sources: Sources,
): string[] {
  const place = { file: file ?? cell, line, column };
  return [`  ${placeText(place)}`, ...sources.excerpt(place, length)];
}

function samePlace(a: Place, b: Place): boolean {
  return placeText(a) === placeText(b);
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
