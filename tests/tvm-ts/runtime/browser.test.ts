/** The library in a browser page: bundled, without a server's help, in a real Chromium. */

import { build } from "esbuild";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../../support/chromium";

const root = join(import.meta.dirname, "../../..");

const PROGRAM = `
import * as tvm from "./lib/tvm-ts/src/index";

async function run() {
  await tvm.ready();
  const { te, np } = tvm;
  const A = te.placeholder([4, 8], { name: "A" });
  const B = te.compute([4, 8], (i, j) => tvm.callUnary("exp", A(i, j)).add(1), "B");
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

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test("a page builds, loads and runs a function", async () => {
  const bundle = await build({
    stdin: { contents: PROGRAM, resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    // binaryen asks for it under Node only.
    external: ["node:module"],
    plugins: [
      {
        // As the "browser" field of the package does it for the built files.
        name: "browser host",
        setup(esbuild) {
          esbuild.onResolve({ filter: /^\.\/node$/ }, () => ({
            path: join(root, "lib/tvm-ts/src/node/browser.ts"),
          }));
        },
      },
    ],
    logLevel: "silent",
  });
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.addScriptTag({ content: bundle.outputFiles[0]!.text, type: "module" });
  const result = await page
    .waitForFunction("globalThis.result")
    .then(() => page.evaluate("globalThis.result"));
  expect(errors).toEqual([]);
  expect(result).toEqual({
    values: Array.from({ length: 32 }, () => 2),
    refusal: "a browser page has no files; use bytes (toBytes, upload) instead of paths",
    isolated: false,
  });
});
