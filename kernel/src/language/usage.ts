/**
 * The usage of a function, in a line:
 *
 *     split(axis: IterVar, by: { factor } | { nparts })
 *     lower(subject: Lowerable, args?: readonly ScheduleArg[], options?: { name?, simpleMode?, ... })
 */

import type * as ts from "typescript";

export type Call = ts.CallExpression | ts.NewExpression;

/** Options with more members are not listed, but named. */
const MEMBER_LIMIT = 8;

export class Usages {
  constructor(
    private readonly compiler: typeof ts,
    private readonly checker: ts.TypeChecker,
  ) {}

  /** The usages of a call's function; of overloads that differ only in types, the simplest. */
  usageOf(call: Call): string {
    const { expression } = call;
    const name = this.compiler.isPropertyAccessExpression(expression)
      ? expression.name.text
      : expression.getText();
    const simplest = new Map<string, ts.Signature>();
    for (const signature of this.signatures(call)) {
      const names = parameterNames(signature).join();
      const existing = simplest.get(names);
      if (existing === undefined || this.required(signature) < this.required(existing)) {
        simplest.set(names, signature);
      }
    }
    return [...simplest.values()]
      .map((signature) => `${name}(${this.parameters(signature, call)})`)
      .join(" or ");
  }

  /** Whether some overload has parameters of all these names. */
  hasParameters(call: Call, names: readonly string[]): boolean {
    return this.signatures(call).some((signature) => {
      const named = parameterNames(signature);
      return names.every((name) => named.includes(name));
    });
  }

  private signatures(call: Call): readonly ts.Signature[] {
    const type = this.checker.getTypeAtLocation(call.expression);
    return this.compiler.isNewExpression(call)
      ? type.getConstructSignatures()
      : type.getCallSignatures();
  }

  private required({ parameters }: ts.Signature): number {
    return parameters.filter((parameter) => !this.mark(parameter)).length;
  }

  private parameters(signature: ts.Signature, call: Call): string {
    const texts = signature.parameters.map((parameter) => {
      const type = this.typeText(this.checker.getTypeOfSymbolAtLocation(parameter, call));
      const mark = this.mark(parameter);
      return mark === "..." ? `...${parameter.name}: ${type}` : `${parameter.name}${mark}: ${type}`;
    });
    return texts.join(", ");
  }

  /** The marker of an optional parameter. */
  private mark({ valueDeclaration: declaration }: ts.Symbol): "" | "?" | "..." {
    if (declaration === undefined || !this.compiler.isParameter(declaration)) return "";
    if (declaration.dotDotDotToken !== undefined) return "...";
    return this.checker.isOptionalParameter(declaration) ? "?" : "";
  }

  /** A type's name; for inline object types, their members. */
  private typeText(type: ts.Type): string {
    const present = this.checker.getNonNullableType(type);
    const parts = present.isUnion() ? present.types : [present];
    if (!parts.some((part) => this.isOptions(part))) return this.checker.typeToString(present);
    return parts.map((part) => this.optionsText(part)).join(" | ");
  }

  private optionsText(type: ts.Type): string {
    if (!this.isOptions(type)) return this.checker.typeToString(type);
    const { Optional } = this.compiler.SymbolFlags;
    const { Undefined } = this.compiler.TypeFlags;
    const members = this.checker
      .getPropertiesOfType(type)
      .filter((each) => (this.checker.getTypeOfSymbol(each).flags & Undefined) === 0)
      .map(({ name, flags }) => ((flags & Optional) !== 0 ? `${name}?` : name));
    return `{ ${members.join(", ")} }`;
  }

  /** Plain data of a few members; not a class, a function or an array. */
  private isOptions(type: ts.Type): boolean {
    const { Object: object } = this.compiler.TypeFlags;
    if ((type.flags & (object | this.compiler.TypeFlags.Intersection)) === 0) return false;
    if (type.isClass() || type.getCallSignatures().length > 0) return false;
    if (this.checker.isArrayType(type) || this.checker.isTupleType(type)) return false;
    const members = this.checker.getPropertiesOfType(type);
    const { Method } = this.compiler.SymbolFlags;
    return (
      members.length > 0 &&
      members.length <= MEMBER_LIMIT &&
      members.every(({ flags }) => (flags & Method) === 0)
    );
  }
}

function parameterNames({ parameters }: ts.Signature): string[] {
  return parameters.map(({ name }) => name);
}
