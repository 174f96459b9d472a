/** Programs that are no longer used do not stay in memory. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nd, np, ready, te, type tir } from "tvm-ts";
import * as vta from "vta-ts";
import { beforeAll, expect, test } from "vitest";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

beforeAll(ready);

/** A copy into the accumulator, an addition and a copy back, in two tiles. */
function schedule(): { s: te.Schedule; args: te.Tensor[] } {
  const env = vta.getEnv();
  const x = te.placeholder([4, 1, env.BATCH, env.BLOCK_OUT], { name: "x", dtype: env.accDtype });
  const buffer = te.compute(x.shape, (...i) => x(...i), "buffer");
  const sum = te.compute(x.shape, (...i) => buffer(...i).add(2), "sum");
  const result = te.compute(x.shape, (...i) => sum(...i).astype(env.inpDtype), "result");
  const s = te.createSchedule(result.op);
  const [tile, inTile] = s.stage(result).split(result.op.axis[0]!, { factor: 2 });
  for (const tensor of [buffer, sum]) {
    s.stage(tensor).setScope(env.accScope).computeAt(s.stage(result), tile);
  }
  s.stage(buffer).pragma(buffer.op.axis[0]!, env.dmaCopy);
  s.stage(sum).pragma(sum.op.axis[0]!, env.alu);
  s.stage(result).pragma(inTile, env.dmaCopy);
  return { s, args: [x, result] };
}

function run({ s, args }: { s: te.Schedule; args: te.Tensor[] }): void {
  const program = vta.build(s, args);
  const device = vta.extDev();
  const result = nd.empty([4, 1, 1, 16], "int8", device);
  const zeros = nd.array(np.zeros([4, 1, 1, 16], "int32"), device);
  vta.profile(() => program(zeros, result));
  expect(result.numpy().max().item()).toBe(2);
}

test("schedules, modules and profiles are collected", async () => {
  const made: WeakRef<te.Schedule | tir.IRModule>[] = [];
  for (let n = 0; n < 40; n++) {
    const program = schedule();
    made.push(new WeakRef(program.s));
    if (n % 4 === 0) run(program);
    else made.push(new WeakRef(vta.lower(program.s, program.args)));
    // Weak references hold what they refer to until the current task ends.
    await new Promise((resolve) => setImmediate(resolve));
  }
  collectGarbage();
  const alive = made.filter((reference) => reference.deref() !== undefined).length;
  // The last programs may still be in caches.
  expect(alive).toBeLessThan(made.length / 4);
});
