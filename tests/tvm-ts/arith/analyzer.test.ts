import { describe, expect, test } from "vitest";
import { arith, InternalError, tir } from "tvm-ts";

const { Analyzer } = arith;

const x = new tir.Var("x");
const y = new tir.Var("y");
const n = new tir.Var("n", "int32", undefined, true);

function range(min: number, extent: number | tir.PrimExpr): tir.Range {
  return new tir.Range(
    tir.constant(min),
    typeof extent === "number" ? tir.constant(extent) : extent,
  );
}

/** An analyzer that knows `0 <= x < 8` and `0 <= y < 4`. */
function small(): arith.Analyzer {
  const analyzer = new Analyzer();
  analyzer.bind(x, range(0, 8));
  analyzer.bind(y, range(0, 4));
  return analyzer;
}

const text = (expr: tir.PrimExpr): string => tir.printExpr(expr);

describe("simplification", () => {
  test("splits an index and joins it again", () => {
    const index = tir.add(tir.mul(x, 4), y);
    const analyzer = small();
    expect(analyzer.simplify(tir.floorDiv(index, 4))).toBe(x);
    expect(analyzer.simplify(tir.floorMod(index, 4))).toBe(y);
    const whole = tir.add(tir.mul(tir.floorDiv(x, 3), 3), tir.floorMod(x, 3));
    expect(new Analyzer().simplify(whole)).toBe(x);
  });

  test("knows that a size is not negative", () => {
    expect(new Analyzer().canProve(n.ge(0))).toBe(true);
    expect(text(new Analyzer().simplify(tir.max(n, -1)))).toBe("n: int32");
  });

  test("a range of one value replaces the variable by the value", () => {
    const analyzer = new Analyzer();
    analyzer.bind(x, range(5, 1));
    expect(text(analyzer.simplify(tir.add(x, y)))).toBe("(y: int32 + 5)");
  });

  test("returns the same object when nothing changes, negated comparisons included", () => {
    for (const expr of [tir.add(tir.mul(x, 16), y), tir.ne(x, y), x.le(y), tir.floorMod(x, 3)]) {
      expect(new Analyzer().simplify(expr)).toBe(expr);
    }
  });

  test("does not change a division by the constant 0: its branch may never be taken", () => {
    const analyzer = new Analyzer();
    analyzer.bind(n, tir.constant(0));
    const guarded = new tir.Call("int32", tir.builtin.ifThenElse, [
      tir.ne(n, 0),
      tir.floorDiv(x, n),
      x,
    ]);
    expect(analyzer.simplify(guarded)).toBe(x);
    expect(text(analyzer.simplify(tir.truncMod(x, n)))).toBe("(x: int32 % 0)");
    expect(text(analyzer.simplify(tir.div(tir.cast("float32", x), tir.cast("float32", n))))).toBe(
      "(cast(float32, x: int32) / 0f32)",
    );
  });

  test("does not merge divisors whose product does not fit the type", () => {
    const twice = tir.floorDiv(tir.floorDiv(x, 65536), 65536);
    expect(new Analyzer().simplify(twice)).toBe(twice);
    const rest = tir.floorMod(tir.floorDiv(x, 65536), 65536);
    expect(text(new Analyzer().simplify(rest))).toBe(text(rest));
  });

  test("does not fold constants beyond 2^53, which would not be exact", () => {
    const wide = new tir.Var("w", "int64");
    const huge = tir.constant(2 ** 52, "int64");
    const simple = new Analyzer().simplify(tir.add(tir.add(wide, huge), huge));
    expect(text(simple)).toBe("((w: int64 + 4503599627370496i64) + 4503599627370496i64)");
    const product = tir.mul(tir.mul(wide, huge), tir.constant(1024, "int64"));
    expect(text(new Analyzer().simplify(product))).toBe(text(product));
  });

  test("a let of a constant or a variable disappears, any other keeps its binding", () => {
    const v = new tir.Var("v");
    expect(text(new Analyzer().simplify(new tir.Let(v, tir.constant(3), tir.add(v, x))))).toBe(
      "(x: int32 + 3)",
    );
    expect(new Analyzer().rewriteSimplify(new tir.Let(v, tir.add(x, y), tir.mul(v, 2))).kind).toBe(
      "Let",
    );
  });

  test("each branch of a conditional knows the condition's value", () => {
    const choice = new tir.Select(tir.lt(x, 4), tir.min(x, 4), tir.max(x, 4));
    expect(text(new Analyzer().simplify(choice))).toBe("x: int32");
  });
});

