import { beforeAll, describe, expect, test } from "vitest";
import { ready } from "../../../lib/tvm-ts/src/codegen";
import {
  Add,
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  builtin,
  Call,
  callUnary,
  Cast,
  dtypeInfo,
  FloatImm,
  GE,
  ifThenElse,
  isFloat,
  shiftLeft,
  shiftRight,
  trunc,
  Var,
  type DataType,
  type PrimExpr,
} from "../../../lib/tvm-ts/src/ir";
import * as ir from "../../../lib/tvm-ts/src/ir";
import { halfToNumber, NDArray, np, numberToHalf } from "../../../lib/tvm-ts/src/runtime";
import { compile, cpu, flat, func, load, loop, store } from "../../support/compiled";

beforeAll(ready);

type Scalar = number | bigint;

/** Edge cases of a type. */
function samples(dtype: DataType): Scalar[] {
  const { bits } = dtypeInfo(dtype);
  if (isFloat(dtype)) {
    return [0, -0, 1, -1, 0.5, -2.5, 3.75, 100.25, -7, 1e3, NaN, Infinity, -Infinity];
  }
  if (dtype === "bool") return [0, 1];
  const signed = dtypeInfo(dtype).code === "int";
  const low = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const high = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  const all = [low, low + 1n, -7n, -3n, -1n, 0n, 1n, 2n, 3n, 5n, 8n, 100n, high - 1n, high];
  const inside = [...new Set(all.filter((x) => x >= low && x <= high))];
  return bits === 64 ? inside : inside.map(Number);
}

/** Runs `body` on every pair of samples. */
function table(
  dtype: DataType,
  result: DataType,
  body: (a: PrimExpr, b: PrimExpr) => PrimExpr,
  keep: (a: Scalar, b: Scalar) => boolean = () => true,
): { a: Scalar; b: Scalar; got: Scalar }[] {
  const pairs = samples(dtype)
    .flatMap((a) => samples(dtype).map((b) => [a, b] as const))
    .filter(([a, b]) => keep(a, b));
  const [A, B, R] = [
    flat("A", pairs.length, dtype),
    flat("B", pairs.length, dtype),
    flat("R", pairs.length, result),
  ];
  const main = compile(
    func(
      [A, B, R],
      loop("i", pairs.length, (i) => store(R, i, body(load(A, i), load(B, i)))),
    ),
  );
  const array = (values: Scalar[], type: DataType): NDArray =>
    NDArray.of(np.array(values, type), cpu);
  const a = array(
    pairs.map((pair) => pair[0]),
    dtype,
  );
  const b = array(
    pairs.map((pair) => pair[1]),
    dtype,
  );
  const r = NDArray.empty([pairs.length], result, cpu);
  main(a, b, r);
  const got = r.numpy().data;
  for (const x of [a, b, r]) x.free();
  return pairs.map(([x, y], i) => ({ a: x, b: y, got: got[i]! }));
}

function wrapped(value: bigint, dtype: DataType): Scalar {
  const { bits, code } = dtypeInfo(dtype);
  const w = code === "int" ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  return bits === 64 ? w : Number(w);
}

const floorDiv = (a: bigint, b: bigint): bigint =>
  a / b - (a % b !== 0n && a % b < 0n !== b < 0n ? 1n : 0n);

const INTEGERS = [
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
] as const;

