/**
 * The value of an expression does not depend on its evaluator: constant folding, simplification,
 * the interpreter, WebAssembly and C agree, at the limits of the types, for NaN and for infinity.
 * The sign of 0 is left out: x + 0 is simplified to x, also where x is -0.
 */

import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { interpret } from "../../lib/tvm-ts/src/codegen";
import { NDArray, np } from "../../lib/tvm-ts/src/runtime";
import { compile, cpu, flat, func, load, loop, seq, store } from "../support/compiled";
import { runC } from "../support/compiled-c";

const { tir } = tvm;
type Expr = tvm.tir.PrimExpr;
type DataType = tvm.tir.DataType;

beforeAll(tvm.ready);

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 500);
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);

/** How often an expression is made of nodes, and how often by functions that fold. */
interface Maker {
  binary(kind: BinaryKind, a: Expr, b: Expr): Expr;
  not(a: Expr): Expr;
  select(condition: Expr, a: Expr, b: Expr): Expr;
  cast(dtype: DataType, value: Expr): Expr;
  math(name: MathName, value: Expr): Expr;
}

const BINARY = {
  Add: tir.add,
  Sub: tir.sub,
  Mul: tir.mul,
  Div: tir.div,
  Mod: tir.truncMod,
  FloorDiv: tir.floorDiv,
  FloorMod: tir.floorMod,
  Min: tir.min,
  Max: tir.max,
  EQ: tir.eq,
  NE: tir.ne,
  LT: tir.lt,
  LE: tir.le,
  GT: tir.gt,
  GE: tir.ge,
  And: tir.and,
  Or: tir.or,
};
type BinaryKind = keyof typeof BINARY;
type MathName = "floor" | "ceil" | "trunc" | "round" | "nearbyint";

/** Nodes, without folding. */
const nodes: Maker = {
  binary: (kind, a, b) => new tir[kind](a, b),
  not: (a) => new tir.Not(a),
  select: (condition, a, b) => new tir.Select(condition, a, b),
  cast: (dtype, value) => (value.dtype === dtype ? value : new tir.Cast(dtype, value)),
  math: (name, value) => tir.callUnary(name, value),
};

/** The functions that users call, which fold constants. */
const folding: Maker = {
  binary: (kind, a, b) => BINARY[kind](a, b),
  not: tir.not,
  select: tir.select,
  cast: tir.cast,
  math: (name, value) => tir[name](value),
};

/** An expression over an element of each of two arrays. */
type Make = (maker: Maker, a: Expr, b: Expr) => Expr;

const COMPARISONS = ["EQ", "NE", "LT", "LE", "GT", "GE"] as const;

