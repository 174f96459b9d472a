/**
 * The TypeScript that checks cells: the stock compiler, taught to ask about operators.
 *
 * What TypeScript refuses, such as `a + b` of two objects, has no type, and so has nothing that is
 * computed from it: an error list made afterwards shows one operator at a time. So the
 * checker itself asks where it finds an operator's type, and goes on with the answer. Types flow,
 * and completion, inspection and the places of errors are right without knowing of operators. It
 * has no door there: three statements are put into its text as it is loaded. A fourth asks whether a file was
 * parsed already (`kept-files.ts`). Its version is pinned, and nothing is changed on disk.
 */

import type * as ts from "typescript";

/** Answers a checker's questions: the type of an expression, or nothing if TypeScript knows best. */
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

/** Tells of a mistake at a node. */
export type Report = (node: ts.Node, message: ts.DiagnosticMessage) => void;

/** A program whose checker asks. */
export interface HookedProgram extends ts.Program {
  checkerHook?: CheckerHook;
}

/** Pieces of the compiler's text that occur once, in order, and what is put behind each. */
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
 * The compiler's text with the questions put in.
 * @throws Error if a place does not occur exactly once: this is another compiler than expected.
 */
export function withHook(compiler: string): string {
  const pieces: string[] = [];
  let done = 0;
  for (const [place, statement] of insertions) {
    const at = compiler.indexOf(place);
    if (at < done || compiler.includes(place, at + 1)) {
      throw new Error(`this is another TypeScript than expected: it does not have "${place}" once`);
    }
    const end = at + place.length;
    pieces.push(compiler.slice(done, end), "\n", statement);
    done = end;
  }
  return pieces.join("") + compiler.slice(done);
}
