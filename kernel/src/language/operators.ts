/**
 * Operators in cells: the hook that tells the checker whether an operator means a call.
 *
 * An operator means a call only if TypeScript refuses it, or if JavaScript would convert objects to numbers,
 * as for `-a` and `a < b`. Other operators keep their meaning: `==` and `===` test identity, and `+` with a
 * string concatenates. A test of identity that would be a constant among expressions is refused, with the
 * method to call instead; `conditions.ts` does the same for conditions.
 */

import type * as ts from "typescript";
import type { CheckerHook, Report } from "./compiler";
import {
  OperatorMethods,
  type OperatorCall,
  type TagCache,
  type TypedCall,
} from "./operator-methods";

const comparing = new Set(["<", "<=", ">", ">="]);
const identityOperators = new Set(["==", "===", "!=", "!=="]);
/** Operators with an assignment form, such as `+=`. */
const calculating = new Set(["+", "-", "*", "/", "%", "**", "<<", ">>", ">>>", "&", "|", "^"]);

/** TypeScript's code for an operator that cannot be applied to its operands. */
const WRONG_OPERANDS = 2365;

/** The hooks of one program's checker. */
export class Operators implements CheckerHook {
  private readonly calls = new Map<ts.Node, OperatorCall>();
  private cachedMethods: OperatorMethods | undefined;

  /** @param file the only file whose operators can mean calls */
  constructor(
    private readonly compiler: typeof ts,
    private readonly program: ts.Program,
    private readonly file: string,
    private readonly tags: TagCache,
  ) {}

  /** The call that a node means, after the checker has visited it. */
  callOf(node: ts.Node): OperatorCall | undefined {
    return this.calls.get(node);
  }

  /** The name of a type's method with an operator's tag. */
  methodNamed(tag: string, type: ts.Type): string | undefined {
    return this.methods.tagged(tag, type)?.name;
  }

  propertyTagged(tag: string, type: ts.Type): ts.Symbol | undefined {
    return this.mayHaveMethods(type) ? this.methods.tagged(tag, type) : undefined;
  }

  binary(
    node: ts.BinaryExpression,
    left: ts.Type,
    right: ts.Type,
    report: Report,
  ): ts.Type | undefined {
    const token = this.compiler.tokenToString(node.operatorToken.kind)!;
    const assigns = token.endsWith("=") && calculating.has(token.slice(0, -1));
    const operator = assigns ? token.slice(0, -1) : token;
    if (identityOperators.has(operator)) this.refuseIdentity(node, operator, left, right, report);
    if (!calculating.has(operator) && !comparing.has(operator)) return undefined;
    return this.recordCall(node, () => {
      if (!this.mayHaveMethods(left) && !this.mayHaveMethods(right)) return undefined;
      if ([left, right].some((operand) => this.isAccepted(operator, operand))) return undefined;
      const found = this.methods.binary(operator, left, right);
      return assigns ? this.assignment(node.left, found) : found;
    });
  }

  unary(node: ts.PrefixUnaryExpression, operand: ts.Type): ts.Type | undefined {
    const operator = this.compiler.tokenToString(node.operator)!;
    return this.recordCall(node, () =>
      this.mayHaveMethods(operand) ? this.methods.unary(operator, operand) : undefined,
    );
  }

  index(node: ts.ElementAccessExpression, object: ts.Type, index: ts.Type): ts.Type | undefined {
    return this.recordCall(node, () =>
      this.mayHaveMethods(index) && !this.isAssigned(node)
        ? this.methods.index(object, index)
        : undefined,
    );
  }

  private get methods(): OperatorMethods {
    return (this.cachedMethods ??= new OperatorMethods(this.program.getTypeChecker(), this.tags));
  }

  /** The checker can visit a node several times, with more precise types each time. */
  private recordCall(node: ts.Node, find: () => TypedCall | undefined): ts.Type | undefined {
    const found = node.getSourceFile().fileName === this.file ? find() : undefined;
    if (found === undefined) this.calls.delete(node);
    else this.calls.set(node, found.call);
    return found?.type;
  }

  /** Excludes numbers, strings and other primitive types. */
  private mayHaveMethods({ flags }: ts.Type): boolean {
    const { StructuredOrInstantiable, BooleanLike, EnumLike } = this.compiler.TypeFlags;
    return (flags & StructuredOrInstantiable) !== 0 && (flags & (BooleanLike | EnumLike)) === 0;
  }

  /** Whether this operand alone makes TypeScript accept the operator. */
  private isAccepted(operator: string, { flags }: ts.Type): boolean {
    const { Any, Never, StringLike } = this.compiler.TypeFlags;
    const added = Any | Never | StringLike;
    const accepted = operator === "+" ? added : comparing.has(operator) ? Any : 0;
    return (flags & accepted) !== 0;
  }

  /** `a = a.add(b)`: for an object, if its place can be evaluated twice. */
  private assignment(target: ts.Expression, found: TypedCall | undefined): TypedCall | undefined {
    if (found?.call.form !== "method" || !this.isRepeatable(target)) return undefined;
    return { ...found, call: { ...found.call, form: "assignment" } };
  }

  private isRepeatable(target: ts.Expression): boolean {
    const { compiler } = this;
    if (compiler.isIdentifier(target) || target.kind === compiler.SyntaxKind.ThisKeyword)
      return true;
    if (compiler.isPropertyAccessExpression(target)) return this.isRepeatable(target.expression);
    if (!compiler.isElementAccessExpression(target)) return false;
    const { expression, argumentExpression: index } = target;
    const simple = compiler.isIdentifier(index) || compiler.isLiteralExpression(index);
    return simple && this.isRepeatable(expression);
  }

  private isAssigned(node: ts.Node): boolean {
    return (
      this.compiler as typeof ts & { isAssignmentTarget(node: ts.Node): boolean }
    ).isAssignmentTarget(node);
  }

  /** `te.ifThenElse(i == j, a, b)` would compare the identity of two objects once, and not their values. */
  private refuseIdentity(
    node: ts.BinaryExpression,
    operator: string,
    left: ts.Type,
    right: ts.Type,
    report: Report,
  ): void {
    if (!this.mayHaveMethods(left) || !this.mayHaveMethods(right)) return;
    const found = this.methods.binary(operator.slice(0, 2), left, right);
    if (found === undefined || !this.isExpectedAt(node, found.type)) return;
    const name = this.program.getTypeChecker().typeToString(found.type);
    report(node, {
      key: "",
      category: this.compiler.DiagnosticCategory.Error,
      code: WRONG_OPERANDS,
      message:
        `'${operator}' tests here whether two objects are identical; ` +
        `write .${found.call.method}() for a ${name} that compares`,
    });
  }

  /** Whether a value of the type can be an expression, or the condition of one. */
  private isExpectedAt(node: ts.Expression, type: ts.Type): boolean {
    const { parent } = node;
    const decides = this.compiler.isConditionalExpression(parent) && parent.condition === node;
    if (decides || this.compiler.isParenthesizedExpression(parent)) {
      return this.isExpectedAt(parent, type);
    }
    const expected = this.program.getTypeChecker().getContextualType(node);
    return expected !== undefined && this.methods.accepts(expected, type);
  }
}
