/**
 * Random instances of rewrite rules, and the values of both sides.
 *
 * An instance is a rule's pattern with variables and constants in its places, a few values for each
 * variable, and an oracle that answers the condition's queries by testing all of these values. Such an
oracle proves every true fact, so a rule is tested wherever it could apply.
 */

import { arith, tir } from "tvm-ts";
import { SLOT, type Pattern } from "../../lib/tvm-ts/src/arith/rewrite/pattern";
import type { Order, RuleContext } from "../../lib/tvm-ts/src/arith/rewrite/rule-context";

export type ElementType = "int32" | "float32" | "bool";

/** Whole numbers of any size, or as an `int32` holds them. */
export type Meaning = "exact" | "wrapping";

export type Random = (n: number) => number;

/** Numbers from 0 to `n - 1`, the same ones for a seed. */
export function sequence(seed: number): Random {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

type Value = number | readonly number[];

export interface Instance {
  readonly expr: tir.PrimExpr;
  /** All combinations of the variables' values: `points[i][j]` is the value of variable `j`. */
  readonly points: readonly (readonly number[])[];
  readonly vars: readonly tir.Var[];
}

const LANES = 4;
const SMALL = [-9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 31];
const LIMITS = [
  -(2 ** 31),
  -(2 ** 31) + 1,
  -(2 ** 31) + 2,
  -(2 ** 30),
  -1,
  0,
  1,
  2,
  3,
  4,
  2 ** 30,
  2 ** 31 - 3,
  2 ** 31 - 2,
  2 ** 31 - 1,
];
const FLOATS = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  3,
  -7,
  1e8,
  16777217,
  3e38,
  -3e38,
  1e-44,
];
const SINGLES = FLOATS.map(Math.fround);
const FLOAT_CONSTANTS = [0, -0, 0.5, 2, 3, -1, NaN, Infinity];

/** The kind of expression that a part of a pattern matches. */
interface Place {
  readonly logical: boolean;
  readonly lanes: 1 | 4;
}

/** The source of constants and of variables' values. */
export interface Choices {
  readonly random: Random;
  integer(): number;
  /** The values of one variable. */
  domain(): readonly number[];
}

/** Small numbers, and near the limits of `int32` if `limits` is set. */
export function randomIntegers(random: Random, limits: boolean): Choices {
  const pick = (items: readonly number[]): number => items[random(items.length)]!;
  return {
    random,
    integer: () => pick(limits && random(3) === 0 ? LIMITS : SMALL),
    domain() {
      if (limits && random(3) > 0) return [pick(LIMITS), pick(LIMITS), pick(LIMITS)];
      // Neighbours, neighbours at a distance, or one value.
      const first = pick(SMALL);
      const step = pick([0, 1, 1, 1, 2, 4, 8]);
      return Array.from({ length: step === 0 ? 1 : 3 }, (_, i) => first + i * step);
    },
  };
}

/** Floats of every sort, or whole floats, for which arithmetic is exact. */
export function randomFloats(random: Random, whole: boolean): Choices {
  const pick = (items: readonly number[]): number => items[random(items.length)]!;
  return {
    random,
    integer: () => pick(whole ? [0, 1, 2, 3, -1] : FLOAT_CONSTANTS),
    domain: () => [0, 1].map(() => pick(whole ? [1, 2, 3, 5, -4, 7] : SINGLES)),
  };
}

/** Puts variables and constants into a pattern; undefined when the types of its parts do not match. */
export function instanceOf(
  pattern: Pattern,
  element: ElementType,
  vectors: boolean,
  choices: Choices,
): Instance | undefined {
  return new Maker(element, choices).make(pattern, vectors);
}

class Maker {
  private readonly parts = new Map<number, tir.PrimExpr>();
  private readonly domains = new Map<tir.Var, readonly number[]>();

  constructor(
    private readonly element: ElementType,
    private readonly choices: Choices,
  ) {}

  private random(n: number): number {
    return this.choices.random(n);
  }

  make(pattern: Pattern, vectors: boolean): Instance | undefined {
    let expr: tir.PrimExpr;
    try {
      expr = this.build(pattern, { logical: false, lanes: vectors ? LANES : 1 });
    } catch {
      return undefined;
    }
    const vars = [...this.domains.keys()];
    let points: number[][] = [[]];
    for (const v of vars) {
      points = points.flatMap((point) => this.domains.get(v)!.map((value) => [...point, value]));
    }
    return { expr, points, vars };
  }

