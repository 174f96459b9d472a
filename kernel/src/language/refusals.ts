/**
 * Refuses code that TypeScript accepts and a cell cannot run, with the alternative.
 *
 *     import.meta.url                     a cell is a function and not a module
 *     import * as tslab from "tslab"      its functions are available without an import
 */

import type * as ts from "typescript";

/** TypeScript's codes for `import.meta` in such code and for a module that is not found. */
const NO_META = 1470;
const NO_MODULE = 2307;

const META = "'import.meta' is not available here; write __filename or __dirname instead";
const TSLAB =
  "'tslab' cannot be used in this kernel; write html`<b>...</b>`, md`...`, svg`...` or display(value), " +
  "which need no import";

export function refusals(compiler: typeof ts, file: ts.SourceFile): ts.Diagnostic[] {
  const found: ts.Diagnostic[] = [];
  const refuse = (node: ts.Node, code: number, messageText: string): void => {
    const start = node.getStart(file);
    const category = compiler.DiagnosticCategory.Error;
    found.push({ category, code, file, start, length: node.end - start, messageText });
  };
  const visit = (node: ts.Node): void => {
    if (compiler.isMetaProperty(node) && node.keywordToken === compiler.SyntaxKind.ImportKeyword) {
      refuse(node, NO_META, META);
    }
    if (compiler.isStringLiteral(node) && node.text === "tslab" && isSpecifier(compiler, node)) {
      refuse(node, NO_MODULE, TSLAB);
    }
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Whether a text names a module: `import ... from "x"`, `import("x")`, `require("x")`. */
function isSpecifier(compiler: typeof ts, { parent }: ts.Node): boolean {
  if (compiler.isImportDeclaration(parent) || compiler.isExportDeclaration(parent)) return true;
  if (compiler.isExternalModuleReference(parent)) return true;
  if (!compiler.isCallExpression(parent)) return false;
  const { expression } = parent;
  return (
    expression.kind === compiler.SyntaxKind.ImportKeyword || expression.getText() === "require"
  );
}
