/** Completions at the cursor: names, members, and string literals. */

import type * as ts from "typescript";
import type { Converter } from "tslab/dist/converter";
import type { SignedCompletions } from "./fork-members";
import { nameLibraries } from "./library-text";
import type { Completion, Completions } from "./messages";

/** Longer lists are cut until more is typed. */
const MAX_SIGNATURES = 200;

const functionMembers = new Set("apply arguments bind call caller length prototype".split(" "));

export function complete(
  compiler: typeof ts,
  converter: Converter,
  declarations: string,
  cell: string,
  offset: number,
): Completions {
  const { start, end, candidates, original } = converter.complete(declarations, cell, offset);
  const signed = original as SignedCompletions | undefined;
  const kinds = new Map(original?.entries.map(({ name, kind }) => [name, kind]));
  const literal = literalStart(compiler, cell, offset);
  if (literal !== undefined) {
    const typed = cell.slice(literal, offset);
    const items = [...kinds]
      .filter(([text]) => text.startsWith(typed))
      .map(([text, kind]): Completion => ({ text, kind }));
    return { start: literal, end: offset, items };
  }
  // The converter also returns names that contain the typed text; those come last.
  const typed = cell.slice(start, offset).toLowerCase();
  const continued = candidates.filter((text) => text.toLowerCase().startsWith(typed));
  const chosen = continued.length > 0 ? continued : candidates;
  const ordered = chosen.includes("apply") ? functionMembersLast(chosen) : chosen;
  const items = ordered.map((text, index): Completion => {
    const signature = index < MAX_SIGNATURES ? signed?.signatureOf(text) : undefined;
    const named = signature && nameLibraries(compiler, signature);
    return { text, kind: kinds.get(text) ?? "", ...(named !== undefined && { signature: named }) };
  });
  return { start, end, items };
}

/** The start of the string at the cursor that a completion replaces; in a path, of its last part. */
function literalStart(compiler: typeof ts, cell: string, offset: number): number | undefined {
  const source = compiler.createSourceFile("cell.ts", cell, compiler.ScriptTarget.Latest, true);
  let found: ts.StringLiteralLike | undefined;
  const visit = (node: ts.Node): void => {
    if (offset <= node.getStart(source) || offset > node.end) return;
    if (compiler.isStringLiteralLike(node)) found = node;
    compiler.forEachChild(node, visit);
  };
  visit(source);
  if (found === undefined) return undefined;
  const begin = found.getStart(source) + 1;
  const text = cell.slice(begin, offset);
  // A cursor after the closing quote is not in the string.
  if (cell[offset - 1] === cell[begin - 1] && offset === found.end && offset > begin)
    return undefined;
  const isPath = compiler.isImportDeclaration(found.parent) && text.startsWith(".");
  return isPath ? begin + text.lastIndexOf("/") + 1 : begin;
}

/** Leaves out the members of `Function` for objects that can also be called. */
function functionMembersLast(names: readonly string[]): string[] {
  const isCommon = (name: string): boolean => functionMembers.has(name);
  return [...names.filter((name) => !isCommon(name)), ...names.filter(isCommon)];
}