  private build(pattern: Pattern, place: Place): tir.PrimExpr {
    switch (pattern.type) {
      case "literal":
        return place.logical
          ? tir.constant(pattern.value, "bool")
          : tir.constant(pattern.value, this.typeOf(place));
      case "node":
        return this.node(pattern, place);
      default: {
        const known = this.parts.get(pattern.slot);
        const part = known ?? this.leaf(pattern, place);
        this.parts.set(pattern.slot, part);
        return part;
      }
    }
  }

  private typeOf({ lanes }: Place): tir.DataType {
    return lanes === 1 ? this.element : `${this.element}x4`;
  }

  private leaf(
    pattern: Exclude<Pattern, { type: "node" | "literal" }>,
    place: Place,
  ): tir.PrimExpr {
    if (pattern.type === "int") {
      if (this.element !== "int32") throw new Error("an integer among other values");
      return new tir.IntImm(this.choices.integer());
    }
    if (pattern.type === "float") {
      if (this.element !== "float32") throw new Error("a float among other values");
      return new tir.FloatImm(this.choices.integer(), "float32");
    }
    // Two parts that differ by a constant, as some rules require.
    const [other] = [...this.parts.values()].reverse();
    if (place.lanes === 1 && other?.dtype === "int32" && !place.logical && this.random(12) === 0) {
      return new tir.Add(other, new tir.IntImm(4));
    }
    // A stride is sometimes a number, as in most programs.
    const stride = pattern.slot === SLOT.s1 || pattern.slot === SLOT.s2;
    if (stride && place.lanes === 1 && this.element === "int32" && this.random(2) === 0) {
      return new tir.IntImm(this.pick([0, 1, 2, -1, 4]));
    }
    const logical = place.logical || this.element === "bool";
    const type = logical ? (place.lanes === 1 ? "bool" : "uint1x4") : this.typeOf(place);
    if (place.lanes === 1) return this.variable(type, logical);
    // A vector is made of scalars, so that every value is a number.
    const lane = (): tir.PrimExpr => this.variable(logical ? "bool" : this.element, logical);
    return this.random(2) === 0 || logical
      ? new tir.Shuffle(
          [new tir.Broadcast(lane(), 2), new tir.Broadcast(lane(), 2)],
          [0, 1, 2, 3].map((i) => new tir.IntImm(i)),
        )
      : new tir.Ramp(lane(), tir.constant(this.pick([1, 2, 3]), this.element), LANES);
  }

  private variable(type: tir.DataType, logical: boolean): tir.Var {
    const v = new tir.Var(`v${this.domains.size}`, type);
    this.domains.set(v, logical ? [0, 1] : this.choices.domain());
    return v;
  }

  private node({ kind, args }: Pattern & { type: "node" }, place: Place): tir.PrimExpr {
    const [first, second, third] = args as [Pattern, Pattern, Pattern];
    const condition = { ...place, logical: true };
    const value = { ...place, logical: false };
    const scalar = { ...place, lanes: 1 } as const;
    switch (kind) {
      case "Not":
        return new tir.Not(this.build(first, condition));
      case "Select":
        return new tir.Select(
          this.build(first, condition),
          this.build(second, value),
          this.build(third, value),
        );
      case "Ramp":
        if (place.lanes === 1) throw new Error("a vector among scalars");
        return new tir.Ramp(this.build(first, scalar), this.build(second, scalar), LANES);
      case "Broadcast":
        if (place.lanes === 1) throw new Error("a vector among scalars");
        return new tir.Broadcast(this.build(first, scalar), LANES);
      default: {
        const operands = kind === "And" || kind === "Or" ? condition : value;
        const a = this.build(first, operands);
        const b = this.build(second, operands);
        return new tir[kind](a, b);
      }
    }
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.random(items.length)]!;
  }
}

// Values ----------------------------------------------------------------------------------------

/** The value is undefined: a division by 0. */
class Undefined extends Error {}

/** A product that is not an exact number. */
class TooLarge extends Undefined {}

/** The value of an expression over `int32`, `float32` and `bool`, given its variables'. */
export type Evaluate = (point: readonly number[]) => Value;

