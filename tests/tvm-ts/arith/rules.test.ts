import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  Add,
  And,
  arith,
  Broadcast,
  constant,
  Div,
  EQ,
  FloatImm,
  FloorDiv,
  FloorMod,
  GE,
  GT,
  IntImm,
  LE,
  LT,
  Max,
  Min,
  Mod,
  Mul,
  NE,
  Not,
  Or,
  Ramp,
  Range,
  Select,
  Sub,
  Var,
  type PrimExpr,
} from "tvm-ts";
import type { Pattern } from "../../../lib/tvm-ts/src/arith/rewrite/pattern";
import { readArithLine } from "../../support/arith-answers";

const { allRules, Analyzer } = arith;

/** Numbers from 0 to `n - 1`, always the same ones. */
function sequence(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

const OPERATORS = {
  Add,
  Sub,
  Mul,
  Div,
  Mod,
  FloorDiv,
  FloorMod,
  Min,
  Max,
  EQ,
  NE,
  LT,
  LE,
  GT,
  GE,
  And,
  Or,
};
const CONSTANTS = [1, 2, 3, 4, 6, 7, 8, 12, 15, 16, 31, 32, 0, -1, -2, -3, -4, -8, -16];

type ElementType = "int32" | "float32";

/** What part of a pattern stands for: a condition or a value, of one lane or of four. */
interface Place {
  readonly logical: boolean;
  readonly lanes: 1 | 4;
}

/** Makes expressions that look like a pattern. */
class Instances {
  private readonly vars = Array.from({ length: 6 }, (_, i) => new Var(`v${i}`));
  private values = new Map<number, PrimExpr>();
  private element: ElementType = "int32";

  constructor(private readonly random: (n: number) => number) {}

  /** An analyzer that knows some of the variables. */
  analyzer(onRewrite: arith.RuleObserver): arith.Analyzer {
    const analyzer = new Analyzer(onRewrite);
    [64, 7, 100, 9].forEach((extent, i) => {
      analyzer.bind(this.vars[i]!, new Range(constant(i % 2), constant(extent)));
    });
    return analyzer;
  }

  /** Undefined when the parts' types do not go together. */
  make(pattern: Pattern): PrimExpr | undefined {
    this.values = new Map();
    this.element = this.random(4) === 0 ? "float32" : "int32";
    try {
      return this.build(pattern, { logical: false, lanes: hasVectors(pattern) ? 4 : 1 });
    } catch {
      return undefined;
    }
  }

  private build(pattern: Pattern, place: Place): PrimExpr {
    switch (pattern.type) {
      case "literal":
        return constant(pattern.value, this.element);
      case "node":
        return this.node(pattern, place);
      default: {
        const value = this.values.get(pattern.slot) ?? this.leaf(pattern.type, place);
        this.values.set(pattern.slot, value);
        return value;
      }
    }
  }

  private leaf(type: Pattern["type"], { logical, lanes }: Place): PrimExpr {
    if (type === "int") return new IntImm(this.pick(CONSTANTS));
    if (type === "float") return new FloatImm(this.pick([0, 0.5, 2]));
    if (logical) return new Var("p", lanes === 1 ? "bool" : "uint1x4");
    if (lanes === 4) return new Var("v", `${this.element}x4`);
    if (this.element === "float32") return new Var("f", "float32");
    const v = this.pick(this.vars);
    const w = this.pick(this.vars);
    switch (this.random(8)) {
      case 0:
        return new Mul(v, new IntImm(this.pick([2, 4, 8])));
      case 1:
        return new Add(v, w);
      case 2:
        return new FloorMod(v, new IntImm(this.pick([3, 4])));
      case 3:
        return new Add(v, new IntImm(this.pick([4, 8, 12])));
      case 4:
        return new IntImm(this.pick(CONSTANTS));
      case 5:
        return new Select(new LT(v, w), new Mul(v, new IntImm(4)), new Mul(w, new IntImm(8)));
      default:
        return v;
    }
  }

  private node({ kind, args }: Pattern & { type: "node" }, place: Place): PrimExpr {
    const [first, second, third] = args as [Pattern, Pattern, Pattern];
    const condition = { ...place, logical: true };
    const value = { ...place, logical: false };
    const scalar = { ...place, lanes: 1 } as const;
    switch (kind) {
      case "Not":
        return new Not(this.build(first, condition));
      case "Select":
        return new Select(
          this.build(first, condition),
          this.build(second, value),
          this.build(third, value),
        );
      case "Ramp":
        return new Ramp(this.build(first, scalar), this.build(second, scalar), 4);
      case "Broadcast":
        return new Broadcast(this.build(first, scalar), 4);
      default: {
        const operands = kind === "And" || kind === "Or" ? condition : value;
        const a = this.build(first, operands);
        const b = this.build(second, operands);
        const literal = first.type === "literal" ? constant(first.value, b.dtype) : a;
        return this.disguised(kind, literal, b);
      }
    }
  }

  /**
   * A node whose operands are put in another order, or folded, before a rule sees them is reached
   * only through a rule that makes it.
   */
  private disguised(kind: keyof typeof OPERATORS, a: PrimExpr, b: PrimExpr): PrimExpr {
    const v = this.vars[0]!;
    const w = this.vars[5]!; // not bound
    if (kind === "Sub" && b.kind === "IntImm" && this.random(2) === 0) {
      return new Sub(new Add(v, a), new Add(v, b));
    }
    if (kind === "Sub" && (a.kind === "Min" || a.kind === "Max") && this.random(2) === 0) {
      // Both bounds moved alike, which no syntactic rule sees.
      const moved = [new Add(w, new IntImm(8)), new IntImm(12)] as const;
      const [p, q] = this.random(2) === 0 ? moved : [moved[1], moved[0]];
      return new Sub(new OPERATORS[a.kind](w, new IntImm(4)), new OPERATORS[a.kind](p, q));
    }
    if (kind === "Mul" && a.kind === "IntImm" && this.random(2) === 0) {
      return new Mul(new Min(a, b), new Max(a, b));
    }
    return new OPERATORS[kind](a, b);
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.random(items.length)]!;
  }
}

function hasVectors(pattern: Pattern): boolean {
  if (pattern.type !== "node") return false;
  return pattern.kind === "Ramp" || pattern.kind === "Broadcast" || pattern.args.some(hasVectors);
}

const ATTEMPTS = 50_000;

test("every rule applies to something: none is dead", () => {
  const fired = new Set<string>();
  const observer: arith.RuleObserver = (rule) => fired.add(rule.name);

  const corpus = readFileSync(new URL("../../golden/arith.jsonl", import.meta.url), "utf8");
  for (const text of corpus.trim().split("\n")) {
    const { expr, ranges } = readArithLine(JSON.parse(text) as Record<string, unknown>);
    const analyzer = new Analyzer(observer);
    for (const [v, [low, high]] of ranges) {
      analyzer.bind(v, new Range(constant(low), constant(high - low)));
    }
    analyzer.simplify(expr);
  }

  for (const [seed, rule] of allRules().entries()) {
    const instances = new Instances(sequence(seed));
    for (let i = 0; i < ATTEMPTS && !fired.has(rule.name); i++) {
      const expr = instances.make(rule.patterns[i % rule.patterns.length]!);
      if (expr !== undefined) instances.analyzer(observer).rewriteSimplify(expr);
    }
  }
  const dead = allRules().filter((rule) => !fired.has(rule.name));
  expect(dead.map((rule) => rule.name)).toEqual([]);
});
