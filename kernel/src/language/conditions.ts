/**
 * Checks for conditions that always hold, because every object is true in JavaScript.
 *
 *     const big = np.max(a) > 5; if (big) ...      refused: `big` is an array
 *     i < 4 && j < 4                               refused: the result of `<` is an expression
 *     if (helper(a)) ...                           of type `any`: checked at run time
 *
 * A class whose objects are refused has a property with the tag `@operator condition`, whose text is the
 * advice. Results of our operators are always refused. `x !== undefined` and `x ?? y` test for a value and
 * are allowed, and so are types that include `undefined`.
 */

import type * as ts from "typescript";
import type { Operators } from "./operators";

/** TypeScript's code for an operator that cannot be applied to its operands. */
const WRONG_OPERANDS = 2365;

/** The methods of arrays whose argument is a predicate. */
const predicateTakers = new Set(
  "every filter find findIndex findLast findLastIndex some".split(" "),
);

/** The conditions of one program's files. */
export class Conditions {
  private readonly checker: ts.TypeChecker;
  private readonly later = new Set<ts.Node>();
  private found: ts.Diagnostic[] = [];

  constructor(
    private readonly compiler: typeof ts,
    program: ts.Program,
    private readonly operators: Operators,
  ) {
    this.checker = program.getTypeChecker();
  }

  /** The errors of the conditions of a checked file. */
  check(file: ts.SourceFile): readonly ts.Diagnostic[] {
    this.found = [];
    const visit = (node: ts.Node): void => {
      this.visit(node);
      this.compiler.forEachChild(node, visit);
    };
    visit(file);
    return this.found;
  }

  /** Whether a condition must be checked at run time. */
  isTestedLater(node: ts.Node): boolean {
    return this.later.has(node);
  }

  private visit(node: ts.Node): void {
    const { compiler } = this;
    if (compiler.isIfStatement(node)) this.test(node.expression, "if");
    else if (compiler.isWhileStatement(node) || compiler.isDoStatement(node)) {
      this.test(node.expression, "while");
    } else if (compiler.isForStatement(node)) {
      if (node.condition !== undefined) this.test(node.condition, "for");
    } else if (compiler.isConditionalExpression(node)) this.test(node.condition, "?:");
    else if (compiler.isPrefixUnaryExpression(node)) {
      if (node.operator === compiler.SyntaxKind.ExclamationToken) this.test(node.operand, "!");
    } else if (compiler.isBinaryExpression(node)) {
      const token = compiler.tokenToString(node.operatorToken.kind) ?? "";
      if (/^(&&|\|\|)=?$/.test(token)) this.test(node.left, token);
    } else if (compiler.isCallExpression(node)) this.visitCall(node);
  }

  /** `assert(x)`, `console.assert(x)`, `Boolean(x)`, `list.filter((x) => ...)` */
  private visitCall(call: ts.CallExpression): void {
    const { compiler, checker } = this;
    const { expression: callee } = call;
    const [first] = call.arguments;
    if (first === undefined) return;
    const name = callee.getText();
    if (name === "Boolean" || name === "console.assert") {
      this.test(first, name);
      return;
    }
    const signature = checker.getResolvedSignature(call);
    const predicate = signature && checker.getTypePredicateOfSignature(signature);
    const asserts = compiler.TypePredicateKind.AssertsIdentifier;
    if (predicate?.kind === asserts && predicate.type === undefined) {
      const argument = call.arguments[predicate.parameterIndex];
      if (argument !== undefined) this.test(argument, name);
      return;
    }
    if (!compiler.isPropertyAccessExpression(callee) || !predicateTakers.has(callee.name.text))
      return;
    if (!checker.isArrayType(checker.getTypeAtLocation(callee.expression))) return;
    if (compiler.isArrowFunction(first) && !compiler.isBlock(first.body)) {
      this.test(first.body, callee.name.text);
      return;
    }
    const [answers] = checker.getTypeAtLocation(first).getCallSignatures();
    if (answers !== undefined) this.refuse(first, answers.getReturnType(), callee.name.text);
  }