function evaluator(expr: tir.PrimExpr, vars: readonly tir.Var[], meaning: Meaning): Evaluate {
  const of = (e: tir.PrimExpr): Evaluate => evaluator(e, vars, meaning);
  switch (expr.kind) {
    case "IntImm": {
      const { value } = expr;
      return () => value;
    }
    case "FloatImm": {
      const value = Math.fround(expr.value);
      return () => value;
    }
    case "Var": {
      const at = vars.indexOf(expr);
      return (point) => point[at]!;
    }
    case "Not": {
      const a = of(expr.a);
      return (point) => lanewise((x) => (x === 0 ? 1 : 0), a(point), 0);
    }
    case "Select": {
      const [c, a, b] = [of(expr.condition), of(expr.trueValue), of(expr.falseValue)];
      return (point) => {
        const test = c(point);
        if (!Array.isArray(test)) return test === 0 ? b(point) : a(point);
        return (test as number[]).map((t, i) => laneAt(t === 0 ? b(point) : a(point), i));
      };
    }
    case "Ramp": {
      const [base, stride] = [of(expr.base), of(expr.stride)];
      const { lanes } = expr;
      const operation = operationOf("Add", expr.dtype, meaning);
      const product = operationOf("Mul", expr.dtype, meaning);
      return (point) => {
        const [from, by] = [base(point) as number, stride(point) as number];
        return Array.from({ length: lanes }, (_, i) => operation(from, product(by, i)));
      };
    }
    case "Broadcast": {
      const value = of(expr.value);
      const { lanes } = expr;
      return (point) => {
        const one = value(point) as number;
        return Array.from({ length: lanes }, () => one);
      };
    }
    case "Shuffle": {
      const vectors = expr.vectors.map(of);
      return (point) => vectors.flatMap((vector) => vector(point) as number[]);
    }
    default: {
      if (!("b" in expr)) throw new Error(`${expr.kind} in a rule`);
      const [a, b] = [of(expr.a), of(expr.b)];
      const operation = operationOf(expr.kind, expr.a.dtype, meaning);
      return (point) => lanewise(operation, a(point), b(point));
    }
  }
}

function laneAt(value: Value, lane: number): number {
  return typeof value === "number" ? value : value[lane]!;
}

function lanewise(operation: (x: number, y: number) => number, a: Value, b: Value): Value {
  if (typeof a === "number" && typeof b === "number") return operation(a, b);
  return Array.from({ length: LANES }, (_, i) => operation(laneAt(a, i), laneAt(b, i)));
}

const WHOLE: Readonly<Record<string, (x: number, y: number) => number>> = {
  Add: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => exact(x * y),
  Div: (x, y) => Math.trunc(x / divisor(y)) + 0,
  Mod: (x, y) => (x % divisor(y)) + 0,
  FloorDiv: (x, y) => Math.floor(x / divisor(y)) + 0,
  FloorMod: (x, y) => x - Math.floor(x / divisor(y)) * y + 0,
  Min: (x, y) => (x < y ? x : y),
  Max: (x, y) => (x > y ? x : y),
  EQ: (x, y) => Number(x === y),
  NE: (x, y) => Number(x !== y),
  LT: (x, y) => Number(x < y),
  LE: (x, y) => Number(x <= y),
  GT: (x, y) => Number(x > y),
  GE: (x, y) => Number(x >= y),
  And: (x, y) => x & y,
  Or: (x, y) => x | y,
};

/** Products of limits exceed the integers that a number holds exactly. */
function exact(x: number): number {
  if (!Number.isSafeInteger(x)) throw new TooLarge();
  return x + 0;
}

function divisor(y: number): number {
  if (y === 0) throw new Undefined();
  return y;
}

function operationOf(
  kind: string,
  dtype: tir.DataType,
  meaning: Meaning,
): (x: number, y: number) => number {
  const whole = WHOLE[kind]!;
  if (tir.isFloat(dtype)) {
    switch (kind) {
      case "Add":
      case "Sub":
        return (x, y) => Math.fround(whole(x, y));
      case "Mul":
        return (x, y) => Math.fround(x * y);
      case "Div":
        return (x, y) => Math.fround(x / y);
      default:
        return whole;
    }
  }
  if (tir.isBool(dtype) && kind === "Add") return (x, y) => x | y;
  if (meaning === "exact" || tir.isBool(dtype)) return whole;
  if (kind === "Add" || kind === "Sub") return (x, y) => whole(x, y) | 0;
  if (kind === "Mul") return (x, y) => Math.imul(x, y);
  if (kind === "Div") {
    return (x, y) => {
      const quotient = whole(x, y);
      if (quotient === 2 ** 31) throw new Undefined();
      return quotient;
    };
  }
  if (kind === "FloorDiv") return operationOf("Div", dtype, meaning) && divideDown;
  return whole;
}

