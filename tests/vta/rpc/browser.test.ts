/** A plain page, in Chromium, with a server over WebSocket. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import { browserBundle } from "../../support/browser-bundle";
import { launchChromium } from "../../support/chromium";
import { goldenProgram } from "../../support/golden-session";
import { eventually, startCommand, type RunningCommand } from "../../support/rpc-processes";

/** Adds two matrices on the server's accelerator. */
const PROGRAM = `
import * as tvm from "./lib/tvm-ts/src/index";
import * as vta from "./lib/vta/src/index";

const decoded = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** Runs modules on 8-bit inputs and gives the digests of their arguments afterwards. */
globalThis.runPrograms = async (url, programs) => {
  await tvm.ready();
  const session = await tvm.rpc.connect(url, { key: "page" });
  const device = session.extDev(0);
  const clear = await session.getFunction("vta.simulator.profiler_clear");
  const status = await session.getFunction("vta.simulator.profiler_status");
  const ends = [];
  for (const { name, bytes, inputs } of programs) {
    await clear();
    await session.upload(decoded(bytes), name);
    const f = await session.loadModule(name);
    const arrays = [];
    for (const { shape, bytes } of inputs) {
      const values = new Int8Array(decoded(bytes).buffer);
      arrays.push(await tvm.nd.array(tvm.np.array(values).reshape(shape), device));
    }
    await f(...arrays);
    const digests = [];
    for (const array of arrays) {
      const { data } = await array.numpy();
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      digests.push(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
    }
    ends.push({ name, digests, counters: JSON.parse(await status()) });
  }
  await session.close();
  return ends;
};

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

function base64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString("base64");
}

interface PageFunctions {
  runPrograms(url: string, programs: readonly object[]): Promise<unknown>;
}

/** A plain page of a host, with the libraries. */
async function openPage(host: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`http://${host}:${(pages.address() as AddressInfo).port}/`);
  await page.addScriptTag({ content: bundle, type: "module" });
  await page.waitForFunction("globalThis.run");
  return page;
}

let bundle: string;
let browser: Browser;
let server: RunningCommand;
const pages = createServer((_, response) => {
  response.setHeader("Content-Type", "text/html").end("<!doctype html>");
});
beforeAll(async () => {
  await new Promise<void>((resolve) => pages.listen(0, resolve));
  await tvm.ready();
  bundle = await browserBundle(PROGRAM);
  browser = await launchChromium(["--host-resolver-rules=MAP pages.example 127.0.0.1"]);
  server = await startCommand("rpc-server", ["--key", "page", "--sessions", "1"]);
}, 120_000);
afterAll(async () => {
  await browser.close();
  pages.close();
  await server.stop();
});

test("a page runs golden programs with the digests and counters of a local run", async () => {
  const page = await openPage("localhost");
  const programs = ["vta_matmul_opt", "vta_conv2d_opt"].map((name) => goldenProgram(name));
  const sent = programs.map(({ name, bytes, inputs }) => ({
    name,
    bytes: base64(bytes),
    inputs: inputs.map(({ shape, data }) => ({ shape, bytes: base64(data) })),
  }));
  const ends = (await page.evaluate(
    ([url, all]) => (globalThis as unknown as PageFunctions).runPrograms(url, all),
    [`ws://127.0.0.1:${server.port}`, sent] as const,
  )) as { name: string; digests: string[]; counters: object }[];
  programs.forEach(({ outputs, stats }, i) => {
    expect(ends[i]!.counters).toEqual(stats);
    for (const [at, sha256] of outputs) expect(ends[i]!.digests[at]).toBe(sha256);
  });
});

test("a page of another origin is refused", async () => {
  const page = await openPage("pages.example");
  expect(await page.evaluate("location.origin")).toMatch(/^http:\/\/pages\.example:/);
  await expect(page.evaluate(`run("ws://127.0.0.1:${server.port}")`)).rejects.toThrow(
    "nothing listens there, or it refuses this page",
  );
  await eventually(() =>
    /pages of http:\/\/pages\.example:\d+ may not connect/.test(server.output()),
  );
});

test("a page on loopback computes on the server", async () => {
  const page = await openPage("localhost");
  expect(await page.evaluate(`run("ws://127.0.0.1:${server.port}")`)).toEqual({
    mismatches: 0,
    elements: 1024,
    acc_load_nbytes: 8192,
    refusal: "a page cannot connect to tcp://127.0.0.1:9091; use ws://HOST:PORT with the same port",
  });
});
