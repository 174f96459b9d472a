/**
 * What to do about a mistake that TypeScript found, where that can be told from the cell.
 *
 *     s[C].split(x, factor=4)     Cannot find name 'factor'.
 *                                 note: keyword arguments are an object at the end: { factor: 4 }
 *     s[C].split(x, 4)            Argument of type 'number' is not assignable to ... 'SplitBy'.
 *                                 note: split(axis: IterVar, by: { factor } | { nparts })
 */

import type * as ts from "@tslab/typescript-for-tslab";
import {
  argumentAdvice,
  camelCase,
  elementAdvice,
  lineAdvice,
  memberAdvice,
  nameAdvice,
  operandAdvice,
  optionsText,
} from "./python";
import { Usages } from "./usage";

/** A sentence, and the part of the cell that it speaks of: more mistakes there are its consequences. */
export interface Advice {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** TypeScript numbers what is wrong with the syntax below this. */
export const FIRST_TYPE_ERROR = 2000;
/** Its codes for what cannot be known. */
const UNKNOWN_NAME = new Set([2304, 2552]);
const UNKNOWN_MEMBER = new Set([2339, 2551]);
/** An object where a number or text belongs, no such property, an unused left side of a comma. */
const WRONG_INDEX = new Set([2538, 7053, 2695]);
const WRONG_COUNT = new Set([2554, 2555]);
const WRONG_ARGUMENT = new Set([...WRONG_COUNT, 2345, 2353, 2559, 2561, 2769]);
const WRONG_OPERANDS = 2365;
const NO_TYPE = 7006;

export class Advisor {
  private readonly usages: Usages;

  /** @param lost names that a cell declares that was not run, with the cell */
  constructor(
    private readonly compiler: typeof ts,
    private readonly checker: ts.TypeChecker,
    private readonly file: ts.SourceFile,
    private readonly lost: ReadonlyMap<string, string>,
  ) {
    this.usages = new Usages(compiler, checker);
  }

  /** What to do about a mistake in the cell. */
  adviceFor(diagnostic: ts.Diagnostic): Advice | undefined {
    const { code, file, start = 0, length = 0 } = diagnostic;
    if (file !== this.file) return undefined;
    if (code < FIRST_TYPE_ERROR) return this.syntax(start);
    const node = this.nodeAt(start, start + length);
    const keywords = this.keywords(node);
    if (keywords !== undefined) return keywords;
    if (UNKNOWN_NAME.has(code)) return this.name(node);
    if (UNKNOWN_MEMBER.has(code)) return this.member(node);
    if (WRONG_INDEX.has(code)) return this.element(node) ?? this.syntax(start);
    if (WRONG_ARGUMENT.has(code)) return this.usage(node, diagnostic);
    if (code === WRONG_OPERANDS) return this.operands(node);
    if (code === NO_TYPE)
      return this.about(node, `say of what type it is: ${node.getText()}: number`);
    return undefined;
  }

  isInside({ file, start = 0 }: ts.Diagnostic, advice: Advice): boolean {
    return file === this.file && start >= advice.start && start < advice.end;
  }

  /** What follows a line that cannot be parsed means nothing. */
  private syntax(offset: number): Advice | undefined {
    const { text } = this.file;
    // What is missing at the end of a line is missed where the next one begins.
    const before = text.slice(0, offset).trimEnd().length;
    for (const at of before < offset ? [offset, before] : [offset]) {
      const start = text.lastIndexOf("\n", at - 1) + 1;
      const end = text.indexOf("\n", at);
      const advice = lineAdvice(text.slice(start, end < 0 ? text.length : end));
      if (advice !== undefined) return { text: advice, start, end: text.length };
    }
    return undefined;
  }

  /** `f(x, a=1)`: an assignment where an argument belongs. */
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
        ? `arguments are given by their places: ${this.usages.of(call)}`
        : `keyword arguments are an object at the end: ${optionsText(options)}`;
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
    const advice = nameAdvice(node.text);
    if (advice !== undefined) return this.about(node, advice);
    if (operator !== compiler.SyntaxKind.EqualsToken) return undefined;
    return this.about(node, `new names are declared: const ${node.text} = ...`);
  }

  private member(node: ts.Node): Advice | undefined {
    const { parent } = node;
    if (!this.compiler.isPropertyAccessExpression(parent)) return undefined;
    const advice = memberAdvice(parent.expression.getText(), parent.name.text);
    return advice === undefined ? undefined : this.about(node, advice);
  }

  /** `A[i]`, `A[i, j]` and `A[i][j]`, of which each index may be what is wrong. */
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
    const kind = this.checker.getTypeAtLocation(object).symbol?.name ?? "";
    const advice = elementAdvice(kind, object.getText(), indices.join(", "));
    return advice === undefined ? undefined : this.about(outermost, advice);
  }

  /** `a + b` of what does not calculate */
  private operands(node: ts.Node): Advice | undefined {
    if (!this.compiler.isBinaryExpression(node)) return undefined;
    for (const operand of [node.left, node.right]) {
      const kind = this.checker.getTypeAtLocation(operand).symbol?.name ?? "";
      const advice = operandAdvice(kind, operand.getText());
      if (advice !== undefined) return this.about(node, advice);
    }
    return undefined;
  }

  /** How the function is called that is called wrongly. */
  private usage(node: ts.Node, { code, messageText }: ts.Diagnostic): Advice | undefined {
    const { compiler } = this;
    // The whole call is what has too few arguments.
    const isWhole =
      WRONG_COUNT.has(code) &&
      compiler.isCallExpression(node) &&
      String(messageText).endsWith(`but got ${node.arguments.length}.`);
    if (isWhole) return this.about(node, this.usages.of(node));
    let at = node;
    while (!(compiler.isCallExpression(at.parent) || compiler.isNewExpression(at.parent))) {
      // Inside an argument's own function something else is going on.
      if (compiler.isStatement(at) || compiler.isSourceFile(at.parent)) return undefined;
      at = at.parent;
    }
    const kind = this.checker.getTypeAtLocation(at).symbol?.name ?? "";
    const advice = argumentAdvice(at.parent.expression.getText(), kind, at.getText());
    return this.about(node, advice ?? this.usages.of(at.parent));
  }

  private about(node: ts.Node, text: string): Advice {
    return { text, start: node.getStart(this.file), end: node.end };
  }

  /** The innermost node that holds the characters from `start` to `end`. */
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

/** Mistakes with what to do about them; those that a piece of advice covers are left out. */
export function withAdvice(
  diagnostics: readonly ts.Diagnostic[],
  advisor: Advisor,
): { readonly diagnostic: ts.Diagnostic; readonly advice: string | undefined }[] {
  const given = new Set<string>();
  const unknown = new Set<unknown>();
  const shown: { diagnostic: ts.Diagnostic; advice: string | undefined }[] = [];
  let covered: Advice | undefined;
  for (const diagnostic of diagnostics) {
    if (covered !== undefined && advisor.isInside(diagnostic, covered)) continue;
    // A name that nothing declares is told of once.
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
