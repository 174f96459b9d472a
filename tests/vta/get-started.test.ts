/** The tutorial "VTA: Get Started", section by section, through the libraries' public names. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";

const { te, np, rpc, nd } = tvm;

/** The output on the tutorial's page. */
const shown = (name: string): string =>
  readFileSync(new URL(`get-started/${name}.txt`, import.meta.url), "utf8");

describe("the tutorial VTA: Get Started", () => {
  const env = vta.getEnv();
  const o = 1;
  const m = 64;
  const shape = [o, m, env.BATCH, env.BLOCK_OUT];
  const A = te.placeholder(shape, { name: "A", dtype: env.accDtype });
  const B = te.placeholder(shape, { name: "B", dtype: env.accDtype });
  const A_buf = te.compute(shape, (...i) => A(...i), "A_buf");
  const B_buf = te.compute(shape, (...i) => B(...i), "B_buf");
  const C_buf = te.compute(
    shape,
    (...i) =>
      A_buf(...i)
        .astype(env.accDtype)
        .add(B_buf(...i).astype(env.accDtype)),
    "C_buf",
  );
  const C = te.compute(shape, (...i) => C_buf(...i).astype(env.inpDtype), "C");
  const s = te.createSchedule(C.op);
  const temp = mkdtempSync(join(tmpdir(), "get-started-"));

  beforeAll(() => tvm.ready());
  afterAll(() => rmSync(temp, { recursive: true }));

  test("shows the default schedule as on the page", () => {
    expect(`${tvm.lower(s, [A, B, C], { simpleMode: true })}`).toBe(shown("default"));
  });

  test("shows the stage with a scope as on the page", () => {
    s.stage(A_buf).setScope(env.accScope);
    s.stage(B_buf).setScope(env.accScope);
    expect(`${s.stage(C_buf).setScope(env.accScope)}\n`).toBe(shown("stage"));
  });

  test("shows the schedule for the accelerator as on the page", () => {
    s.stage(A_buf).pragma(s.stage(A_buf).op.axis[0]!, env.dmaCopy);
    s.stage(B_buf).pragma(s.stage(B_buf).op.axis[0]!, env.dmaCopy);
    s.stage(C).pragma(s.stage(C).op.axis[0]!, env.dmaCopy);
    s.stage(C_buf).pragma(C_buf.op.axis[0]!, env.alu);
    expect(`${vta.lower(s, [A, B, C], { simpleMode: true })}`).toBe(shown("accelerated"));
  });

  test("compiles, saves, uploads, loads and runs the program, and the result is right", async () => {
    const myVadd = vta.build(s, [A, B, C], {
      target: tvm.target("ext_dev", { host: env.targetHost }),
      name: "my_vadd",
    });
    const remote = rpc.localSession();
    const path = join(temp, "vadd.o");
    myVadd.save(path);
    await remote.upload(path);
    const f = await remote.loadModule("vadd.o");

    const ctx = remote.extDev(0);
    const random = (): tvm.np.ndarray =>
      np.random.randint(-128, 128, [o * env.BATCH, m * env.BLOCK_OUT]).astype(env.accDtype);
    const pack = (matrix: tvm.np.ndarray): tvm.np.ndarray =>
      matrix.reshape(o, env.BATCH, m, env.BLOCK_OUT).transpose([0, 2, 1, 3]);
    const aOrig = random();
    const bOrig = random();
    const aNd = await nd.array(pack(aOrig), ctx);
    const bNd = await nd.array(pack(bOrig), ctx);
    const cNd = await nd.array(np.zeros(shape).astype(C.dtype), ctx);
    vta.simulator.clearStats();
    await f(aNd, bNd, cNd);

    const cRef = pack(aOrig.add(bOrig).astype(C.dtype));
    np.testing.assertEqual(cRef, await cNd.numpy());
    expect(vta.simulator.stats()).toEqual({
      inp_load_nbytes: 0,
      wgt_load_nbytes: 0,
      acc_load_nbytes: 8192,
      uop_load_nbytes: 4,
      out_store_nbytes: 1024,
      gemm_counter: 0,
      alu_counter: 64,
    });
  });
});
