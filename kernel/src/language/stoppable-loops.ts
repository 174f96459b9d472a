/**
 * Makes loops interruptible on hosts where a thread cannot be interrupted from outside: each iteration polls.
 *
 *     while (more) body    →    while (more) { __stop__(); body }
 */

import type * as ts from "typescript";

/** The function that code calls in each iteration of a loop; it throws when the user has interrupted. */
export const STOP = "__stop__";

export function stoppableLoops(compiler: typeof ts): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const { factory } = context;
    const stoppable = (body: ts.Statement): ts.Block => {
      const call = factory.createCallExpression(factory.createIdentifier(STOP), undefined, []);
      return factory.createBlock([factory.createExpressionStatement(call), body], true);
    };
    const withQuestion = (node: ts.Node): ts.Node => {
      if (compiler.isForStatement(node)) {
        const { initializer, condition, incrementor, statement } = node;
        const body = stoppable(statement);
        return factory.updateForStatement(node, initializer, condition, incrementor, body);
      }
      if (compiler.isForOfStatement(node)) {
        const { awaitModifier, initializer, expression, statement } = node;
        const body = stoppable(statement);
        return factory.updateForOfStatement(node, awaitModifier, initializer, expression, body);
      }
      if (compiler.isForInStatement(node)) {
        const { initializer, expression, statement } = node;
        return factory.updateForInStatement(node, initializer, expression, stoppable(statement));
      }
      if (compiler.isWhileStatement(node)) {
        return factory.updateWhileStatement(node, node.expression, stoppable(node.statement));
      }
      return compiler.isDoStatement(node)
        ? factory.updateDoStatement(node, stoppable(node.statement), node.expression)
        : node;
    };
    const visit = (node: ts.Node): ts.Node =>
      withQuestion(compiler.visitEachChild(node, visit, context));
    return (source) => compiler.visitNode(source, visit) as ts.SourceFile;
  };
}
