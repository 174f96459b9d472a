/**
 * Finds the method that an operator means, by tags in the types of its operands.
 *
 *     class Expr {
 *       /** @operator - *\/
 *       sub(other: Expr | number): Expr;              a - b   is   a.sub(b)
 *       /** @operator -x *\/
 *       neg(): Expr;                                  -a      is   a.neg()
 *       /** @operator reversed *\/
 *       reversed(method: "sub", left: number): Expr;  1 - b   is   b.reversed("sub", 1)
 *     }
 *     class Schedule {
 *       /** @operator [] *\/
 *       stage(of: Tensor): Stage;                     s[T]    is   s.stage(T)
 *     }
 *
 * Any library can tag its methods, and a method can have several tags. `!`, `&&`, `||`, `==` and `!=` are never calls, because JavaScript defines them for all objects; the advice for them names tagged methods. A property with the tag `condition` means that objects of its class are not conditions.
 */

import type * as ts from "typescript";

/** The call that an operator means. */
export type OperatorCall =
  /** `a.sub(b)`, `a.neg()`, `s.stage(T)` */
  | { readonly form: "method"; readonly method: string }
  /** `a = a.sub(b)` */
  | { readonly form: "assignment"; readonly method: string }
  /** `b.gt(a)` for `a < b` */
  | { readonly form: "mirrored"; readonly method: string }
  /** `b.reversed("sub", a)`; `by` is the name of the tagged method. */
  | { readonly form: "reversed"; readonly method: string; readonly by: string };

/** A call, and the type of what it returns. */
export interface TypedCall {
  readonly call: OperatorCall;
  readonly type: ts.Type;
}

/** The tags of methods, shared by all programs; types and symbols belong to one program. */
export type TagCache = WeakMap<ts.Declaration, readonly string[]>;

/** The equivalent comparison with swapped operands. */
const mirrors: ReadonlyMap<string, string> = new Map([
  ["<", ">"],
  ["<=", ">="],
  [">", "<"],
  [">=", "<="],
]);

/** A type's tagged methods, by their tags. */
type Methods = ReadonlyMap<string, ts.Symbol>;

/** An API that is public since TypeScript 5.4. */
interface Checker extends ts.TypeChecker {
  isTypeAssignableTo(source: ts.Type, target: ts.Type): boolean;
}

/** Finds methods in the types of one program. */
export class OperatorMethods {
  private readonly checker: Checker;
  private readonly methods = new Map<ts.Type, Methods>();

  constructor(
    checker: ts.TypeChecker,
    private readonly tags: TagCache,
  ) {
    this.checker = checker as Checker;
  }

  binary(operator: string, left: ts.Type, right: ts.Type): TypedCall | undefined {
    return (
      this.find(operator, left, right) ??
      this.mirrored(operator, left, right) ??
      this.reversed(operator, left, right)
    );
  }

  unary(operator: string, operand: ts.Type): TypedCall | undefined {
    return this.find(`${operator}x`, operand);
  }

  index(object: ts.Type, index: ts.Type): TypedCall | undefined {
    return this.find("[]", object, index);
  }

  /** The member with a tag. */
  tagged(tag: string, type: ts.Type): ts.Symbol | undefined {
    return this.methodsOf(type).get(tag);
  }

  private find(tag: string, object: ts.Type, ...args: ts.Type[]): TypedCall | undefined {
    const method = this.methodsOf(object).get(tag);
    const signature = method && this.signatures(method).find((each) => this.takes(each, args));
    return signature && this.typed({ form: "method", method: method.name }, signature);
  }

  private mirrored(operator: string, left: ts.Type, right: ts.Type): TypedCall | undefined {
    const mirror = mirrors.get(operator);
    const found = mirror === undefined ? undefined : this.find(mirror, right, left);
    return found && { ...found, call: { form: "mirrored", method: found.call.method } };
  }

  private reversed(operator: string, left: ts.Type, right: ts.Type): TypedCall | undefined {
    const methods = this.methodsOf(right);
    const method = methods.get(operator)?.name;
    const by = methods.get("reversed");
    if (method === undefined || by === undefined) return undefined;
    const signature = this.signatures(by).find((each) => {
      const [name, operand] = this.parameterTypes(each);
      return includesText(name, method) && this.accepts(operand, left);
    });
    return signature && this.typed({ form: "reversed", method, by: by.name }, signature);
  }

  private typed(call: OperatorCall, signature: ts.Signature): TypedCall {
    return { call, type: this.checker.getReturnTypeOfSignature(signature) };
  }

  /** The signatures without type parameters, whose return type is independent of the call. */
  private signatures(method: ts.Symbol): readonly ts.Signature[] {
    return this.checker
      .getSignaturesOfType(this.checker.getTypeOfSymbol(method), CALL)
      .filter(({ typeParameters }) => typeParameters === undefined);
  }

  private takes(signature: ts.Signature, args: readonly ts.Type[]): boolean {
    const parameters = this.parameterTypes(signature);
    return args.every((arg, i) => this.accepts(parameters[i], arg));
  }

  private parameterTypes(signature: ts.Signature): ts.Type[] {
    return signature.parameters.map((parameter) => this.checker.getTypeOfSymbol(parameter));
  }

  /** Whether a value of the type can be passed for a parameter, by the parameter's type. */
  accepts(parameter: ts.Type | undefined, type: ts.Type): boolean {
    return parameter !== undefined && this.checker.isTypeAssignableTo(type, parameter);
  }

  private methodsOf(type: ts.Type): Methods {
    const cached = this.methods.get(type);
    if (cached !== undefined) return cached;
    const methods = new Map<string, ts.Symbol>();
    // The properties of a union are those that all its members have.
    for (const symbol of this.checker.getPropertiesOfType(this.checker.getApparentType(type))) {
      for (const tag of this.tagsOf(symbol)) methods.set(tag, symbol);
    }
    this.methods.set(type, methods);
    return methods;
  }

  private tagsOf(symbol: ts.Symbol): readonly string[] {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined) return [];
    const cached = this.tags.get(declaration);
    if (cached !== undefined) return cached;
    const tags = symbol
      .getJsDocTags(this.checker)
      .filter(({ name }) => name === "operator")
      .map(({ text = [] }) => text.map((part) => part.text).join(""));
    this.tags.set(declaration, tags);
    return tags;
  }
}

const CALL = 0 satisfies ts.SignatureKind.Call;

/** Whether a type is a string type that includes `text`. */
function includesText(type: ts.Type | undefined, text: string): boolean {
  if (type === undefined) return false;
  const types = type.isUnion() ? type.types : [type];
  return types.some((each) => each.isStringLiteral() && each.value === text);
}