describe.each(INTEGERS)("%s", (dtype) => {
  const divides = (a: Scalar, b: Scalar): boolean =>
    Number(b) !== 0 && !(Number(b) === -1 && BigInt(a) < -(2n ** 30n));
  test.each([
    ["Add", (a, b) => a + b],
    ["Sub", (a, b) => a - b],
    ["Mul", (a, b) => a * b],
    ["Min", (a, b) => (a < b ? a : b)],
    ["Max", (a, b) => (a > b ? a : b)],
  ] as [string, (a: bigint, b: bigint) => bigint][])("%s wraps as the type does", (kind, model) => {
    const Node = (ir as unknown as Record<string, typeof Add>)[kind]!;
    for (const { a, b, got } of table(dtype, dtype, (x, y) => new Node(x, y))) {
      expect([a, b, got]).toEqual([a, b, wrapped(model(BigInt(a), BigInt(b)), dtype)]);
    }
  });

  test.each([
    ["Div", (a, b) => a / b],
    ["Mod", (a, b) => a % b],
    ["FloorDiv", floorDiv],
    ["FloorMod", (a, b) => a - floorDiv(a, b) * b],
  ] as [string, (a: bigint, b: bigint) => bigint][])("%s", (kind, model) => {
    const Node = (ir as unknown as Record<string, typeof Add>)[kind]!;
    for (const { a, b, got } of table(dtype, dtype, (x, y) => new Node(x, y), divides)) {
      expect([a, b, got]).toEqual([a, b, wrapped(model(BigInt(a), BigInt(b)), dtype)]);
    }
    for (const divisor of [1, 3, 8, 100]) {
      const by = (x: PrimExpr): PrimExpr => new Node(x, new ir.IntImm(divisor, dtype));
      for (const { a, got } of table(dtype, dtype, by)) {
        expect([a, divisor, got]).toEqual([
          a,
          divisor,
          wrapped(model(BigInt(a), BigInt(divisor)), dtype),
        ]);
      }
    }
  });

  test("comparisons", () => {
    for (const kind of ["EQ", "NE", "LT", "LE", "GT", "GE"] as const) {
      const Node = (ir as unknown as Record<string, typeof GE>)[kind]!;
      const model = {
        EQ: (a: Scalar, b: Scalar) => a === b,
        NE: (a: Scalar, b: Scalar) => a !== b,
        LT: (a: Scalar, b: Scalar) => a < b,
        LE: (a: Scalar, b: Scalar) => a <= b,
        GT: (a: Scalar, b: Scalar) => a > b,
        GE: (a: Scalar, b: Scalar) => a >= b,
      }[kind];
      for (const { a, b, got } of table(dtype, "bool", (x, y) => new Node(x, y))) {
        expect([kind, a, b, got]).toEqual([kind, a, b, Number(model(a, b))]);
      }
    }
  });

  test("bit operations and shifts", () => {
    const bits = BigInt(dtypeInfo(dtype).bits);
    const small = (_: Scalar, b: Scalar): boolean => BigInt(b) >= 0n && BigInt(b) < bits;
    const cases: [
      (x: PrimExpr, y: PrimExpr) => PrimExpr,
      (a: bigint, b: bigint) => bigint,
      boolean,
    ][] = [
      [bitwiseAnd, (a, b) => a & b, false],
      [bitwiseOr, (a, b) => a | b, false],
      [bitwiseXor, (a, b) => a ^ b, false],
      [(x) => bitwiseNot(x), (a) => ~a, false],
      [shiftLeft, (a, b) => a << b, true],
      [shiftRight, (a, b) => a >> b, true],
    ];
    for (const [make, model, shift] of cases) {
      for (const { a, b, got } of table(dtype, dtype, make, shift ? small : undefined)) {
        expect([a, b, got]).toEqual([a, b, wrapped(model(BigInt(a), BigInt(b)), dtype)]);
      }
    }
  });

  test("counting ones and leading zeros uses the type's width", () => {
    const bits = dtypeInfo(dtype).bits;
    const own = (a: Scalar): bigint => BigInt.asUintN(bits, BigInt(a));
    const call = (op: ir.Op, type: DataType) => (x: PrimExpr) => new Call(type, op, [x]);
    for (const { a, got } of table(dtype, dtype, call(builtin.popcount, dtype))) {
      expect(Number(got)).toBe(own(a).toString(2).replaceAll("0", "").length);
    }
    for (const { a, got } of table(dtype, "int32", call(builtin.clz, "int32"))) {
      if (own(a) !== 0n) expect(got).toBe(bits - own(a).toString(2).length);
    }
  });

  test("conversions to every type", () => {
    for (const target of [...INTEGERS, "float32", "float64", "bool"] as DataType[]) {
      for (const { a, got } of table(dtype, target, (x) => new Cast(target, x))) {
        const expected =
          target === "bool"
            ? Number(Number(a) !== 0)
            : target === "float32"
              ? Math.fround(Number(a))
              : target === "float64"
                ? Number(a)
                : wrapped(BigInt(a), target);
        expect([target, a, got]).toEqual([target, a, expected]);
      }
    }
  });
});

function halfToEven(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x - Math.trunc(x)) === 0.5 ? 2 * Math.round(x / 2) : nearest;
}

const round = {
  float16: (x: number) => halfToNumber(numberToHalf(x)),
  float32: Math.fround,
  float64: (x: number) => x,
};