  /** Checks the expressions that determine whether `node` holds. */
  private test(node: ts.Expression, by: string): void {
    const { compiler } = this;
    if (compiler.isParenthesizedExpression(node)) this.test(node.expression, by);
    else if (compiler.isConditionalExpression(node)) {
      this.test(node.whenTrue, by);
      this.test(node.whenFalse, by);
    } else if (compiler.isBinaryExpression(node) && this.isPassedOn(node.operatorToken.kind)) {
      this.test(node.right, by);
    } else {
      const type = this.checker.getTypeAtLocation(node);
      if (!this.refuse(node, type, by) && this.isUndecided(type)) this.later.add(node);
    }
  }

  /** Whether an operator's value is its right operand, unless the left one decides. */
  private isPassedOn(operator: ts.SyntaxKind): boolean {
    const { AmpersandAmpersandToken, BarBarToken, CommaToken } = this.compiler.SyntaxKind;
    return [AmpersandAmpersandToken, BarBarToken, CommaToken].includes(operator);
  }

  /** Refuses an expression of a type whose values are all true; `false` if the type has others. */
  private refuse(node: ts.Expression, type: ts.Type, by: string): boolean {
    const members = this.membersOf(type);
    const operator = this.operators.callOf(node) === undefined ? undefined : this.operatorOf(node);
    const advice = members.map((member) => this.adviceOf(member));
    const isRefused =
      operator === undefined
        ? advice.every((each) => each !== undefined)
        : members.every(({ flags }) => (flags & this.compiler.TypeFlags.Object) !== 0);
    if (members.length === 0 || !isRefused) return false;
    const name = this.checker.typeToString(type);
    const method = this.operators.methodNamed(by, type);
    const remedy = method === undefined ? advice[0] : `write .${method}() instead`;
    const made = operator === undefined ? "" : `'${operator}' makes a ${name} here, and `;
    this.found.push({
      category: this.compiler.DiagnosticCategory.Error,
      code: WRONG_OPERANDS,
      file: node.getSourceFile(),
      start: node.getStart(),
      length: node.getEnd() - node.getStart(),
      messageText:
        `${made}'${by}' treats every ${name} as true` + (remedy === undefined ? "" : `; ${remedy}`),
    });
    return true;
  }

  private operatorOf(node: ts.Expression): string | undefined {
    const { compiler } = this;
    if (compiler.isBinaryExpression(node)) return compiler.tokenToString(node.operatorToken.kind);
    if (compiler.isPrefixUnaryExpression(node)) return compiler.tokenToString(node.operator);
    return undefined;
  }

  /** Whether some values of the type are refused and others allowed. */
  private isUndecided(type: ts.Type): boolean {
    const { Any, Unknown, NonPrimitive, TypeParameter, Undefined, Null, Void } =
      this.compiler.TypeFlags;
    const members = this.membersOf(type);
    if (
      members.some(({ flags }) => (flags & (Any | Unknown | NonPrimitive | TypeParameter)) !== 0)
    ) {
      return true;
    }
    // With `undefined`, the condition tests whether there is a value.
    const present = members.filter(({ flags }) => (flags & (Undefined | Null | Void)) === 0);
    const refused = present.filter((member) => this.adviceOf(member) !== undefined);
    return refused.length > 0 && refused.length < present.length;
  }

  /** The members of a union; for a type parameter, of its constraint. */
  private membersOf(type: ts.Type): readonly ts.Type[] {
    const constraint = this.checker.getBaseConstraintOfType(type) ?? type;
    return constraint.isUnion() ? constraint.types : [constraint];
  }

  private adviceOf(type: ts.Type): string | undefined {
    const property = this.operators.propertyTagged("condition", type);
    const advice = property && this.checker.getTypeOfSymbol(property);
    return advice?.isStringLiteral() === true ? advice.value : undefined;
  }
}
