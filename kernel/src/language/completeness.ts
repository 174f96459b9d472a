/** Whether typed code is complete, incomplete or invalid, for consoles. */

import type * as ts from "typescript";
import type { Completeness } from "./messages";

const INDENT = "  ";

/** The only error at the end of a text that another line cannot fix. */
const UNTERMINATED_STRING = 1002;

export function completeness(compiler: typeof ts, cell: string): Completeness {
  const source = compiler.createSourceFile("cell.ts", cell, compiler.ScriptTarget.Latest);
  const { parseDiagnostics } = source as ts.SourceFile & {
    parseDiagnostics: readonly ts.DiagnosticWithLocation[];
  };
  if (parseDiagnostics.length === 0) return { status: "complete" };
  // The end of the code; only spaces and comments follow.
  const end = source.endOfFileToken.pos;
  const unfinished = parseDiagnostics.every(
    ({ start, length, code }) => start >= end && length === 0 && code !== UNTERMINATED_STRING,
  );
  // Two empty lines end the input.
  if (!unfinished || /\n\s*\n\s*\n$/.test(cell)) return { status: "invalid" };
  return { status: "incomplete", indent: indentAfter(cell) };
}

/** The last line's indentation, one step deeper after an opening bracket or arrow. */
function indentAfter(cell: string): string {
  const line = cell.trimEnd().split("\n").at(-1) ?? "";
  const current = /^\s*/.exec(line)![0];
  return /(?:[{([]|=>)$/.test(line) ? current + INDENT : current;
}
