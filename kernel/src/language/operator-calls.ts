/**
 * Rewrites operators to the method calls that they mean.
 *
 *     A(i) + 1            A(i).add(1)
 *     1 - A(i)            A(i).reversed("sub", 1)
 *     k - A(i)            (_a = k, A(i).reversed("sub", _a))
 *     sum += A(i)    →    sum = sum.add(A(i))
 *     s[B]                s.stage(B)
 *     s?.[B]              s?.stage(B)
 *
 * Operands are evaluated in source order. Traces name the operator's place.
 */

import type * as ts from "typescript";
import type { OperatorCall } from "./operator-methods";

/** The function in a cell's code that checks a condition at run time and returns it. */
export const TEST = "__test__";

/**
 * @param callOf the call that a node of the source means, if it means one
 * @param isTested whether a node is a condition that is checked at run time
 */
export function operatorCalls(
  compiler: typeof ts,
  callOf: (node: ts.Node) => OperatorCall | undefined,
  isTested: (node: ts.Node) => boolean,
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const writer = new CallWriter(compiler, context);
    const visit = (node: ts.Node): ts.Node => {
      const call = callOf(node);
      const visited = compiler.visitEachChild(node, visit, context);
      const written =
        call === undefined ? visited : compiler.setTextRange(writer.write(visited, call), node);
      return isTested(node) ? writer.tested(written as ts.Expression, node) : written;
    };
    return (source) => compiler.visitNode(source, visit) as ts.SourceFile;
  };
}

class CallWriter {
  constructor(
    private readonly compiler: typeof ts,
    private readonly context: ts.TransformationContext,
  ) {}

  private get factory(): ts.NodeFactory {
    return this.context.factory;
  }

  write(node: ts.Node, call: OperatorCall): ts.Expression {
    const { compiler, factory } = this;
    if (compiler.isPrefixUnaryExpression(node)) {
      return this.call(node.operand, call.method, [], node);
    }
    if (compiler.isElementAccessExpression(node)) {
      const { expression, argumentExpression: index } = node;
      return compiler.isElementAccessChain(node)
        ? this.callInChain(node, call.method)
        : this.call(expression, call.method, [index], index);
    }
    const { left, operatorToken, right } = node as ts.BinaryExpression;
    switch (call.form) {
      case "method":
        return this.call(left, call.method, [right], operatorToken);
      case "assignment": {
        const result = this.call(left, call.method, [right], operatorToken);
        return factory.createAssignment(left, result);
      }
      case "mirrored":
        return this.swapped(left, (a) => this.call(right, call.method, [a], operatorToken));
      case "reversed": {
        const method = factory.createStringLiteral(call.method);
        return this.swapped(left, (a) => this.call(right, call.by, [method, a], operatorToken));
      }
    }
  }

  /** `__test__(condition)` */
  tested(condition: ts.Expression, place: ts.TextRange): ts.Expression {
    const { factory } = this;
    const call = factory.createCallExpression(this.name(TEST, place), undefined, [condition]);
    return this.compiler.setTextRange(call, place);
  }

  private call(
    object: ts.Expression,
    method: string,
    args: readonly ts.Expression[],
    place: ts.TextRange,
  ): ts.Expression {
    const { factory } = this;
    const access = factory.createPropertyAccessExpression(object, this.name(method, place));
    return factory.createCallExpression(access, undefined, args);
  }

  /** A call in an optional chain. */
  private callInChain(node: ts.ElementAccessChain, method: string): ts.Expression {
    const { factory } = this;
    const { expression, questionDotToken, argumentExpression: index } = node;
    const name = this.name(method, index);
    const access = factory.createPropertyAccessChain(expression, questionDotToken, name);
    return factory.createCallChain(access, undefined, undefined, [index]);
  }

  private name(method: string, place: ts.TextRange): ts.Identifier {
    return this.compiler.setSourceMapRange(this.factory.createIdentifier(method), place);
  }

  /** `(_a = left, body(_a))`, or `body(left)` for a constant. */
  private swapped(left: ts.Expression, body: (a: ts.Expression) => ts.Expression): ts.Expression {
    const { compiler, context, factory } = this;
    if (compiler.isLiteralExpression(left)) return body(left);
    const name = factory.createTempVariable(context.hoistVariableDeclaration);
    const comma = factory.createComma(factory.createAssignment(name, left), body(name));
    return factory.createParenthesizedExpression(comma);
  }
}
