import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { arith, tir } from "tvm-ts";
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
  Add: tir.Add,
  Sub: tir.Sub,
  Mul: tir.Mul,
  Div: tir.Div,
  Mod: tir.Mod,
  FloorDiv: tir.FloorDiv,
  FloorMod: tir.FloorMod,
  Min: tir.Min,
  Max: tir.Max,
  EQ: tir.EQ,
  NE: tir.NE,
  LT: tir.LT,
  LE: tir.LE,
  GT: tir.GT,
  GE: tir.GE,
  And: tir.And,
  Or: tir.Or,
};
const CONSTANTS = [1, 2, 3, 4, 6, 7, 8, 12, 15, 16, 31, 32, 0, -1, -2, -3, -4, -8, -16];

type ElementType = "int32" | "float32";

/** The kind of expression that a part of a pattern matches: a condition or a value, of one lane or of four. */
interface Place {
  readonly logical: boolean;
  readonly lanes: 1 | 4;
}

/** Makes expressions that match a pattern. */
class Instances {
  private readonly vars = Array.from({ length: 6 }, (_, i) => new tir.Var(`v${i}`));
  private values = new Map<number, tir.PrimExpr>();
  private element: ElementType = "int32";

  constructor(private readonly random: (n: number) => number) {}

  /** An analyzer that knows some of the variables. */
  analyzer(onRewrite: arith.RuleObserver): arith.Analyzer {
    const analyzer = new Analyzer(onRewrite, { fastMath: true });
    [64, 7, 100, 9].forEach((extent, i) => {
      analyzer.bind(this.vars[i]!, new tir.Range(tir.constant(i % 2), tir.constant(extent)));
    });
    return analyzer;
  }

  /** Undefined when the types of the parts do not match. */
  make(pattern: Pattern): tir.PrimExpr | undefined {
    this.values = new Map();
    this.element = this.random(4) === 0 ? "float32" : "int32";
    try {
      return this.build(pattern, { logical: false, lanes: hasVectors(pattern) ? 4 : 1 });
    } catch {
      return undefined;
    }
  }

  private build(pattern: Pattern, place: Place): tir.PrimExpr {
    switch (pattern.type) {
      case "literal":
        return tir.constant(pattern.value, this.element);
      case "node":
        return this.node(pattern, place);
      default: {
        const value = this.values.get(pattern.slot) ?? this.leaf(pattern.type, place);
        this.values.set(pattern.slot, value);
        return value;
      }
    }
  }

  private leaf(type: Pattern["type"], { logical, lanes }: Place): tir.PrimExpr {
    if (type === "int") return new tir.IntImm(this.pick(CONSTANTS));
    if (type === "float") return new tir.FloatImm(this.pick([0, 0.5, 2]));
    if (logical) return new tir.Var("p", lanes === 1 ? "bool" : "uint1x4");
    if (lanes === 4) return new tir.Var("v", `${this.element}x4`);
    if (this.element === "float32") return new tir.Var("f", "float32");
    const v = this.pick(this.vars);
    const w = this.pick(this.vars);
    switch (this.random(8)) {
      case 0:
        return new tir.Mul(v, new tir.IntImm(this.pick([2, 4, 8])));
      case 1:
        return new tir.Add(v, w);
      case 2:
        return new tir.FloorMod(v, new tir.IntImm(this.pick([3, 4])));
      case 3:
        return new tir.Add(v, new tir.IntImm(this.pick([4, 8, 12])));
      case 4:
        return new tir.IntImm(this.pick(CONSTANTS));
      case 5:
        return new tir.Select(
          new tir.LT(v, w),
          new tir.Mul(v, new tir.IntImm(4)),
          new tir.Mul(w, new tir.IntImm(8)),
        );
      default:
        return v;
    }
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
        return new tir.Ramp(this.build(first, scalar), this.build(second, scalar), 4);
      case "Broadcast":
        return new tir.Broadcast(this.build(first, scalar), 4);
      default: {
        const operands = kind === "And" || kind === "Or" ? condition : value;
        const a = this.build(first, operands);
        const b = this.build(second, operands);
        const literal = first.type === "literal" ? tir.constant(first.value, b.dtype) : a;
        return this.disguised(kind, literal, b);
      }
    }
  }

  /**
   * A node whose operands are reordered or folded before a rule is tried can be reached
only through a rule that makes it.
   */
  private disguised(kind: keyof typeof OPERATORS, a: tir.PrimExpr, b: tir.PrimExpr): tir.PrimExpr {
    const v = this.vars[0]!;
    const w = this.vars[5]!; // not bound
    if (kind === "Sub" && b.kind === "IntImm" && this.random(2) === 0) {
      return new tir.Sub(new tir.Add(v, a), new tir.Add(v, b));
    }
    if (kind === "Sub" && (a.kind === "Min" || a.kind === "Max") && this.random(2) === 0) {
      // Both bounds are shifted by the same amount, which no syntactic rule matches.
      const moved = [new tir.Add(w, new tir.IntImm(8)), new tir.IntImm(12)] as const;
      const [p, q] = this.random(2) === 0 ? moved : [moved[1], moved[0]];
      return new tir.Sub(new OPERATORS[a.kind](w, new tir.IntImm(4)), new OPERATORS[a.kind](p, q));
    }
    if (kind === "Mul" && a.kind === "IntImm" && this.random(2) === 0) {
      return new tir.Mul(new tir.Min(a, b), new tir.Max(a, b));
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

test("every rule applies to some expression", () => {
  const fired = new Set<string>();
  const observer: arith.RuleObserver = (rule) => fired.add(rule.name);

  const corpus = readFileSync(new URL("../../golden/arith.jsonl", import.meta.url), "utf8");
  for (const text of corpus.trim().split("\n")) {
    const { expr, ranges } = readArithLine(JSON.parse(text) as Record<string, unknown>);
    const analyzer = new Analyzer(observer);
    for (const [v, [low, high]] of ranges) {
      analyzer.bind(v, new tir.Range(tir.constant(low), tir.constant(high - low)));
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
