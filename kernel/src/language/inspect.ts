/** Inspects the name at the cursor or, between a call's parentheses, the called function. */

import type * as ts from "typescript";
import type { Converter } from "tslab/dist/converter";
import type { Inspection } from "./messages";

export function inspect(
  compiler: typeof ts,
  converter: Converter,
  declarations: string,
  cell: string,
  offset: number,
): Inspection | undefined {
  // A cursor after a name refers to the name, as for completion.
  for (const at of [offset, offset - 1, calleeAt(compiler, cell, offset)]) {
    if (at === undefined || at < 0) continue;
    const info = converter.inspect(declarations, cell, at) as ts.QuickInfo | undefined;
    if (info?.displayParts === undefined || info.displayParts.length === 0) continue;
    return {
      signature: compiler.displayPartsToString(info.displayParts),
      documentation: compiler.displayPartsToString(info.documentation),
      tags: (info.tags ?? []).map(({ name, text }) => ({
        name,
        text: compiler.displayPartsToString(text),
      })),
    };
  }
  return undefined;
}

/** The last character of the callee of the innermost call whose arguments contain `offset`. */
function calleeAt(compiler: typeof ts, cell: string, offset: number): number | undefined {
  const source = compiler.createSourceFile("cell.ts", cell, compiler.ScriptTarget.Latest);
  let found: number | undefined;
  const visit = (node: ts.Node): void => {
    if (offset < node.pos || offset > node.end) return;
    if (compiler.isCallExpression(node) || compiler.isNewExpression(node)) {
      if (offset > node.expression.end) found = node.expression.end - 1;
    }
    compiler.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
