/**
 * Warns about comments that may be meant as divisions: Python's `7 // 2` is `7` in TypeScript, without an
 * error.
 *
 *     7 // 2               a remark: Math.floor(7 / 2)
 *     const h = n // size  a remark, if `size` is a variable
 *     9; // two halves     a comment
 */

import type * as ts from "typescript";

/** A comment that is only a number or a name, optionally with the end of a statement. */
const OPERAND =
  /\/\/[ \t]*(\d[\w.]*|[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)[ \t]*[;,)\]]*[ \t]*$/gm;

export interface DivisionComment {
  readonly start: number;
  readonly end: number;
  /** What to write instead. */
  readonly remedy: string;
}

export function divisionComments(
  compiler: typeof ts,
  checker: ts.TypeChecker,
  file: ts.SourceFile,
): DivisionComment[] {
  const found: DivisionComment[] = [];
  for (const match of file.text.matchAll(OPERAND)) {
    const [text, operand] = match as unknown as [string, string];
    const dividend = expressionBefore(compiler, file, match.index);
    if (dividend === undefined || !calculates(compiler, checker, dividend)) continue;
    if (!/^\d/.test(operand) && !isVariable(compiler, checker, dividend, operand)) continue;
    const remedy = isNumber(compiler, checker.getTypeAtLocation(dividend))
      ? `Math.floor(${dividend.getText(file)} / ${operand})`
      : `${dividend.getText(file)}.floorDiv(${operand})`;
    found.push({ start: match.index, end: match.index + text.trimEnd().length, remedy });
  }
  return found;
}

/** The whole expression that ends directly before a comment on its line. */
function expressionBefore(
  compiler: typeof ts,
  file: ts.SourceFile,
  comment: number,
): ts.Expression | undefined {
  const end = file.text.slice(0, comment).trimEnd().length;
  if (file.text.slice(end, comment).includes("\n")) return undefined;
  const comments = compiler.getTrailingCommentRanges(file.text, end) ?? [];
  if (!comments.some(({ pos }) => pos === comment)) return undefined;
  let found: ts.Expression | undefined;
  const visit = (node: ts.Node): void => {
    if (node.getStart(file) >= end || node.end < end) return;
    // The outermost expression that ends there, inside functions and assignments.
    if (node.end === end && found === undefined && isValue(compiler, node)) found = node;
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isValue(compiler: typeof ts, node: ts.Node): node is ts.Expression {
  if (!compiler.isExpression(node) || compiler.isFunctionLike(node)) return false;
  const isAssignment =
    compiler.isBinaryExpression(node) &&
    node.operatorToken.kind >= compiler.SyntaxKind.FirstAssignment &&
    node.operatorToken.kind <= compiler.SyntaxKind.LastAssignment;
  return !isAssignment;
}

/** Whether a value is a number or has a method for `//`. */
function calculates(compiler: typeof ts, checker: ts.TypeChecker, node: ts.Expression): boolean {
  const type = checker.getTypeAtLocation(node);
  return isNumber(compiler, type) || checker.getPropertyOfType(type, "floorDiv") !== undefined;
}

function isNumber(compiler: typeof ts, type: ts.Type): boolean {
  const { Any, NumberLike, BigIntLike } = compiler.TypeFlags;
  const members = type.isUnion() ? type.types : [type];
  return members.every(({ flags }) => (flags & (Any | NumberLike | BigIntLike)) !== 0);
}

function isVariable(
  compiler: typeof ts,
  checker: ts.TypeChecker,
  place: ts.Node,
  name: string,
): boolean {
  const [first] = name.split(".");
  const variables = checker.getSymbolsInScope(place, compiler.SymbolFlags.Variable);
  return variables.some((symbol) => symbol.name === first);
}