describe("constraints", () => {
  test("hold inside their scope and are forgotten after it", () => {
    const analyzer = new Analyzer();
    const clipped = tir.min(x, 10);
    const inside = analyzer.withConstraint(tir.lt(x, 5), () => analyzer.simplify(clipped));
    expect(inside).toBe(x);
    expect(analyzer.simplify(clipped)).toBe(clipped);
  });

  test("nest, and are forgotten when the scope ends with an error", () => {
    const analyzer = new Analyzer();
    const leaveFirst = analyzer.enterConstraint(x.ge(2));
    const failing = (): void =>
      analyzer.withConstraint(tir.lt(x, 5), () => {
        expect(analyzer.constIntBound(x)).toEqual({ min: 2, max: 4 });
        throw new Error("inside");
      });
    expect(failing).toThrow("inside");
    expect(analyzer.constIntBound(x)).toEqual({ min: 2, max: 2 ** 31 - 1 });
    leaveFirst();
    expect(analyzer.constIntBound(x)).toEqual({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  });

  test("make an asserted condition true, and its opposite false", () => {
    const analyzer = new Analyzer();
    const said = tir.lt(x, y);
    analyzer.withConstraint(tir.and(said, tir.lt(y, n)), () => {
      expect(text(analyzer.simplify(said))).toBe("True");
      expect(text(analyzer.simplify(y.le(x)))).toBe("False");
    });
  });

  test("about a remainder reach the modular set", () => {
    const analyzer = new Analyzer();
    analyzer.withConstraint(tir.eq(tir.floorMod(x, 8), 3), () => {
      expect(analyzer.modularSet(x)).toEqual({ coeff: 8, base: 3 });
      expect(text(analyzer.simplify(tir.floorMod(x, 4)))).toBe("3");
      analyzer.withConstraint(tir.eq(tir.floorMod(x, 3), 1), () => {
        expect(analyzer.modularSet(x)).toEqual({ coeff: 24, base: 19 });
      });
    });
    expect(analyzer.modularSet(x)).toEqual({ coeff: 1, base: 0 });
  });

  test("a variable that is bound inside a scope stays bound after it", () => {
    const analyzer = new Analyzer();
    const v = new tir.Var("v");
    analyzer.withConstraint(tir.lt(x, 5), () => analyzer.bind(v, range(0, 4)));
    expect(analyzer.constIntBound(v)).toEqual({ min: 0, max: 3 });
    expect(analyzer.simplify(tir.floorDiv(v, 4))).toEqual(new tir.IntImm(0));
  });
});

describe("binding", () => {
  test("the same range twice is accepted, another range is an error unless it overrides", () => {
    const analyzer = small();
    analyzer.bind(x, range(0, 8));
    expect(() => analyzer.bind(x, range(0, 9))).toThrow(InternalError);
    expect(() => analyzer.bind(x, range(0, 9))).toThrow("x was bound to [0, 7] and now to [0, 8]");
    analyzer.bind(x, range(0, 9), true);
    expect(analyzer.constIntBound(x)).toEqual({ min: 0, max: 8 });
  });

  test("results from before a binding are not used after it", () => {
    const analyzer = new Analyzer();
    const index = tir.floorDiv(tir.add(tir.mul(x, 4), y), 4);
    expect(text(analyzer.simplify(index))).toBe("(floordiv(y: int32, 4) + x: int32)");
    analyzer.bind(y, range(0, 4));
    expect(analyzer.simplify(index)).toBe(x);
  });
});

describe("bounds", () => {
  test("open ends are infinite", () => {
    const wide = new tir.Var("w", "int64");
    expect(new Analyzer().constIntBound(wide)).toEqual({ min: -Infinity, max: Infinity });
    expect(new Analyzer().constIntBound(n)).toEqual({ min: 0, max: Infinity });
    expect(new Analyzer().constIntBound(x)).toEqual({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    expect(new Analyzer().constIntBound(tir.lt(x, y))).toEqual({ min: 0, max: 1 });
  });

  test("beyond 2^53 they are open, in the safe direction", () => {
    const product = tir.mul(tir.mul(x, x), x);
    expect(new Analyzer().constIntBound(product)).toEqual({ min: -Infinity, max: Infinity });
    const large = tir.constant(2 ** 60, "int64");
    expect(new Analyzer().constIntBound(large)).toEqual({ min: 2 ** 53 - 1, max: Infinity });
  });

  test("of a quotient split the divisor's range at 0", () => {
    const analyzer = new Analyzer();
    analyzer.bind(x, range(0, 101));
    analyzer.bind(y, range(-2, 5));
    expect(analyzer.constIntBound(tir.floorDiv(x, y))).toEqual({ min: -100, max: 100 });
  });

  test("a conversion to a narrow type may wrap around", () => {
    const analyzer = new Analyzer();
    analyzer.bind(x, range(100, 101));
    expect(analyzer.constIntBound(tir.cast("int8", x))).toEqual({ min: -128, max: 127 });
    expect(analyzer.modularSet(tir.cast("int8", tir.mul(x, 6)))).toEqual({ coeff: 2, base: 0 });
  });
});

test("a proof succeeds only when the condition is certain", () => {
  const analyzer = small();
  expect(analyzer.canProve(tir.lt(x, 8))).toBe(true);
  expect(analyzer.canProve(tir.lt(x, 7))).toBe(false);
  expect(analyzer.canProveEqual(tir.mul(tir.add(x, 1), 2), tir.add(tir.mul(x, 2), 2))).toBe(true);
  expect(analyzer.canProveEqual(x, y)).toBe(false);
  expect(analyzer.canProveGreaterEqual(tir.sub(x, y), -3)).toBe(true);
  expect(analyzer.canProveGreaterEqual(tir.sub(x, y), -2)).toBe(false);
  expect(analyzer.canProveLess(tir.add(x, y), 11)).toBe(true);
  expect(analyzer.canProveLess(tir.add(x, y), 10)).toBe(false);
});

test("an observer is notified of the rules that are applied", () => {
  const heard: string[] = [];
  const analyzer = new Analyzer((rule, before, after) => {
    heard.push(`${rule.name}: ${text(before)} => ${text(after)}`);
  });
  analyzer.rewriteSimplify(tir.add(tir.sub(x, y), y));
  expect(heard).toEqual(["(x - y) + y -> x: ((x: int32 - y: int32) + y) => x: int32"]);
});

test("a quotient of constants that does not fit the type is not folded", () => {
  const x = new tir.Var("x");
  const quotient = tir.floorDiv(tir.mul(x, tir.constant(-(2 ** 31))), tir.constant(-1));
  expect(tir.printExpr(new Analyzer().simplify(quotient))).toContain("floordiv");
});

test("a rule for integers applies after one for floats was tried, and not the reverse", () => {
  const analyzer = new Analyzer();
  const comparison = (dtype: tir.DataType): tir.PrimExpr =>
    new tir.Not(new tir.LE(new tir.Var("a", dtype), new tir.Var("b", dtype)));
  const sumOfRamps = (dtype: tir.DataType): tir.PrimExpr => {
    const ramp = (name: string): tir.Ramp =>
      new tir.Ramp(new tir.Var(name, dtype), tir.constant(1, dtype), 4);
    return new tir.Add(ramp("i"), ramp("j"));
  };
  analyzer.rewriteSimplify(comparison("float32"));
  expect(analyzer.rewriteSimplify(sumOfRamps("int32")).kind).toBe("Ramp");
  analyzer.rewriteSimplify(comparison("int32"));
  expect(analyzer.rewriteSimplify(sumOfRamps("float32")).kind).toBe("Add");
});
