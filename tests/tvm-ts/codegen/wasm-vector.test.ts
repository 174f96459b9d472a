import { beforeAll, describe, expect, test } from "vitest";
import { ready } from "../../../lib/tvm-ts/src/codegen";
import {
  Add,
  Allocate,
  And,
  bitwiseNot,
  bitwiseXor,
  Broadcast,
  Cast,
  callUnary,
  constant,
  declBuffer,
  Div,
  dtypeInfo,
  FloatImm,
  FloorDiv,
  FloorMod,
  ifThenElse,
  IntImm,
  isFloat,
  LT,
  Max,
  maxValueOf,
  Min,
  minValueOf,
  Mod,
  Mul,
  NE,
  Not,
  Or,
  Ramp,
  Select,
  shiftLeft,
  shiftRight,
  Shuffle,
  Sub,
  trueImm,
  Var,
  vectorOf,
  LetStmt,
  type Buffer,
  type DataType,
  type PrimExpr,
  type Stmt,
} from "../../../lib/tvm-ts/src/ir";
import { NDArray, np } from "../../../lib/tvm-ts/src/runtime";
import { compile, cpu, flat, func, load, loop, seq, slice, store } from "../../support/compiled";

beforeAll(ready);

/** Random contents without zeros, so that dividing is safe. */
function random(length: number, dtype: DataType): NDArray {
  const { bits, code } = dtypeInfo(dtype);
  const high = code === "float" || bits > 8 ? 120 : 2 ** (bits - 1) - 1;
  const values = np.random.randint(1, dtype === "bool" ? 2 : high, length);
  const signs = code === "uint" ? 1 : np.random.randint(0, 2, length).mul(2).sub(1);
  const scaled = values.mul(signs).astype(dtype === "bool" ? "int32" : dtype);
  if (dtype === "bool") return NDArray.of(np.random.randint(0, 2, length).astype("bool"), cpu);
  return NDArray.of(isFloat(dtype) ? scaled.div(8).astype(dtype) : scaled, cpu);
}

type Body = (a: PrimExpr, b: PrimExpr) => PrimExpr;

/** Computes `body` on vectors of `lanes` and on scalars, and expects the same. */
function sameAsScalar(dtype: DataType, result: DataType, lanes: number, body: Body): void {
  const size = lanes * 3;
  const make = (inner: (R: Buffer, A: Buffer, B: Buffer) => Stmt): NDArray => {
    const [A, B, R] = [flat("A", size, dtype), flat("B", size, dtype), flat("R", size, result)];
    const out = NDArray.of(np.zeros(size, result), cpu);
    compile(func([A, B, R], inner(R, A, B)))(a, b, out);
    return out;
  };
  const a = random(size, dtype);
  const b = random(size, dtype);
  const scalar = make((R, A, B) =>
    loop("i", size, (i) => store(R, i, body(load(A, i), load(B, i)))),
  );
  const vector = make((R, A, B) =>
    loop("i", 3, (i) => {
      const at = slice(i.mul(lanes), lanes);
      return store(R, at, body(load(A, at), load(B, at)));
    }),
  );
  np.testing.assertEqual(vector.numpy(), scalar.numpy());
}

const NUMBERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"] as const;
const FLOATS = ["float16", "float32", "float64"] as const;
const LANES = [2, 3, 4, 8, 16, 32];

/** A constant like `like`, in every lane. */
const same = (value: number, like: PrimExpr): PrimExpr => constant(value, like.dtype);

describe.each([...NUMBERS, ...FLOATS])("%s vectors", (dtype) => {
  const bodies: Record<string, Body> = {
    Add: (a, b) => new Add(a, b),
    Sub: (a, b) => new Sub(a, b),
    Mul: (a, b) => new Mul(a, b),
    Div: (a, b) => new Div(a, b),
    Min: (a, b) => new Min(a, b),
    Max: (a, b) => new Max(a, b),
    select: (a, b) => new Select(new LT(a, b), a, same(3, b)),
    logic: (a, b) =>
      new Select(new Or(new And(new LT(a, b), new NE(a, same(5, a))), new Not(new LT(b, a))), a, b),
  };
  test.each(Object.keys(bodies))("%s", (name) => {
    for (const lanes of LANES) sameAsScalar(dtype, dtype, lanes, bodies[name]!);
  });

  test("conversions", () => {
    for (const target of [...NUMBERS, ...FLOATS] as DataType[]) {
      for (const lanes of [4, 16]) {
        sameAsScalar(dtype, target, lanes, (a) => new Cast(vectorOf(target, lanesLike(a)), a));
      }
    }
  });

  test("a comparison is stored as bytes, and read back as a mask", () => {
    for (const lanes of LANES) {
      sameAsScalar(dtype, "bool", lanes, (a, b) => new LT(a, b));
      sameAsScalar(dtype, dtype, lanes, (a, b) => new Cast(a.dtype, new LT(a, b)));
    }
  });
});