function expressions(dtype: DataType): fc.Arbitrary<Make> {
  const float = tir.isFloat(dtype);
  const bool = dtype === "bool";
  const signed = float || dtype.startsWith("int");
  const numbers = bool ? [0, 1] : [0, 1, 2, 3, 5, 7, 100, ...(signed ? [-1, -2, -7] : [])];
  const constants = float ? [...numbers, -0, 0.5, 1.5] : numbers;
  const leaf: fc.Arbitrary<Make> = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Make>((_, a) => a) },
    { weight: 2, arbitrary: fc.constant<Make>((_, _a, b) => b) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(...constants).map(
        (x): Make =>
          () =>
            tir.constant(x, dtype),
      ),
    },
  );
  const arithmetic = fc.constantFrom<BinaryKind>("Add", "Add", "Sub", "Mul", "Min", "Max");
  const divisors = fc.constantFrom(...[1, 2, 3, 5, 8, 100], ...(signed ? [-2, -3] : []));
  const divisions = fc.constantFrom<BinaryKind>("Div", "Mod", "FloorDiv", "FloorMod");
  const through = fc.constantFrom<DataType>("int8", "int32", "int64", "uint8", "float32", "bool");
  const { value, condition } = fc.letrec<{ value: Make; condition: Make }>((tie) => {
    const pair = fc.tuple(tie("value"), tie("value"));
    const combined = fc.tuple(pair, arithmetic).map(
      ([[a, b], kind]): Make =>
        (m, x, y) =>
          m.binary(kind, a(m, x, y), b(m, x, y)),
    );
    const divided = fc.tuple(tie("value"), divisors, divisions).map(
      ([a, by, kind]): Make =>
        (m, x, y) =>
          m.binary(kind, a(m, x, y), tir.constant(by, dtype)),
    );
    const quotient = pair.map(([a, b]): Make => (m, x, y) => {
      const divisor = b(m, x, y);
      const isZero = m.binary("EQ", divisor, tir.constant(0, dtype));
      return m.binary("Div", a(m, x, y), m.select(isZero, tir.constant(1, dtype), divisor));
    });
    const chosen = fc.tuple(tie("condition"), pair).map(
      ([c, [a, b]]): Make =>
        (m, x, y) =>
          m.select(c(m, x, y), a(m, x, y), b(m, x, y)),
    );
    const converted = fc.tuple(tie("value"), through).map(
      ([a, type]): Make =>
        (m, x, y) =>
          m.cast(dtype, m.cast(type, a(m, x, y))),
    );
    const rounded = fc
      .tuple(
        tie("value"),
        fc.constantFrom<MathName>("floor", "ceil", "trunc", "round", "nearbyint"),
      )
      .map(
        ([a, name]): Make =>
          (m, x, y) =>
            m.math(name, a(m, x, y)),
      );
    const asNumber = tie("condition").map(
      (c): Make =>
        (m, x, y) =>
          m.cast(dtype, c(m, x, y)),
    );
    const sorts = bool
      ? [combined, asNumber, chosen]
      : float
        ? [combined, quotient, rounded, converted, chosen, asNumber]
        : [combined, divided, converted, chosen, asNumber];
    const compared = fc.tuple(pair, fc.constantFrom(...COMPARISONS)).map(
      ([[a, b], kind]): Make =>
        (m, x, y) =>
          m.binary(kind, a(m, x, y), b(m, x, y)),
    );
    const joined = fc
      .tuple(tie("condition"), tie("condition"), fc.constantFrom<BinaryKind>("And", "Or"))
      .map(
        ([a, b, kind]): Make =>
          (m, x, y) =>
            m.binary(kind, a(m, x, y), b(m, x, y)),
      );
    const negated = tie("condition").map(
      (a): Make =>
        (m, x, y) =>
          m.not(a(m, x, y)),
    );
    return {
      value: fc.oneof({ maxDepth: 4, depthIdentifier: "e" }, leaf, combined, ...sorts),
      condition: fc.oneof({ maxDepth: 4, depthIdentifier: "e" }, compared, joined, negated),
    };
  });
  return bool ? fc.oneof(value, condition) : value;
}

const WHOLE = [0, 1, 2, 3, 7, 100];
const VALUES: Readonly<Record<string, readonly number[]>> = {
  bool: [0, 1],
  int8: [...WHOLE, -1, -3, -128, -127, 127],
  uint8: [...WHOLE, 128, 254, 255],
  int32: [...WHOLE, -1, -3, -(2 ** 31), 1 - 2 ** 31, 2 ** 31 - 1, 2 ** 30, 65536],
  uint32: [...WHOLE, 2 ** 31, 2 ** 32 - 1, 2 ** 32 - 2],
  int64: [...WHOLE, -1, -3, -(2 ** 31), 2 ** 31, 2 ** 52, -(2 ** 52)],
  float16: [0, -0, 1, -1.5, 0.5, 2.5, 2047, 65504, -65504, 2 ** -24, Infinity, -Infinity, NaN],
  float32: [
    0,
    -0,
    1,
    -1.5,
    0.5,
    2.5,
    0.1,
    16777217,
    3e38,
    1e-45,
    2 ** 31,
    2 ** 33,
    -300,
    Infinity,
    -Infinity,
    NaN,
  ],
  float64: [
    0,
    -0,
    1,
    -1.5,
    0.5,
    2.5,
    0.1,
    1e300,
    5e-324,
    2 ** 63,
    -(2 ** 70),
    -300,
    Infinity,
    -Infinity,
    NaN,
  ],
};

