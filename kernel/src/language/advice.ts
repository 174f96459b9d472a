/**
 * Advice for compile errors, if it can be derived from the cell.
 *
 *     s[C].split(x, factor=4)     Cannot find name 'factor'.
 *                                 note: pass options as a last object: { factor: 4 }
 *     s[C].split(x, 4)            Argument of type 'number' is not assignable to ... 'SplitBy'.
 *                                 note: split(axis: IterVar, by: { factor } | { nparts })
 */

import type * as ts from "typescript";
import { foreignName, moduleAdvice } from "../hosts/node/language";
import {
  argumentAdvice,
  camelCase,
  comparisonAdvice,
  elementAdvice,
  lineAdvice,
  loopAdvice,
  memberAdvice,
  nameAdvice,
  operandAdvice,
  optionsText,
} from "./python";
import { OperatorMethods } from "./operator-methods";
import { Usages } from "./usage";

/** A sentence, and the part of the cell that it is about: other errors there are consequences. */
export interface Advice {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** TypeScript's codes of syntax errors are below this. */
export const FIRST_TYPE_ERROR = 2000;
/** TypeScript's codes for unresolved names and types. */
const UNKNOWN_NAME = new Set([2304, 2552, 2580, 2591]);
/** Missing modules, and "'process' is possibly undefined". */
const OTHER_HOST_CODES = new Set([2307, 2792, 18048]);
const UNKNOWN_MEMBER = new Set([2339, 2551]);
/** An object instead of a number or string, a missing property, an unused left side of a comma. */
const UNUSED_LEFT = 2695;
const WRONG_INDEX = new Set([2538, 7053, UNUSED_LEFT]);
const WRONG_COUNT = new Set([2554, 2555]);
const WRONG_ARGUMENT = new Set([...WRONG_COUNT, 2345, 2353, 2559, 2561, 2769]);
const WRONG_OPERANDS = 2365;
const NO_TYPE = 7006;
/** Types that are never equal, a value that is not iterable, an unknown namespace of types. */
const NEVER_EQUAL = 2367;
const NOT_ITERABLE = 2488;
const UNKNOWN_NAMESPACE = 2503;
/** The remark "Did you forget to use 'await'?": our advice has the expression too. */
export const FORGOTTEN_AWAIT = 2773;

export class Advisor {
  private readonly usages: Usages;
  private readonly methods: OperatorMethods;

  /** @param lost names that are declared by a cell that was not run, with the cell */
  constructor(
    private readonly compiler: typeof ts,
    private readonly checker: ts.TypeChecker,
    private readonly file: ts.SourceFile,
    private readonly lost: ReadonlyMap<string, string>,
  ) {
    this.methods = new OperatorMethods(checker, new WeakMap());
    this.usages = new Usages(compiler, checker);
  }

  /** The advice for an error in the cell. */
  adviceFor(diagnostic: ts.Diagnostic): Advice | undefined {
    const { code, file, start = 0, length = 0 } = diagnostic;
    if (file !== this.file) return undefined;
    if (code < FIRST_TYPE_ERROR) return this.syntax(start);
    const node = this.nodeAt(start, start + length);
    const keywords = this.keywords(node);
    if (keywords !== undefined) return keywords;
    const promise = this.promise(node, diagnostic);
    if (promise !== undefined) return promise;
    if (OTHER_HOST_CODES.has(code)) return this.otherHostFeature(node);
    if (UNKNOWN_NAME.has(code)) return this.name(node);
    if (UNKNOWN_MEMBER.has(code)) return this.member(node);
    if (code === UNUSED_LEFT) return this.element(node) ?? this.tuple(node) ?? this.syntax(start);
    if (WRONG_INDEX.has(code)) return this.element(node) ?? this.syntax(start);
    if (WRONG_ARGUMENT.has(code)) return this.usage(node, diagnostic);
    if (code === WRONG_OPERANDS) return this.operands(node);
    if (code === NEVER_EQUAL) return this.equality(node);
    if (code === NOT_ITERABLE) return this.loop(node);
    if (code === UNKNOWN_NAMESPACE) return this.namespace(node);
    if (code === NO_TYPE) return this.about(node, `declare its type: ${node.getText()}: number`);
    return undefined;
  }

  isInside({ file, start = 0 }: ts.Diagnostic, advice: Advice): boolean {
    return file === this.file && start >= advice.start && start < advice.end;
  }

