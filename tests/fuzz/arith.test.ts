import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arith, tir } from "tvm-ts";
import { evaluate, Undefined } from "../support/evaluate";
import { readExpr, type ExprJson } from "../support/expr-json";

const { Analyzer, detectLinearEquation, IntSet } = arith;

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 500);

const names = ["x", "y", "z"] as const;
const FACTORS = [2, 3, 4, 5, 7, 8, 12, 16, 32, 64, 100];
const CONSTANTS = [0, 1, 2, 3, 5, 7, 8, 16, 31, 100, -1, -2, -5, -16];

/** Expressions in the notation of the golden files. */
const { value, condition } = fc.letrec<{ value: ExprJson; condition: ExprJson }>((tie) => {
  const operand = tie("value");
  const divisor = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...FACTORS) },
    { weight: 2, arbitrary: fc.constantFrom(-1, -2, -3, -8) },
    { weight: 1, arbitrary: fc.constantFrom<ExprJson>("x", ["+", ["max", "y", 0], 1]) },
  );
  return {
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: "expr" },
      { weight: 4, arbitrary: fc.constantFrom<ExprJson>(...names) },
      { weight: 1, arbitrary: fc.constantFrom<ExprJson>(...CONSTANTS) },
      {
        weight: 5,
        arbitrary: fc.tuple(fc.constantFrom("+", "+", "-", "min", "max"), operand, operand),
      },
      {
        weight: 4,
        arbitrary: fc.tuple(fc.constant("*"), operand, fc.constantFrom(...FACTORS, -1, -3)),
      },
      { weight: 1, arbitrary: fc.tuple(fc.constant("*"), operand, operand) },
      {
        weight: 6,
        arbitrary: fc.tuple(fc.constantFrom("//", "%", "truncdiv", "truncmod"), operand, divisor),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(
          fc.constantFrom("select", "if_then_else"),
          tie("condition"),
          operand,
          operand,
        ),
      },
    ),
    condition: fc.oneof(
      { maxDepth: 3, depthIdentifier: "expr" },
      {
        weight: 4,
        arbitrary: fc.tuple(fc.constantFrom("<", "<=", ">", ">=", "==", "!="), operand, operand),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.constantFrom("and", "or"), tie("condition"), tie("condition")),
      },
      { weight: 1, arbitrary: fc.tuple(fc.constant("not"), tie("condition")) },
    ),
  };
});

const range = fc.tuple(
  fc.constantFrom(0, 0, 0, 1, -3, -17, 5),
  fc.constantFrom(1, 2, 3, 4, 7, 8, 16, 33, 100),
);

interface Case {
  readonly expr: tir.PrimExpr;
  readonly vars: readonly tir.Var[];
  readonly ranges: readonly (readonly [number, number])[];
  /** Values of the variables, inside their ranges. */
  readonly points: readonly ReadonlyMap<tir.Var, number>[];
  readonly analyzer: () => arith.Analyzer;
}

/** An expression with ranges for its variables and points in them. */
function cases(json: fc.Arbitrary<ExprJson>): fc.Arbitrary<Case> {
  return fc
    .tuple(
      json,
      fc.tuple(range, range, range),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 8, maxLength: 8 }),
    )
    .map(([text, ranges, offsets]) => {
      const vars = names.map((name) => new tir.Var(name));
      const point = (at: (extent: number, axis: number) => number): Map<tir.Var, number> =>
        new Map(vars.map((v, i) => [v, ranges[i]![0] + at(ranges[i]![1], i)]));
      const points = [
        point(() => 0),
        point((extent) => extent - 1),
        ...offsets.map((offset) => point((extent, i) => offset[i]! % extent)),
      ];
      const scope = { name: (name: string) => vars[names.indexOf(name as "x")]! };
      let expr: tir.PrimExpr;
      try {
        expr = readExpr(text, scope);
      } catch {
        expr = vars[0]!; // a division by a constant that folds to 0 is refused when it is built
      }
      const analyzer = (): arith.Analyzer => {
        const result = new Analyzer();
        vars.forEach((v, i) => {
          result.bind(v, new tir.Range(tir.constant(ranges[i]![0]), tir.constant(ranges[i]![1])));
        });
        return result;
      };
      return {
        expr,
        vars,
        ranges,
        points,
        analyzer,
        toString: () => `${tir.printExpr(expr)} over ${JSON.stringify(ranges)}`,
      };
    });
}

const values = cases(value);
const all = cases(fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: condition }));

