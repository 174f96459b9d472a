import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { threads } from "../../../lib/tvm-ts/src/node/loop-threads";
import { np } from "../../../lib/tvm-ts/src/runtime";
import { flat, func, load, loop, store } from "../../support/compiled";

beforeAll(async () => {
  process.env["TVM_NUM_THREADS"] = "3";
  await tvm.ready();
});

const square = (size: number): tvm.tir.PrimFunc => {
  const [A, B] = [flat("A", size, "int32"), flat("B", size, "int32")];
  return func(
    [A, B],
    loop("i", size, (i) => store(B, i, load(A, i).mul(load(A, i))), "parallel"),
  );
};

test("every iteration runs once, however often and however long the loop is", async () => {
  const pool = threads()!;
  expect(pool.size).toBe(3);
  for (const size of [1, 2, 7, 1000]) {
    const main = tvm.build(square(size));
    const a = tvm.nd.array(np.arange(size));
    for (let run = 0; run < 30; run++) {
      const b = tvm.nd.empty([size], "int32");
      main(a, b);
      np.testing.assertEqual(b.numpy(), a.numpy().mul(a.numpy()));
      b.free();
      if (run % 10 === 0) await pause(5);
    }
  }
});

test("workers take part in a long loop", async () => {
  const size = 64;
  const [A, B] = [flat("A", size), flat("B", size)];
  const work = loop(
    "i",
    size,
    (i) =>
      loop("k", 400_000, (k) =>
        store(
          B,
          i,
          load(B, i)
            .mul(0.5)
            .add(load(A, k.floorMod(8))),
        ),
      ),
    "parallel",
  );
  const main = tvm.build(func([A, B], work));
  const pool = threads()!;
  const [a, b] = [tvm.nd.array(np.ones(size, "float32")), tvm.nd.array(np.ones(size, "float32"))];
  main(a, b);
  await pause(50);
  const seen = new Set<number>();
  const run = pool.run.bind(pool);
  const counted: typeof pool.run = (parallel, frames, begin, end, body) =>
    run(parallel, frames, begin, end, (...words) => (seen.add(Number(words[2])), body(...words)));
  Object.assign(pool, { run: counted });
  main(a, b);
  Object.assign(pool, { run });
  // Portions of two iterations: the calling thread did not do every one of them.
  expect(seen.size).toBeLessThan(size / 2);
  expect(b.numpy().get(0)).toBeCloseTo(2, 5);
});

test("an error in a worker is thrown in the caller", async () => {
  const A = flat("A", 64, "int32");
  const body = loop("i", 64, (i) => store(A, i, tvm.tir.truncDiv(7, load(A, i))), "parallel");
  const main = tvm.build(func([A], body));
  const ones = np.ones(64, "int32");
  main(tvm.nd.array(ones));
  await pause(20);
  for (const zero of [0, 31, 63]) {
    const values = ones.copy();
    values.set([zero], 0);
    expect(() => main(tvm.nd.array(values))).toThrow("main divided an integer by zero");
  }
  main(tvm.nd.array(ones));
});