  /** Errors after a syntax error are not meaningful. */
  private syntax(offset: number): Advice | undefined {
    const { text } = this.file;
    // TypeScript reports a token that is missing at the end of a line at the start of the next.
    const before = text.slice(0, offset).trimEnd().length;
    for (const at of before < offset ? [offset, before] : [offset]) {
      const start = text.lastIndexOf("\n", at - 1) + 1;
      const end = text.indexOf("\n", at);
      const advice = lineAdvice(text.slice(start, end < 0 ? text.length : end));
      if (advice !== undefined) return { text: advice, start, end: text.length };
    }
    return undefined;
  }

  /** `f(x, a=1)`: an assignment as an argument. */
  private keywords(node: ts.Node): Advice | undefined {
    const { compiler } = this;
    const isKeyword = (each: ts.Node): each is ts.BinaryExpression & { left: ts.Identifier } =>
      compiler.isBinaryExpression(each) &&
      each.operatorToken.kind === compiler.SyntaxKind.EqualsToken &&
      compiler.isIdentifier(each.left);
    for (let at = node; !compiler.isSourceFile(at); at = at.parent) {
      const call = at.parent;
      if (!compiler.isCallExpression(call) || !isKeyword(at)) continue;
      const given = call.arguments.filter(isKeyword);
      const places = given.map(({ left }) => camelCase(left.text));
      const options = given.map(({ left, right }) => [left.text, right.getText()] as const);
      const text = this.usages.hasParameters(call, places)
        ? `pass arguments by position: ${this.usages.usageOf(call)}`
        : `pass options as a last object: ${optionsText(options)}`;
      return { text, start: call.arguments.pos, end: call.end };
    }
    return undefined;
  }

  private name(node: ts.Node): Advice | undefined {
    const { compiler } = this;
    if (!compiler.isIdentifier(node)) return undefined;
    const { parent } = node;
    const isFirst = compiler.isBinaryExpression(parent) && parent.left === node;
    const operator = isFirst ? parent.operatorToken.kind : undefined;
    // `a, b = f()`
    if (operator === compiler.SyntaxKind.CommaToken) {
      const advice = this.syntax(node.getStart());
      if (advice !== undefined) return advice;
    }
    const cell = this.lost.get(node.text);
    if (cell !== undefined) {
      return this.about(node, `${node.text} is declared in ${cell}, which was not run`);
    }
    const isShell =
      compiler.isPrefixUnaryExpression(parent) &&
      parent.operator === compiler.SyntaxKind.ExclamationToken;
    const command = isShell ? lineAdvice(parent.getText()) : undefined;
    if (command !== undefined) {
      return { text: command, start: parent.getStart(), end: this.lineEnd(node.end) };
    }
    const advice = foreignName(node.text) ?? nameAdvice(node.text);
    if (advice !== undefined) return this.about(node, advice);
    if (operator !== compiler.SyntaxKind.EqualsToken) return undefined;
    return this.about(node, `declare new names: const ${node.text} = ...`);
  }

  /** Features of other hosts: `import "lodash"`, `process`. */
  private otherHostFeature(node: ts.Node): Advice | undefined {
    let advice: string | undefined;
    if (this.compiler.isIdentifier(node)) advice = foreignName(node.text);
    else if (this.compiler.isStringLiteral(node) && !node.text.startsWith("."))
      advice = moduleAdvice(node.text);
    return advice === undefined ? undefined : this.about(node, advice);
  }

  private member(node: ts.Node): Advice | undefined {
    const { parent } = node;
    if (!this.compiler.isPropertyAccessExpression(parent)) return undefined;
    const { expression: object, name } = parent;
    const type = this.checker.getTypeAtLocation(object);
    const advice =
      memberAdvice(object.getText(), this.className(object), name.text) ??
      this.functionOf(object, name) ??
      this.memberOfSome(object, type, name.text);
    return advice === undefined ? undefined : this.about(node, advice);
  }

  /** `a.clip(0, 1)`, which is a function of `np` and not a method. */
  private functionOf(object: ts.Expression, name: ts.MemberName): string | undefined {
    if (this.className(object) !== "NumpyArray") return undefined;
    const variables = this.checker.getSymbolsInScope(object, this.compiler.SymbolFlags.Value);
    const np = variables.find((symbol) => symbol.name === "np");
    const type = np && this.checker.getTypeOfSymbolAtLocation(np, object);
    const found = type?.getProperty(camelCase(name.text));
    return found && `it is a function: np.${found.name}(${object.getText()}, ...)`;
  }

