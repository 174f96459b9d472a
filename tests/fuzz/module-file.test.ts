import { beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { decodeModule } from "../../lib/tvm-ts/src/artifact";
import { flat, func, load, loop, store } from "../support/compiled";

beforeAll(tvm.ready);

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 2000);

test("saved files with changed bytes are refused with a message, never crash and never hang", () => {
  const A = flat("A", 8);
  const body = loop("i", 8, (i) => store(A, i, load(A, i).add(1)));
  const good = tvm.build(func([A], body)).toBytes();
  let refused = 0;
  let seed = 12345;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let run = 0; run < RUNS; run++) {
    const bytes = good.slice(0, run % 5 === 0 ? random(good.length + 1) : good.length);
    for (let flips = 1 + random(4); flips > 0 && bytes.length > 0; flips--) {
      bytes[random(bytes.length)]! ^= 1 + random(255);
    }
    try {
      decodeModule(bytes, "file");
    } catch (error) {
      refused++;
      if (!(error instanceof tvm.UsageError)) throw error;
      expect(error.sentence).toMatch(/^file cannot be loaded: /);
    }
  }
  expect(refused).toBeGreaterThan(RUNS * 0.99);
});