function divideDown(x: number, y: number): number {
  const quotient = WHOLE["FloorDiv"]!(x, y);
  if (quotient === 2 ** 31) throw new Undefined();
  return quotient;
}

// Queries of a rule ------------------------------------------------------------------------------

/** Answers by the values at all points where the expression has one. */
export class Oracle implements RuleContext {
  constructor(
    private readonly instance: Instance,
    private readonly meaning: Meaning,
    readonly fastMath = false,
  ) {}

  /** Whether each of its parts has the same value as in unbounded integers. */
  isExact(expr: tir.PrimExpr): boolean {
    if (this.meaning === "exact" || tir.isFloat(expr.dtype)) return true;
    let exact = true;
    tir.postOrderVisit(expr, (node) => {
      const isArithmetic = ["Add", "Sub", "Mul", "Ramp"].includes(node.kind);
      if (!exact || !isArithmetic || !tir.isExpr(node)) return;
      exact = difference({ ...this.instance, expr: node }, node, "exact", "wrapping") === undefined;
    });
    return exact;
  }

  compare(expr: tir.PrimExpr, value: number): Order {
    const { min, max } = this.bound(expr);
    if (min === value && max === value) return "==";
    if (min > value) return ">";
    if (max < value) return "<";
    if (min >= value) return ">=";
    if (max <= value) return "<=";
    return this.values(expr).includes(value) ? "?" : "!=";
  }

  canProveGreaterEqual(expr: tir.PrimExpr, bound: number): boolean {
    return this.bound(expr).min >= bound;
  }

  canProveLess(expr: tir.PrimExpr, bound: number): boolean {
    return this.bound(expr).max < bound;
  }

  /** Nothing is known of an expression with a part that wraps around: the analyzer does not model that. */
  bound(expr: tir.PrimExpr): arith.ConstIntBound {
    const values = this.isExact(expr) ? this.values(expr) : [];
    return values.length === 0
      ? { min: -(2 ** 31), max: 2 ** 31 - 1 }
      : { min: Math.min(...values), max: Math.max(...values) };
  }

  modular(expr: tir.PrimExpr): arith.ModularSet {
    const values = this.values(expr);
    const [first] = values;
    if (first === undefined) return { coeff: 1, base: 0 };
    let coeff = 0;
    for (const value of values) {
      for (let [a, b] = [coeff, Math.abs(value - first)]; ; [a, b] = [b, a % b]) {
        if (b === 0) {
          coeff = a;
          break;
        }
      }
    }
    if (coeff === 0) return { coeff, base: first };
    return { coeff, base: ((first % coeff) + coeff) % coeff };
  }

  private values(expr: tir.PrimExpr): number[] {
    const value = evaluator(expr, this.instance.vars, this.meaning);
    return this.instance.points.flatMap((point) => {
      try {
        return value(point);
      } catch (error) {
        if (error instanceof Undefined) return [];
        throw error;
      }
    }) as number[];
  }
}

/**
 * A message with the first point at which the two expressions differ; undefined when they are equal
wherever the first has a value.
 */
export function difference(
  instance: Instance,
  result: tir.PrimExpr,
  meaning: Meaning,
  meaningOfResult = meaning,
): string | undefined {
  const { expr, vars, points } = instance;
  const before = evaluator(expr, vars, meaning);
  const after = evaluator(result, vars, meaningOfResult);
  for (const point of points) {
    let expected: Value;
    try {
      expected = before(point);
    } catch (error) {
      if (error instanceof TooLarge && meaningOfResult !== meaning) return "too large for a number";
      if (error instanceof Undefined) continue;
      throw error;
    }
    let actual: Value | string;
    try {
      actual = after(point);
    } catch (error) {
      if (!(error instanceof Undefined)) throw error;
      actual = "not defined";
    }
    if (same(expected, actual)) continue;
    const where = vars.map((v, i) => `${v.name} = ${point[i]}`).join(", ");
    return `${tir.printExpr(expr)} is ${expected} and ${tir.printExpr(result)} is ${actual} at ${where}`;
  }
  return undefined;
}

function same(a: Value, b: Value | string): boolean {
  if (typeof a === "number") return Object.is(a, b);
  return Array.isArray(b) && a.every((lane, i) => Object.is(lane, b[i]));
}