  /** A member that only some classes of a union have, which `kind` distinguishes. */
  private memberOfSome(object: ts.Expression, type: ts.Type, name: string): string | undefined {
    if (!type.isUnion()) return undefined;
    const [owner] = type.types.filter((each) => each.getProperty(name) !== undefined);
    const kind = owner?.getProperty("kind");
    const literal = kind && this.checker.getTypeOfSymbolAtLocation(kind, object);
    if (literal?.isStringLiteral() !== true) return undefined;
    const text = object.getText();
    return (
      `only some kinds have it, such as ${literal.value}: ` +
      `if (${text}.kind === "${literal.value}") { ${text}.${name} }`
    );
  }

  /** A promise that is used as its value. */
  private promise(node: ts.Node, { relatedInformation }: ts.Diagnostic): Advice | undefined {
    const { compiler } = this;
    const isForgotten = relatedInformation?.some(({ code }) => code === FORGOTTEN_AWAIT) === true;
    const operands = compiler.isBinaryExpression(node) ? [node.left, node.right] : [];
    const parent = compiler.isPropertyAccessExpression(node.parent) ? node.parent : undefined;
    const used = isForgotten
      ? (parent?.expression ?? (node as ts.Expression))
      : operands.find((operand) => this.className(operand) === "Promise");
    if (used === undefined) return undefined;
    const text = used.getText();
    const isPart = parent !== undefined || operands.length > 0;
    const member = parent === undefined ? "" : `.${parent.name.text}`;
    const awaited = isPart ? `(await ${text})${member}` : `await ${text}`;
    return this.about(node, `${text} is a promise; write ${awaited}`);
  }

  /** `np.zeros((3, 3))` */
  private tuple(node: ts.Node): Advice | undefined {
    const { compiler } = this;
    let at = node;
    while (!compiler.isParenthesizedExpression(at)) {
      if (compiler.isStatement(at) || compiler.isSourceFile(at)) return undefined;
      at = at.parent;
    }
    return this.about(at, `write the tuple as [${at.expression.getText()}]`);
  }

