/**
 * Expressions of the golden files: a number, a name, or a list `[operator, operands...]`. The caller defines names,
loads and reductions.
 */

import { tir } from "tvm-ts";

export type ExprJson = number | boolean | string | readonly ExprJson[];

/** Reductions, by the name of the operator: `sum`, `reduce_max`, `reduce_min`, `prod`, `argmax`. */
export interface ReductionJson {
  readonly operator: string;
  /** One value, or two for `argmax`. */
  readonly values: readonly tir.PrimExpr[];
  readonly axes: readonly string[];
  readonly condition: tir.PrimExpr | undefined;
}

/** The names that an expression may contain. */
export interface ExprScope {
  /** An axis or a variable. */
  name(name: string): tir.PrimExpr;
  load?(tensor: string, indices: readonly tir.PrimExpr[]): tir.PrimExpr;
  /** An `argmax` returns its two components. */
  reduce?(reduction: ReductionJson): tir.PrimExpr | readonly tir.PrimExpr[];
  /** The value of `@FIELD`: a number, or a type's name. */
  environment?(field: string): number | string;
}

type Unary = (x: tir.PrimExpr) => tir.PrimExpr;
type Binary = (a: tir.PrimExpr, b: tir.PrimExpr) => tir.PrimExpr;

const UNARY: Readonly<Record<string, Unary>> = {
  exp: (x) => tir.callUnary("exp", x),
  tanh: (x) => tir.callUnary("tanh", x),
  sqrt: (x) => tir.callUnary("sqrt", x),
  log: (x) => tir.callUnary("log", x),
  sigmoid: (x) => tir.callUnary("sigmoid", x),
  abs: tir.abs,
  floor: tir.floor,
  ceil: tir.ceil,
  round: tir.round,
  trunc: tir.trunc,
  not: tir.not,
  neg: (x) => tir.mul(x, tir.constant(-1, x.dtype)),
};

const BINARY: Readonly<Record<string, Binary>> = {
  "+": tir.add,
  "-": tir.sub,
  "*": tir.mul,
  "/": tir.div,
  "//": tir.floorDiv,
  "%": tir.floorMod,
  truncdiv: tir.truncDiv,
  truncmod: tir.truncMod,
  "<<": tir.shiftLeft,
  ">>": tir.shiftRight,
  "&": tir.bitwiseAnd,
  "|": tir.bitwiseOr,
  "^": tir.bitwiseXor,
  max: tir.max,
  min: tir.min,
  "<": tir.lt,
  "<=": tir.le,
  ">": tir.gt,
  ">=": tir.ge,
  // The reference does not fold these two.
  "==": (a, b) => new tir.EQ(a, b),
  "!=": (a, b) => new tir.NE(a, b),
  and: tir.and,
  or: tir.or,
};

const REDUCTIONS: ReadonlySet<string> = new Set(["sum", "reduce_max", "reduce_min", "prod"]);

/** Whether an expression is a list with this operator, such as `["argmax", ...]`. */
export function isCall(json: ExprJson, operator: string): boolean {
  return Array.isArray(json) && json[0] === operator;
}

/** The expression; an `argmax` is read by `readArgmax`. */
export function readExpr(json: ExprJson, scope: ExprScope): tir.PrimExpr {
  return typed(read(json, scope), undefined);
}

/** The two components of `["argmax", index, value, [axes]]`. */
export function readArgmax(json: ExprJson, scope: ExprScope): readonly tir.PrimExpr[] {
  const [operator, index, value, axes] = json as readonly ExprJson[];
  const result = scope.reduce?.({
    operator: operator as string,
    values: [readExpr(index!, scope), readExpr(value!, scope)],
    axes: axes as readonly string[],
    condition: undefined,
  });
  if (!Array.isArray(result)) throw new Error("argmax gives two values");
  return result as readonly tir.PrimExpr[];
}

/** A bare number stays a number: the other operand determines its type. */
function read(json: ExprJson, scope: ExprScope): tir.PrimExpr | number {
  if (typeof json === "number") return json;
  if (typeof json === "boolean") return tir.toExpr(json);
  if (typeof json === "string") {
    if (!json.startsWith("@")) return scope.name(json);
    const value = environment(json, scope);
    if (typeof value !== "number") throw new Error(`${json} is not a number`);
    return value;
  }
  const [operator, ...args] = json as readonly [string, ...ExprJson[]];
  if (REDUCTIONS.has(operator)) return readReduction(operator, args, scope);
  switch (operator) {
    case "load": {
      const indices = (args[1] as readonly ExprJson[]).map((index) => readExpr(index, scope));
      if (scope.load === undefined) throw new Error("there are no tensors to load from here");
      return scope.load(args[0] as string, indices);
    }
    case "const":
      return tir.constant(args[0] as number, readType(args[1] as string, scope));
    case "cast":
      return tir.cast(readType(args[0] as string, scope), readExpr(args[1]!, scope));
    case "select":
    case "if_then_else": {
      const [a, b] = matched(args[1]!, args[2]!, scope);
      const condition = readExpr(args[0]!, scope);
      return operator === "select" ? tir.select(condition, a, b) : tir.ifThenElse(condition, a, b);
    }
  }
  const unary = UNARY[operator];
  if (unary !== undefined) return unary(readExpr(args[0]!, scope));
  const binary = BINARY[operator];
  if (binary === undefined) throw new Error(`unknown operator ${operator}`);
  return binary(...matched(args[0]!, args[1]!, scope));
}

function readReduction(
  operator: string,
  args: readonly ExprJson[],
  scope: ExprScope,
): tir.PrimExpr {
  const [value, axes, condition] = args;
  const result = scope.reduce?.({
    operator,
    values: [readExpr(value!, scope)],
    axes: axes as readonly string[],
    condition: condition === undefined ? undefined : readExpr(condition, scope),
  });
  if (result === undefined) throw new Error("there is nothing to reduce over here");
  return Array.isArray(result) ? (result[0] as tir.PrimExpr) : (result as tir.PrimExpr);
}

/** Two operands; a number takes the type of the other. */
function matched(left: ExprJson, right: ExprJson, scope: ExprScope): [tir.PrimExpr, tir.PrimExpr] {
  const a = read(left, scope);
  const b = read(right, scope);
  return [typed(a, b), typed(b, a)];
}

function typed(
  value: tir.PrimExpr | number,
  beside: tir.PrimExpr | number | undefined,
): tir.PrimExpr {
  if (typeof value !== "number") return value;
  if (beside === undefined || typeof beside === "number") return tir.toExpr(value);
  return tir.constant(value, beside.dtype);
}

function readType(name: string, scope: ExprScope): string {
  return name.startsWith("@") ? String(environment(name, scope)) : name;
}

function environment(reference: string, scope: ExprScope): number | string {
  const value = scope.environment?.(reference.slice(1));
  if (value === undefined) throw new Error(`there is no ${reference} here`);
  return value;
}
