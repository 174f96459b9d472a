/**
 * The TypeScript that checks cells: the stock compiler with hooks for operators.
 *
 * An operator that TypeScript refuses, such as `a + b` of two objects, has no type, and neither have the
 * expressions computed from it: a list of errors would show one operator at a time. So the checker itself
 * calls a hook where it determines an operator's type, and continues with the result. Types propagate, and
 * completion, inspection and places of errors need no special cases. TypeScript has no API for this: three
 * statements are inserted into its text when it is loaded. A fourth asks for already parsed files
 * (`kept-files.ts`). The version is pinned, and nothing is changed on disk.
 */

import type * as ts from "typescript";

/** The hooks of a checker: each returns the type of an expression, or undefined for TypeScript's own. */
export interface CheckerHook {
  /** `a + b`, `a += b`, `a < b`, ... */
  binary(
    node: ts.BinaryExpression,
    left: ts.Type,
    right: ts.Type,
    report: Report,
  ): ts.Type | undefined;
  /** `-a`, `~a`, ... */
  unary(node: ts.PrefixUnaryExpression, operand: ts.Type): ts.Type | undefined;
  /** `a[b]` */
  index(node: ts.ElementAccessExpression, object: ts.Type, index: ts.Type): ts.Type | undefined;
}

/** Reports an error at a node. */
export type Report = (node: ts.Node, message: ts.DiagnosticMessage) => void;

/** A program whose checker calls hooks. */
export interface HookedProgram extends ts.Program {
  checkerHook?: CheckerHook;
}

/** Places in the compiler's text that occur once, in order, with the statement to insert after each. */
const insertions: readonly (readonly [place: string, statement: string])[] = [
  [
    `const indexExpression = node.argumentExpression;
    const indexType = checkExpression(indexExpression);`,
    `const answer = host.checkerHook?.index(node, objectType, indexType);
     if (answer) return answer;`,
  ],
  [
    `function checkPrefixUnaryExpression(node) {
    const operandType = checkExpression(node.operand);`,
    `const answer = host.checkerHook?.unary(node, operandType);
     if (answer) return answer;`,
  ],
  [
    `function checkBinaryLikeExpressionWorker(left, operatorToken, right, leftType, rightType, checkMode, errorNode) {
    const operator = operatorToken.kind;`,
    `const answer = errorNode && host.checkerHook?.binary(errorNode, leftType, rightType, error2);
     if (answer) { checkAssignmentOperator(answer); return answer; }`,
  ],
  [
    `measure("I/O Read", "beforeIORead", "afterIORead");
    } catch (e) {
      if (onError) {
        onError(e.message);
      }
      text = "";
    }`,
    `const { keeper } = createGetSourceFile;
     if (keeper && text !== undefined) {
       const parse = () => createSourceFile(fileName, text, languageVersionOrOptions, setParentNodes);
       return keeper(fileName, text, languageVersionOrOptions, parse);
     }`,
  ],
];

/**
 * The compiler's text with the inserted statements. @throws Error if a place does not occur exactly once, in
 * another version of the compiler.
 */
export function withHook(compiler: string): string {
  const pieces: string[] = [];
  let done = 0;
  for (const [place, statement] of insertions) {
    const at = compiler.indexOf(place);
    if (at < done || compiler.includes(place, at + 1)) {
      throw new Error(
        `this version of TypeScript is not supported: "${place}" does not occur exactly once in it`,
      );
    }
    const end = at + place.length;
    pieces.push(compiler.slice(done, end), "\n", statement);
    done = end;
  }
  return pieces.join("") + compiler.slice(done);
}