  /** `A(i) == 0`, where `A(i)` has a method that compares */
  private equality(node: ts.Node): Advice | undefined {
    const { compiler } = this;
    if (!compiler.isBinaryExpression(node)) return undefined;
    const { left, right, operatorToken } = node;
    const operator = compiler.tokenToString(operatorToken.kind)!.slice(0, 2);
    for (const [object, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const method = this.methods.tagged(operator, this.checker.getTypeAtLocation(object))?.name;
      const text = object.getText();
      if (method !== undefined) {
        return this.about(node, `write ${text}.${method}(${other.getText()})`);
      }
      const advice = comparisonAdvice(this.className(object), text, operator, other.getText());
      if (advice !== undefined) return this.about(node, advice);
    }
    return undefined;
  }

  /** `for (const x of a)` of an array of another kind */
  private loop(node: ts.Node): Advice | undefined {
    const object = node as ts.Expression;
    const advice = loopAdvice(this.className(object), object.getText());
    return advice === undefined ? undefined : this.about(node, advice);
  }

  /** `te.Tensor` as a type, where `te` is a variable */
  private namespace(node: ts.Node): Advice | undefined {
    const name = node.getText();
    const variables = this.checker.getSymbolsInScope(node, this.compiler.SymbolFlags.Value);
    if (!variables.some((symbol) => symbol.name === name)) return undefined;
    const text = `import the type: import { ${name} } from "tvm-ts"`;
    return this.about(node.parent, text);
  }

  private className(object: ts.Expression): string {
    const type = this.checker.getTypeAtLocation(object);
    const isNumber = (type.flags & this.compiler.TypeFlags.NumberLike) !== 0;
    return isNumber ? "number" : (type.symbol?.name ?? "");
  }

  /** `A[i]`, `A[i, j]` and `A[i][j]`, with the error at any index. */
  private element(node: ts.Node): Advice | undefined {
    const { compiler } = this;
    let access: ts.Node = node;
    while (!compiler.isElementAccessExpression(access)) {
      if (compiler.isStatement(access) || compiler.isSourceFile(access)) return undefined;
      access = access.parent;
    }
    let outermost: ts.ElementAccessExpression = access;
    while (
      compiler.isElementAccessExpression(outermost.parent) &&
      outermost.parent.expression === outermost
    ) {
      outermost = outermost.parent;
    }
    const indices: string[] = [];
    let object: ts.Expression = outermost;
    while (compiler.isElementAccessExpression(object)) {
      indices.unshift(object.argumentExpression.getText());
      object = object.expression;
    }
    const advice = elementAdvice(this.className(object), object.getText(), indices.join(", "));
    return advice === undefined ? undefined : this.about(outermost, advice);
  }

  /** `a + b` of operands without arithmetic */
  private operands(node: ts.Node): Advice | undefined {
    if (!this.compiler.isBinaryExpression(node)) return undefined;
    for (const operand of [node.left, node.right]) {
      const advice = operandAdvice(this.className(operand), operand.getText());
      if (advice !== undefined) return this.about(node, advice);
    }
    return undefined;
  }

  /** The usage of a function that is called with wrong arguments. */
  private usage(node: ts.Node, { code, messageText }: ts.Diagnostic): Advice | undefined {
    const { compiler } = this;
    // Too few arguments are an error of the whole call.
    const isWhole =
      WRONG_COUNT.has(code) &&
      compiler.isCallExpression(node) &&
      String(messageText).endsWith(`but got ${node.arguments.length}.`);
    if (isWhole) return this.about(node, this.usages.usageOf(node));
    let at = node;
    while (!(compiler.isCallExpression(at.parent) || compiler.isNewExpression(at.parent))) {
      // Errors inside a function that is passed as an argument are not about the call.
      if (compiler.isStatement(at) || compiler.isSourceFile(at.parent)) return undefined;
      at = at.parent;
    }
    const advice = argumentAdvice(
      at.parent.expression.getText(),
      this.className(at as ts.Expression),
      at.getText(),
      /parameter of type '(\w+)'/.exec(String(messageText))?.[1],
    );
    return this.about(node, advice ?? this.usages.usageOf(at.parent));
  }

  private lineEnd(offset: number): number {
    const end = this.file.text.indexOf("\n", offset);
    return end < 0 ? this.file.text.length : end;
  }

  private about(node: ts.Node, text: string): Advice {
    return { text, start: node.getStart(this.file), end: node.end };
  }

  /** The innermost node that contains the characters from `start` to `end`. */
  private nodeAt(start: number, end: number): ts.Node {
    let found: ts.Node = this.file;
    const visit = (node: ts.Node): void => {
      if (start < node.getStart(this.file) || end > node.end) return;
      found = node;
      this.compiler.forEachChild(node, visit);
    };
    this.compiler.forEachChild(this.file, visit);
    return found;
  }
}

/**
 * Adds advice to errors; leaves out errors that advice covers, and errors of expressions with an undeclared
 * name.
 */
export function withAdvice(
  all: readonly ts.Diagnostic[],
  advisor: Advisor,
): { readonly diagnostic: ts.Diagnostic; readonly advice: string | undefined }[] {
  const names = all.filter(({ code }) => UNKNOWN_NAME.has(code));
  const diagnostics = all.filter((each) => !names.some((name) => isAround(each, name)));
  const given = new Set<string>();
  const unknown = new Set<unknown>();
  const shown: { diagnostic: ts.Diagnostic; advice: string | undefined }[] = [];
  let covered: Advice | undefined;
  for (const diagnostic of diagnostics) {
    if (covered !== undefined && advisor.isInside(diagnostic, covered)) continue;
    // An undeclared name is reported once.
    if (UNKNOWN_NAME.has(diagnostic.code)) {
      if (unknown.has(diagnostic.messageText)) continue;
      unknown.add(diagnostic.messageText);
    }
    const advice = advisor.adviceFor(diagnostic);
    if (advice === undefined || given.has(advice.text)) {
      shown.push({ diagnostic, advice: undefined });
    } else {
      given.add(advice.text);
      covered = advice;
      shown.push({ diagnostic, advice: advice.text });
    }
  }
  return shown;
}

/** Whether an error's expression contains another error. */
function isAround(outer: ts.Diagnostic, inner: ts.Diagnostic): boolean {
  const [{ start = 0, length = 0 }, { start: from = 0, length: size = 0 }] = [outer, inner];
  const isLonger = length > size && outer.code >= FIRST_TYPE_ERROR;
  return outer.file === inner.file && isLonger && start <= from && from + size <= start + length;
}
