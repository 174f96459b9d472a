/** The library in a browser page: bundled, without a server's help, in a real Chromium. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserBundle } from "../../support/browser-bundle";
import { launchChromium } from "../../support/chromium";

const FUNCTION = `
import * as tvm from "./lib/tvm-ts/src/index";

async function run() {
  await tvm.ready();
  const { te, np } = tvm;
  const A = te.placeholder([4, 8], { name: "A" });
  const B = te.compute([4, 8], (i, j) => tvm.tir.exp(A(i, j)).add(1), "B");
  const s = te.createSchedule(B.op);
  s.stage(B).parallel(B.op.axis[0]);
  s.stage(B).vectorize(B.op.axis[1]);
  const module = tvm.build(s, [A, B], { name: "main" });
  const remote = tvm.rpc.localSession();
  await remote.upload(module.toBytes(), "main.o");
  const f = await remote.loadModule("main.o");
  const a = await tvm.nd.array(np.zeros([4, 8], "float32"), remote.cpu(0));
  const b = await tvm.nd.empty([4, 8], "float32", remote.cpu(0));
  await f(a, b);
  let refusal = "";
  try { module.save("x.o"); } catch (error) { refusal = error.message; }
  return { values: [...(await b.numpy()).data], refusal, isolated: self.crossOriginIsolated };
}
globalThis.result = run();
`;

/** The tutorial "VTA: Get Started" without files: it adds two matrices on the accelerator. */
const TUTORIAL = `
import * as tvm from "./lib/tvm-ts/src/index";
import * as vta from "./lib/vta/src/index";

async function run() {
  await tvm.ready();
  const { te, np, nd } = tvm;
  const env = vta.getEnv();
  const shape = [1, 64, env.BATCH, env.BLOCK_OUT];
  const [A, B] = ["A", "B"].map((name) => te.placeholder(shape, { name, dtype: env.accDtype }));
  const [A_buf, B_buf] = [A, B].map((t) => te.compute(shape, (...i) => t(...i), t.op.name + "_buf"));
  const C_buf = te.compute(shape, (...i) => A_buf(...i).add(B_buf(...i)), "C_buf");
  const C = te.compute(shape, (...i) => C_buf(...i).astype(env.inpDtype), "C");
  const s = te.createSchedule(C.op);
  for (const tensor of [A_buf, B_buf, C_buf]) s.stage(tensor).setScope(env.accScope);
  for (const tensor of [A_buf, B_buf, C]) s.stage(tensor).pragma(tensor.op.axis[0], env.dmaCopy);
  s.stage(C_buf).pragma(C_buf.op.axis[0], env.alu);
  const target = tvm.target("ext_dev", { host: env.targetHost });
  const built = vta.build(s, [A, B, C], { target, name: "my_vadd" });

  const remote = tvm.rpc.localSession();
  await remote.upload(built.toBytes(), "vadd.o");
  const f = await remote.loadModule("vadd.o");
  const ctx = remote.extDev(0);
  const random = () => np.random.randint(-128, 128, shape).astype("int32");
  const [a, b] = [random(), random()];
  const result = await nd.empty(shape, "int8", ctx);
  vta.simulator.clearStats();
  await f(await nd.array(a, ctx), await nd.array(b, ctx), result);
  const expected = a.add(b).astype("int8").data;
  const { data } = await result.numpy();
  return {
    mismatches: data.filter((value, i) => value !== expected[i]).length,
    elements: data.length,
    loads: vta.simulator.stats().acc_load_nbytes,
  };
}
globalThis.result = run();
`;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** The program's result in a new page, which loads nothing else and has no server. */
async function runInPage(program: string): Promise<unknown> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.addScriptTag({ content: await browserBundle(program), type: "module" });
  const result = await page
    .waitForFunction("globalThis.result")
    .then(() => page.evaluate("globalThis.result"));
  expect(errors).toEqual([]);
  await page.close();
  return result;
}

test("a page builds, loads and runs a function", async () => {
  expect(await runInPage(FUNCTION)).toEqual({
    values: Array.from({ length: 32 }, () => 2),
    refusal: "a browser page has no files; use bytes (toBytes, upload) instead of paths",
    isolated: false,
  });
});

test("a page computes what the tutorial computes, the accelerator's simulator included", async () => {
  expect(await runInPage(TUTORIAL)).toEqual({ mismatches: 0, elements: 1024, loads: 8192 });
});
