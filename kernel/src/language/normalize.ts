/**
 * Writes out what the converter would get wrong, without changing what the cell means.
 *
 *     const o = { x };          const o = { x: x };
 *     export const y = 1;   →   const y = 1;
 *
 * A name from an earlier cell becomes a property of the session, which the short form cannot be;
 * and every top-level name of a cell is exported already.
 */

import type * as ts from "typescript";
import type { Edit } from "./rewritten-text";

export function normalize(compiler: typeof ts, cell: string): Edit[] {
  const source = compiler.createSourceFile("cell.ts", cell, compiler.ScriptTarget.Latest, true);
  const edits: Edit[] = [];
  for (const statement of source.statements) edits.push(...withoutExport(compiler, statement));
  const visit = (node: ts.Node): void => {
    if (compiler.isShorthandPropertyAssignment(node)) {
      const end = node.name.getEnd();
      edits.push({ start: end, end, text: `: ${node.name.text}` });
    }
    compiler.forEachChild(node, visit);
  };
  visit(source);
  return edits;
}

function withoutExport(compiler: typeof ts, statement: ts.Statement): Edit[] {
  if (compiler.isExportAssignment(statement) && statement.isExportEquals !== true) {
    const start = statement.getStart();
    return [{ start, end: statement.expression.getStart(), text: "" }];
  }
  if (!compiler.canHaveModifiers(statement)) return [];
  const modifiers = compiler.getModifiers(statement) ?? [];
  return modifiers
    .filter(
      ({ kind }) =>
        kind === compiler.SyntaxKind.ExportKeyword || kind === compiler.SyntaxKind.DefaultKeyword,
    )
    .map((modifier) => ({ start: modifier.getStart(), end: modifier.getEnd(), text: "" }));
}
