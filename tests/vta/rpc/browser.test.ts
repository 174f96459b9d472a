/** A plain page, in Chromium, with a server over WebSocket. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserBundle } from "../../support/browser-bundle";
import { launchChromium } from "../../support/chromium";
import { startCommand, type RunningCommand } from "../../support/rpc-processes";

/** Adding two matrices on the server's accelerator. */
const PROGRAM = `
import * as tvm from "./lib/tvm-ts/src/index";
import * as vta from "./lib/vta/src/index";

globalThis.run = async (url) => {
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
  const built = vta.build(s, [A, B, C], { name: "my_vadd" });

  const remote = await tvm.rpc.connect(url, { key: "page" });
  await remote.upload(built.toBytes(), "vadd.wasm");
  const f = await remote.loadModule("vadd.wasm");
  const device = remote.extDev(0);
  const data = np.arange(1024).astype("int32").reshape(shape);
  const [a, b] = [await nd.array(data, device), await nd.array(data, device)];
  const c = await nd.empty(shape, "int8", device);
  await f(a, b, c);
  const expected = data.add(data).astype("int8").data;
  const { data: got } = await c.numpy();
  const status = await remote.getFunction("vta.simulator.profiler_status");
  const { acc_load_nbytes } = JSON.parse(await status());
  let refusal = "";
  try { await tvm.rpc.connect("127.0.0.1", 9091); } catch (error) { refusal = error.sentence; }
  await remote.close();
  const mismatches = got.filter((value, i) => value !== expected[i]).length;
  return { mismatches, elements: got.length, acc_load_nbytes, refusal };
};
`;

let browser: Browser;
let server: RunningCommand;
const pages = createServer((_, response) => {
  response.setHeader("Content-Type", "text/html").end("<!doctype html>");
});
beforeAll(async () => {
  await new Promise<void>((resolve) => pages.listen(0, "localhost", resolve));
  browser = await launchChromium();
  server = await startCommand("rpc-server", ["--key", "page", "--sessions", "1"]);
});
afterAll(async () => {
  await browser.close();
  pages.close();
  await server.stop();
});

test("a page on loopback computes on the server", async () => {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${(pages.address() as AddressInfo).port}/`);
  await page.addScriptTag({ content: await browserBundle(PROGRAM), type: "module" });
  await page.waitForFunction("globalThis.run");
  expect(await page.evaluate(`run("ws://127.0.0.1:${server.port}")`)).toEqual({
    mismatches: 0,
    elements: 1024,
    acc_load_nbytes: 8192,
    refusal: "a page cannot connect to tcp://127.0.0.1:9091; use ws://HOST:PORT, the same port",
  });
});