const lanesLike = (a: PrimExpr): number => dtypeInfo(a.dtype).lanes;

describe.each(NUMBERS)("%s vectors", (dtype) => {
  const bodies: Record<string, Body> = {
    FloorDiv: (a, b) => new FloorDiv(a, b),
    FloorMod: (a, b) => new FloorMod(a, b),
    Mod: (a, b) => new Mod(a, b),
    "division by a power of two": (a) => new FloorDiv(a, same(8, a)),
    "remainder of a power of two": (a) => new FloorMod(a, same(8, a)),
    shifts: (a, b) => shiftRight(shiftLeft(a, same(2, a)), same(1, b)),
    bits: (a, b) => bitwiseXor(bitwiseNot(a), b),
  };
  test.each(Object.keys(bodies))("%s", (name) => {
    for (const lanes of LANES) sameAsScalar(dtype, dtype, lanes, bodies[name]!);
  });
});

describe.each(FLOATS)("%s vectors", (dtype) => {
  test.each(["floor", "ceil", "trunc", "fabs", "exp", "tanh", "round"] as const)("%s", (name) => {
    for (const lanes of [4, 6]) sameAsScalar(dtype, dtype, lanes, (a) => callUnary(name, a));
  });
});

test("bool vectors as elements: loaded, combined, stored", () => {
  for (const lanes of LANES) {
    sameAsScalar("bool", "bool", lanes, (a, b) => new Or(new And(a, b), new Not(a)));
    sameAsScalar("bool", "float32", lanes, (a) => new Cast(vectorOf("float32", lanesLike(a)), a));
  }
});

/** Runs a function that fills an `int32` array. */
function filled(size: number, body: (R: Buffer) => Stmt): unknown {
  const R = flat("R", size, "int32");
  const out = NDArray.of(np.zeros(size, "int32"), cpu);
  compile(func([R], body(R)))(out);
  return out.numpy().toArray();
}

test.each(NUMBERS)("the extreme values of %s are exact in every lane", (dtype) => {
  const extremes = (a: PrimExpr): PrimExpr => {
    const [least, largest] = [minValueOf(dtype), maxValueOf(dtype)];
    return new Select(new LT(a, same(1, a)), same(least, a), same(largest, a));
  };
  sameAsScalar(dtype, dtype, 4, extremes);
});

test("ramps count, forwards and backwards, with a variable start", () => {
  const body = (R: Buffer): Stmt =>
    loop("i", 2, (i) => store(R, slice(i.mul(4), 4), new Ramp(i.mul(10), new IntImm(-3), 4)));
  expect(filled(8, body)).toEqual([0, -3, -6, -9, 10, 7, 4, 1]);
});

test("strided reads gather and strided writes scatter", () => {
  const body = (R: Buffer): Stmt =>
    seq(
      store(R, slice(0, 8), new Ramp(new IntImm(0), new IntImm(1), 8)),
      // Reverses the even places: every value is read before the first is written.
      store(R, slice(0, 4, 2), load(R, slice(6, 4, -2))),
    );
  expect(filled(8, body)).toEqual([6, 1, 4, 3, 2, 5, 0, 7]);
});

test("a whole vector is read before it is written to the next place", () => {
  const body = (R: Buffer): Stmt =>
    seq(
      store(R, slice(0, 16), new Ramp(new IntImm(0), new IntImm(1), 16)),
      store(R, slice(1, 12), load(R, slice(0, 12))),
    );
  expect(filled(16, body)).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15]);
});