/** Calls `check` with the value of the expression at each point where it has one. */
function atPoints(
  { expr, points }: Case,
  check: (value: bigint, point: ReadonlyMap<tir.Var, number>) => void,
): void {
  for (const point of points) {
    let expected: bigint;
    try {
      expected = evaluate(expr, point);
    } catch (error) {
      if (error instanceof Undefined) continue;
      throw error;
    }
    check(expected, point);
  }
}

function same(c: Case, simple: tir.PrimExpr): void {
  atPoints(c, (expected, point) => {
    expect(
      `${evaluate(simple, point)} at ${[...point.values()]} from ${tir.printExpr(simple)}`,
    ).toBe(`${expected} at ${[...point.values()]} from ${tir.printExpr(simple)}`);
  });
}

const options = { numRuns: RUNS };

describe("the analyzer, on random expressions", () => {
  test("rewriting preserves the value", () => {
    fc.assert(
      fc.property(all, (c) => same(c, c.analyzer().rewriteSimplify(c.expr))),
      options,
    );
  });
  test("canonical simplification preserves the value", () => {
    fc.assert(
      fc.property(all, (c) => same(c, c.analyzer().canonicalSimplify(c.expr))),
      options,
    );
  });
  test("simplification preserves the value, also without facts about the variables", () => {
    fc.assert(
      fc.property(all, (c) => {
        same(c, c.analyzer().simplify(c.expr));
        same(c, new Analyzer().simplify(c.expr));
      }),
      options,
    );
  });
  test("an expression that simplification does not change is the same object", () => {
    fc.assert(
      fc.property(all, ({ expr, analyzer }) => {
        for (const simplify of ["rewriteSimplify", "canonicalSimplify", "simplify"] as const) {
          const simple = analyzer()[simplify](expr);
          if (tir.exprEqual(simple, expr)) expect(simple).toBe(expr);
        }
      }),
      options,
    );
  });
  test("simplification to the end is idempotent, and preserves the value", () => {
    fc.assert(
      fc.property(all, (c) => {
        const simple = c.analyzer().simplify(c.expr, Infinity);
        expect(c.analyzer().simplify(simple, Infinity)).toBe(simple);
        same(c, simple);
      }),
      options,
    );
  });
  test("constant bounds hold", () => {
    fc.assert(
      fc.property(values, (c) => {
        const { min, max } = c.analyzer().constIntBound(c.expr);
        atPoints(c, (at) => {
          expect(Number(at)).toBeGreaterThanOrEqual(min);
          expect(Number(at)).toBeLessThanOrEqual(max);
        });
      }),
      options,
    );
  });
  test("modular sets hold", () => {
    fc.assert(
      fc.property(values, (c) => {
        const { coeff, base } = c.analyzer().modularSet(c.expr);
        atPoints(c, (at) => {
          const distance = at - BigInt(base);
          expect(coeff === 0 ? distance : distance % BigInt(coeff)).toBe(0n);
        });
      }),
      options,
    );
  });
  test("interval sets hold", () => {
    fc.assert(
      fc.property(values, (c) => {
        if (tir.isBool(c.expr.dtype)) return;
        const domains = new Map(
          c.vars.map((v, i) => {
            const [low, extent] = c.ranges[i]!;
            return [v, IntSet.interval(tir.constant(low), tir.constant(low + extent - 1))];
          }),
        );
        const set = new Analyzer().intSet(c.expr, domains);
        atPoints(c, (at) => {
          if (set.hasLowerBound) expect(at >= evaluate(set.min, new Map())).toBe(true);
          if (set.hasUpperBound) expect(at <= evaluate(set.max, new Map())).toBe(true);
        });
      }),
      options,
    );
  });
  test("linear equations make the expression", () => {
    fc.assert(
      fc.property(values, (c) => {
        const linear = detectLinearEquation(c.expr, c.vars.slice(0, 2));
        if (linear === undefined) return;
        const [a, b, base] = linear as [tir.PrimExpr, tir.PrimExpr, tir.PrimExpr];
        same(c, tir.add(tir.add(a.mul(c.vars[0]!), b.mul(c.vars[1]!)), base));
      }),
      options,
    );
  });
  test("a constraint is forgotten when its scope ends", () => {
    fc.assert(
      fc.property(all, cases(condition), (c, { expr: constraint }) => {
        const analyzer = c.analyzer();
        const before = tir.printExpr(analyzer.simplify(c.expr));
        analyzer.withConstraint(constraint, () => analyzer.simplify(c.expr));
        expect(tir.printExpr(analyzer.simplify(c.expr))).toBe(before);
      }),
      options,
    );
  });
});
