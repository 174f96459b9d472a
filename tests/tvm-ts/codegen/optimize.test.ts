import { beforeAll, expect, test } from "vitest";
import { ready } from "../../../lib/tvm-ts/src/codegen";
import { fuseStores } from "../../../lib/tvm-ts/src/codegen/wasm/optimize/fuse-stores";
import { promoteAccumulators } from "../../../lib/tvm-ts/src/codegen/wasm/optimize/promote-accumulators";
import {
  callExtern,
  Evaluate,
  IfThenElse,
  IntImm,
  LetStmt,
  LT,
  printStmt,
  Var,
  type Buffer,
  type Stmt,
} from "../../../lib/tvm-ts/src/ir";
import { NDArray, np } from "../../../lib/tvm-ts/src/runtime";
import { compile, cpu, flat, func, load, loop, seq, slice, store } from "../../support/compiled";

beforeAll(ready);

const [A, B, C] = ["A", "B", "C"].map((name) => flat(name, 64, "int32")) as [
  Buffer,
  Buffer,
  Buffer,
];

const text = (stmt: Stmt): string => String(printStmt(stmt).text ?? printStmt(stmt));

/** Expects the same results with the optimizations as without them. */
function unchanged(body: Stmt): void {
  const results = [true, false].map((optimized) => {
    const arrays = [1, 2, 3].map((seed) => {
      np.random.seed(seed);
      return NDArray.of(np.random.randint(-50, 50, 64), cpu);
    });
    const main = func([A, B, C], body);
    compile(optimized ? main : main.withAttrs({ "tir.noalias": false }))(...arrays);
    return arrays.map((array) => array.numpy());
  });
  results[0]!.forEach((array, i) => np.testing.assertEqual(array, results[1]![i]!));
}

const sum = (i: number): Stmt => store(C, i, load(C, i).add(load(A, i)));

test("updates of the same element are merged", () => {
  const body = seq(sum(3), store(C, 3, load(C, 3).add(load(B, 7))), store(C, 4, new IntImm(1)));
  const fused = fuseStores(body);
  expect(fused.kind === "SeqStmt" && fused.seq.length).toBe(2);
  unchanged(body);
  const at = slice(8, 16);
  const vectors = seq(
    ...[0, 1, 2].map((k) => store(C, at, load(C, at).add(load(A, slice(k, 16)).mul(load(B, at))))),
  );
  expect(fuseStores(vectors).kind).toBe("BufferStore");
  unchanged(vectors);
});

test.each([
  ["another element is read", seq(sum(3), store(C, 3, load(C, 3).add(load(C, 4))))],
  ["the value is used twice", seq(sum(3), store(C, 3, load(C, 3).mul(load(C, 3))))],
  [
    "the index reads the memory",
    seq(store(C, load(C, 0), load(A, 0)), store(C, load(C, 0), load(C, load(C, 0)).add(1))),
  ],
  ["another element is written", seq(sum(3), store(C, 4, load(C, 4).add(1)))],
])("updates are not merged when %s", (_, body) => {
  expect(fuseStores(body)).toBe(body);
});

test("an element that a loop adds to is kept in a register", () => {
  const body = loop("i", 8, (i) =>
    seq(
      store(C, i, new IntImm(0)),
      loop("k", 8, (k) => store(C, i, load(C, i).add(load(A, k.add(i)).mul(load(B, k))))),
    ),
  );
  expect(text(promoteAccumulators(body))).toContain("C.register");
  unchanged(body);
  const through = loop("i", 8, (i) =>
    loop("k", 8, (k) => {
      const [at, from] = [new Var("at"), new Var("from")];
      const body = store(C, at, load(C, at).add(load(A, from)));
      return new LetStmt(at, i.mul(3), new LetStmt(from, k.add(at), body));
    }),
  );
  expect(text(promoteAccumulators(through))).toContain("C.register");
  unchanged(through);
  const two = loop("i", 4, (i) =>
    loop("k", 8, (k) =>
      loop("j", 2, (j) =>
        seq(
          store(C, i, load(C, i).add(load(A, k.mul(2).add(j)))),
          store(B, i.add(8), load(B, i.add(8)).max(load(A, k))),
        ),
      ),
    ),
  );
  expect(text(promoteAccumulators(two))).toContain("B.register");
  unchanged(two);
});

const add = (to: Buffer, i: Parameters<typeof load>[1]): Stmt =>
  store(to, i, load(to, i).add(load(A, 0)));

test.each([
  ["its index changes", loop("k", 8, (k) => add(C, k))],
  [
    "the loop also reads its neighbour",
    loop("k", 8, (k) => store(C, 0, load(C, 0).add(load(C, k)))),
  ],
  [
    "it is not always written",
    loop("k", 8, (k) => new IfThenElse(new LT(k, new IntImm(3)), add(C, 100))),
  ],
  [
    "another function is called",
    loop("k", 8, () => seq(add(C, 0), new Evaluate(callExtern("int32", "f", C.data)))),
  ],
  ["the loop may not run", loop("k", load(A, 0), () => add(C, 0))],
  ["the iterations run at the same time", loop("k", 8, (k) => add(C, k.sub(k)), "parallel")],
] as [string, Stmt][])("an element stays in memory when %s", (_, body) => {
  expect(promoteAccumulators(body)).toBe(body);
});