describe.each(["float16", "float32", "float64"] as const)("%s", (dtype) => {
  test.each([
    ["Add", (a, b) => a + b],
    ["Sub", (a, b) => a - b],
    ["Mul", (a, b) => a * b],
    ["Div", (a, b) => a / b],
    ["Min", (a, b) => (a < b ? a : b)],
    ["Max", (a, b) => (a > b ? a : b)],
  ] as [string, (a: number, b: number) => number][])("%s", (kind, model) => {
    const Node = (ir as unknown as Record<string, typeof Add>)[kind]!;
    for (const { a, b, got } of table(dtype, dtype, (x, y) => new Node(x, y))) {
      expect([a, b, got]).toEqual([a, b, round[dtype](model(Number(a), Number(b)))]);
    }
  });

  test("comparisons with NaN are false, but for 'not equal'", () => {
    for (const { a, b, got } of table(dtype, "bool", (x, y) => new GE(x, y))) {
      expect([a, b, got]).toEqual([a, b, Number(Number(a) >= Number(b))]);
    }
    for (const { a, b, got } of table(dtype, "bool", (x, y) => new ir.NE(x, y))) {
      expect(got).toBe(Number(a !== b));
    }
  });

  test("conversions to integers lose the fraction; ours saturate at 32 bits, NaN is 0", () => {
    const clamp = (x: number): number =>
      Number.isNaN(x) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));
    for (const target of ["int8", "int16", "int32", "uint8"] as const) {
      for (const { a, got } of table(dtype, target, (x) => new Cast(target, x))) {
        expect([target, a, got]).toEqual([target, a, wrapped(BigInt(clamp(Number(a))), target)]);
      }
    }
  });

  test.each([
    ["floor", Math.floor],
    ["ceil", Math.ceil],
    ["trunc", Math.trunc],
    ["fabs", Math.abs],
    ["sqrt", Math.sqrt],
    ["exp", Math.exp],
    ["tanh", Math.tanh],
    ["log", Math.log],
    ["sigmoid", (x: number) => 1 / (1 + Math.exp(-x))],
    ["round", halfToEven],
    ["nearbyint", halfToEven],
    ["erf", undefined],
  ] as ["floor", ((x: number) => number) | undefined][])("%s", (name, model) => {
    for (const { a, got } of table(dtype, dtype, (x) => callUnary(name, x))) {
      if (model !== undefined) {
        const exact = round[dtype](model(Number(a)));
        expect([name, a, Number(got) + 0]).toEqual([name, a, exact + 0]);
      } else if (Number(a) === 0.5) {
        expect(Number(got)).toBeCloseTo(0.5204998778130465, dtype === "float64" ? 14 : 3);
      }
    }
  });
});

test("if_then_else does not compute the other branch", () => {
  const A = flat("A", 4, "int32");
  const R = flat("R", 4, "int32");
  const main = compile(
    func(
      [A, R],
      loop("i", 4, (i) =>
        store(R, i, ifThenElse(load(A, i).ne(0), new ir.Div(new ir.IntImm(12), load(A, i)), -1)),
      ),
    ),
  );
  const r = NDArray.empty([4], "int32", cpu);
  main(NDArray.of(np.array([1, 0, 3, -4], "int32"), cpu), r);
  expect(r.numpy().toArray()).toEqual([12, -1, 4, -3]);
});

test("half-precision constants are halves", () => {
  const R = flat("R", 1, "float16");
  const r = NDArray.empty([1], "float16", cpu);
  compile(
    func([R], store(R, 0, new Add(new FloatImm(0.1, "float16"), new FloatImm(0.2, "float16")))),
  )(r);
  const half = round.float16;
  expect(r.numpy().item()).toBe(half(half(0.1) + half(0.2)));
});

test("an unknown variable and an unknown operator are refused with their names", () => {
  const R = flat("R", 1);
  expect(() => compile(func([R], store(R, 0, new Var("x", "float32"))))).toThrow(
    "variable x has no value in the function",
  );
  const op = new ir.Op("tir.vta.uop_push", ir.CallEffect.UpdateState);
  expect(() => compile(func([R], store(R, 0, new Call("float32", op, []))))).toThrow(
    "target wasm cannot run tir.vta.uop_push",
  );
  expect(trunc(load(R, 0)).kind).toBe("Call");
});