test("indices that are any vectors are evaluated lane by lane", () => {
  const R = flat("R", 8, "int32");
  const I = flat("I", 8, "int32");
  const index = NDArray.of(np.array([3, 1, 2, 0, 7, 7, 6, 5], "int32"), cpu);
  const out = NDArray.of(np.zeros(8, "int32"), cpu);
  const all = slice(0, 8);
  compile(func([I, R], store(R, all, load(I, load(I, all)))))(index, out);
  expect(out.numpy().toArray()).toEqual([0, 1, 2, 3, 5, 5, 6, 7]);
});

test("a broadcast index repeats one element, a shuffle picks lanes", () => {
  const body = (R: Buffer): Stmt =>
    seq(
      store(R, slice(0, 4), new Ramp(new IntImm(5), new IntImm(1), 4)),
      store(R, slice(4, 4), load(R, new Broadcast(new IntImm(2), 4))),
      store(
        R,
        slice(0, 4),
        new Shuffle(
          [load(R, slice(0, 4))],
          [3, 2, 1, 0].map((i) => new IntImm(i)),
        ),
      ),
    );
  expect(filled(8, body)).toEqual([8, 7, 6, 5, 7, 7, 7, 7]);
});

test("vector variables, also of bool, hold their value", () => {
  const body = (R: Buffer): Stmt => {
    const v = new Var("v", "int32x8");
    const m = new Var("m", "uint1x8");
    const ramp = new Ramp(new IntImm(0), new IntImm(1), 8);
    const inner = store(R, slice(0, 8), new Select(m, v, new Broadcast(new IntImm(-1), 8)));
    const big = new LT(new Broadcast(new IntImm(4), 8), v);
    return new LetStmt(v, ramp, new LetStmt(m, big, inner));
  };
  expect(filled(8, body)).toEqual([-1, -1, -1, -1, -1, 5, 6, 7]);
});

test("a scalar condition selects between vectors without computing both", () => {
  const body = (R: Buffer): Stmt =>
    loop("i", 2, (i) => {
      const wide = new Ramp(i.mul(4), new IntImm(1), 4);
      const inverse = new Div(new Broadcast(new IntImm(100), 4), new Broadcast(i, 4));
      return store(R, slice(i.mul(4), 4), ifThenElse(i.eq(0), wide, inverse));
    });
  expect(filled(8, body)).toEqual([0, 1, 2, 3, 100, 100, 100, 100]);
});

test("buffers whose elements are vectors", () => {
  const data = new Var("V", "handle");
  const V = declBuffer([4], "float32x8", { name: "V", data });
  const A = flat("A", 32);
  const R = flat("R", 32);
  const a = NDArray.of(np.arange(32).astype("float32"), cpu);
  const out = NDArray.of(np.zeros(32, "float32"), cpu);
  const body = seq(
    loop("i", 4, (i) => store(V, i, load(A, slice(i.mul(8), 8)).mul(2))),
    loop("j", 4, (j) => store(R, slice(j.mul(8), 8, 1), load(V, new IntImm(3).sub(j)))),
  );
  const size = [new IntImm(4)];
  compile(func([A, R], new Allocate(data, "float32x8", size, trueImm(), body)))(a, out);
  expect(out.numpy().toArray()).toEqual(
    [3, 2, 1, 0].flatMap((i) => Array.from({ length: 8 }, (_, k) => 2 * (i * 8 + k))),
  );
});

test("a vector in registers is split into lanes", () => {
  const data = new Var("V", "handle");
  const V = declBuffer([2], "int32x3", { name: "V", data });
  const body = (R: Buffer): Stmt => {
    const inner = seq(
      store(V, 1, new Ramp(new IntImm(5), new IntImm(1), 3)),
      store(V, 0, load(V, 1).mul(new Broadcast(new IntImm(2), 3))),
      store(R, slice(1, 3), load(V, 0)),
    );
    return new Allocate(data, "int32x3", [new IntImm(2)], trueImm(), inner);
  };
  expect(filled(5, body)).toEqual([0, 10, 12, 14, 0]);
});

test("an array of vectors cannot be an argument", () => {
  const V = declBuffer([4], "float32x8", { name: "V" });
  expect(() => compile(func([V], store(V, 0, new Broadcast(new FloatImm(1), 8))))).toThrow(
    "argument V has elements of type float32x8",
  );
});
