/** Random expressions: compiled code and the interpreter compute the same. */

import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { interpret } from "../../lib/tvm-ts/src/codegen";
import { NDArray, np } from "../../lib/tvm-ts/src/runtime";
import { compile, cpu, flat, func, load, loop, slice, store } from "../support/compiled";

beforeAll(tvm.ready);

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 500);
const SIZE = 24;

type Make = (leaf: (name: "A" | "B") => tvm.tir.PrimExpr, lanes: number) => tvm.tir.PrimExpr;

const broadcast = (value: number, dtype: tvm.tir.DataType, lanes: number): tvm.tir.PrimExpr =>
  tvm.tir.constant(value, tvm.tir.vectorOf(dtype, lanes));

/** Expressions of one type over the elements of two arrays. */
function expressions(dtype: tvm.tir.DataType): fc.Arbitrary<Make> {
  const float = tvm.tir.isFloat(dtype);
  const small = fc.integer({ min: float || dtype.startsWith("int") ? -7 : 0, max: 7 });
  const leaf: fc.Arbitrary<Make> = fc.oneof(
    fc.constantFrom("A" as const, "B" as const).map(
      (name): Make =>
        (of) =>
          of(name),
    ),
    small.map(
      (value): Make =>
        (_, lanes) =>
          broadcast(value, dtype, lanes),
    ),
  );
  const binary: ((a: tvm.tir.PrimExpr, b: tvm.tir.PrimExpr) => tvm.tir.PrimExpr)[] = [
    (a, b) => new tvm.tir.Add(a, b),
    (a, b) => new tvm.tir.Sub(a, b),
    (a, b) => new tvm.tir.Mul(a, b),
    (a, b) => new tvm.tir.Min(a, b),
    (a, b) => new tvm.tir.Max(a, b),
    (a, b) => new tvm.tir.Select(new tvm.tir.LT(a, b), b, a),
    (a, b) => new tvm.tir.Select(new tvm.tir.Or(new tvm.tir.EQ(a, b), new tvm.tir.GE(b, a)), a, b),
  ];
  const divisor = fc.constantFrom(1, 2, 3, 5, 8);
  const { tree } = fc.letrec<{ tree: Make }>((tie) => {
    const pair = fc.tuple(tie("tree"), tie("tree"), fc.constantFrom(...binary));
    const combined = pair.map(
      ([a, b, join]): Make =>
        (of, n) =>
          join(a(of, n), b(of, n)),
    );
    const through = fc.constantFrom<tvm.tir.DataType>(
      "int16",
      "int32",
      "int64",
      "float64",
      "uint8",
    );
    const cast = fc.tuple(tie("tree"), through).map(([a, type]): Make => (of, n) => {
      const inner = new tvm.tir.Cast(tvm.tir.vectorOf(type, n), a(of, n));
      return new tvm.tir.Cast(tvm.tir.vectorOf(dtype, n), inner);
    });
    const divided = fc
      .tuple(tie("tree"), divisor, fc.constantFrom("Div", "Mod", "FloorDiv", "FloorMod"))
      .map(([a, by, kind]): Make => (of, n) => {
        const Node = tvm.tir[kind];
        return new Node(a(of, n), broadcast(by, dtype, n));
      });
    const options = float ? [leaf, combined, combined] : [leaf, combined, combined, divided, cast];
    return { tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, ...options) };
  });
  return tree;
}

const TYPES = ["int8", "int16", "int32", "int64", "uint8", "uint32", "float32", "float64"] as const;

test.each(TYPES)("random %s expressions, on scalars and on vectors", (dtype) => {
  const [A, B, R] = [flat("A", SIZE, dtype), flat("B", SIZE, dtype), flat("R", SIZE, dtype)];
  const lanes = fc.constantFrom(1, 2, 4, 8, 12, 24);
  const runs = Math.ceil(RUNS / TYPES.length);
  fc.assert(
    fc.property(expressions(dtype), lanes, fc.nat(1000), (make, n, seed) => {
      const body = loop("i", SIZE / n, (i) => {
        const at = n === 1 ? i : slice(i.mul(n), n);
        return store(
          R,
          at,
          make((name) => load(name === "A" ? A : B, at), n),
        );
      });
      const main = func([A, B, R], body);
      np.random.seed(seed);
      const low = dtype.startsWith("u") ? 0 : -100;
      const inputs = [0, 1].map(() => np.random.randint(low, 100, SIZE).astype(dtype));
      const arrays = [...inputs, np.zeros(SIZE, dtype)].map((a) => NDArray.of(a, cpu));
      compile(main)(...arrays);
      const model = [...inputs, np.zeros(SIZE, dtype)].map((a) => ({
        data: a.data.slice(),
        shape: [SIZE],
      }));
      interpret(main, model);
      expect(arrays[2]!.numpy().data).toEqual(model[2]!.data);
      arrays.forEach((array) => array.free());
    }),
    { numRuns: runs },
  );
});
