/**
 * Rewrites syntax that the converter gets wrong, without changing the cell's meaning.
 *
 *     const o = { x };          const o = { x: x };
 *     export const y = 1;   →   const y = 1;
 *
 * The converter turns a name of an earlier cell into a property of the session, which the shorthand does not
 * allow; and every top-level name of a cell is already exported.
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