/** A function that stores each expression's value at every pair of elements. */
function tabulate(made: readonly Make[], maker: Maker, dtype: DataType, size: number) {
  const [A, B] = [flat("A", size, dtype), flat("B", size, dtype)];
  const R = flat("R", size * made.length, dtype);
  const body = loop("i", size, (i) =>
    seq(
      ...made.map((make, k) =>
        store(R, i.mul(made.length).add(k), make(maker, load(A, i), load(B, i))),
      ),
    ),
  );
  return func([A, B, R], body);
}

type Values = readonly (number | bigint)[];

const ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  float16: Float32Array, // the interpreter keeps halves as numbers
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The contents of the last array after the interpreter ran. */
function interpreted(main: tvm.tir.PrimFunc, dtype: Dtype, inputs: Values[], size: number): Values {
  const results = Array.from({ length: size }, () => 0);
  const arrays = [...inputs, results].map((values) => {
    const data = new ARRAYS[dtype](values.length);
    values.forEach((value, i) => (data[i] = dtype === "int64" ? BigInt(value) : value));
    return { data: data as ArrayBufferView, shape: [values.length] };
  });
  interpret(main, arrays);
  return Array.from(arrays.at(-1)!.data as Float64Array);
}

type Dtype = keyof typeof ARRAYS;

/** Every value with every other. */
function pairs(dtype: Dtype): [number[], number[]] {
  const values = VALUES[dtype]!.map(dtype === "float32" ? Math.fround : Number);
  return [values.flatMap((a) => values.map(() => a)), values.flatMap(() => values)];
}

/** The value of an expression over constants, which are folded as it is made. */
function folded(make: Make, dtype: DataType, a: number, b: number): number | bigint {
  const R = flat("R", 1, dtype);
  const value = make(folding, tir.constant(a, dtype), tir.constant(b, dtype));
  return interpreted(func([R], store(R, 0, value)), dtype as Dtype, [], 1)[0]!;
}

const TYPES = Object.keys(ARRAYS) as Dtype[];

test.each(TYPES)("%s expressions have the same value in every evaluator", (dtype) => {
  const count = Math.ceil(RUNS / TYPES.length);
  const made = fc.sample(expressions(dtype), { numRuns: count, seed: SEED });
  const [a, b] = pairs(dtype);
  const size = a.length * count;
  const main = tabulate(made, nodes, dtype, a.length);
  const expected = interpreted(main, dtype, [a, b], size);

  const agree = (who: string, values: Values): void => {
    const at = values.findIndex((value, i) => !isSame(value, expected[i]!));
    if (at < 0) return;
    const make = made[at % count]!;
    const [x, y] = [a[Math.floor(at / count)], b[Math.floor(at / count)]];
    const whole = tir.printExpr(make(nodes, new tir.Var("a", dtype), new tir.Var("b", dtype)));
    expect.fail(
      `${who} makes ${String(values[at])} and the interpreter ${String(expected[at])} of ${whole} ` +
        `at a = ${x}, b = ${y}`,
    );
  };

  for (const maker of [nodes, folding]) {
    const simple = tvm.pass.runPass(
      tvm.transforms.simplify,
      tir.IRModule.of("main", tabulate(made, maker, dtype, a.length)),
    );
    const [simplified] = simple.functions.values();
    agree("simplification", interpreted(simplified!, dtype, [a, b], size));
  }
  const inputs = [a, b].map((values) => np.array(values).astype(dtype));
  const all = [...inputs, np.zeros(size, dtype)];
  const arrays = all.map((array) => NDArray.of(array, cpu));
  compile(main)(...arrays);
  agree("WebAssembly", listOf(arrays.at(-1)!.numpy()));
  arrays.forEach((array) => array.free());
  agree("C", listOf(runC(main, all).at(-1)!));

  for (const [k, make] of made.entries()) {
    for (let i = k % 7; i < a.length; i += 7) {
      const value = folded(make, dtype, a[i]!, b[i]!);
      if (isSame(value, expected[i * count + k]!)) continue;
      agree(
        "folding",
        expected.map((other, j) => (j === i * count + k ? value : other)),
      );
    }
  }
});

function isSame(a: number | bigint, b: number | bigint): boolean {
  return a === b || Object.is(a, b);
}

function listOf(array: np.ndarray): Values {
  const values = array.dtype === "float16" ? array.astype("float32") : array;
  return Array.from(values.data as Float64Array);
}
