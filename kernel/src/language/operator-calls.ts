/**
 * Writes operators as the calls that they mean.
 *
 *     A(i) + 1            A(i).add(1)
 *     1 - A(i)            ((a, b) => b.reversed("sub", a))(1, A(i))
 *     sum += A(i)    →    sum = sum.add(A(i))
 *     s[B]                s.stage(B)
 *     s?.[B]              s?.stage(B)
 *
 * Operands are evaluated in the order in which they were written. Traces name the operator's place.
 */

import type * as ts from "@tslab/typescript-for-tslab";
import type { OperatorCall } from "./operator-methods";

/** @param callOf the call that a node of the source means, if it means one */
export function operatorCalls(
  compiler: typeof ts,
  callOf: (node: ts.Node) => OperatorCall | undefined,
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const writer = new CallWriter(compiler, context.factory);
    const visit = (node: ts.Node): ts.Node => {
      const call = callOf(node);
      const visited = compiler.visitEachChild(node, visit, context);
      if (call === undefined) return visited;
      return compiler.setTextRange(writer.write(visited, call), node);
    };
    return (source) => compiler.visitNode(source, visit) as ts.SourceFile;
  };
}

class CallWriter {
  constructor(
    private readonly compiler: typeof ts,
    private readonly factory: ts.NodeFactory,
  ) {}

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
        return this.swapped(left, right, (a, b) => this.call(b, call.method, [a], operatorToken));
      case "reversed": {
        const method = factory.createStringLiteral(call.method);
        return this.swapped(left, right, (a, b) =>
          this.call(b, call.by, [method, a], operatorToken),
        );
      }
    }
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

  /** A call that is left out where the chain that it belongs to ends earlier. */
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

  /** `((a, b) => body)(left, right)` */
  private swapped(
    left: ts.Expression,
    right: ts.Expression,
    body: (a: ts.Expression, b: ts.Expression) => ts.Expression,
  ): ts.Expression {
    const { factory } = this;
    const names = ["a", "b"].map((name) => factory.createIdentifier(name));
    const parameters = names.map((name) =>
      factory.createParameterDeclaration(undefined, undefined, name),
    );
    const result = body(names[0]!, names[1]!);
    return factory.createCallExpression(
      factory.createArrowFunction(undefined, undefined, parameters, undefined, undefined, result),
      undefined,
      [left, right],
    );
  }
}
