/** The kernel in a page: a static site from a plain file server, in a real Chromium. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modernCells } from "../kernel/modern-cells";
import { launchChromium } from "../support/chromium";
import { buildSite, LiteNotebook, SiteServer } from "./lite-site";

const MEGABYTE = 2 ** 20;

let server: SiteServer;
let browser: Browser;
let notebook: LiteNotebook;

beforeAll(async () => {
  buildSite();
  server = await SiteServer.start();
  browser = await launchChromium();
  notebook = await LiteNotebook.open(browser, server.url, "tutorials/vta_get_started.ipynb");
}, 600_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe("the first tutorial in a page", () => {
  beforeAll(async () => {
    await notebook.command("notebook:run-all-cells");
    // The last cell's source says it, too.
    const output = notebook.page.locator(".jp-OutputArea-output");
    const last = output.filter({ hasText: "Successful vector add test!" });
    await last.first().waitFor({ state: "attached", timeout: 240_000 });
  }, 300_000);

  test("runs to its last line without an error", async () => {
    const { page, errors } = notebook;
    const failed = page.locator(
      ".jp-RenderedText[data-mime-type*='stderr'], [data-mime-type*='.error']",
    );
    expect(await failed.count()).toBe(0);
    expect(errors).toEqual([]);
  });

  test("draws views", async () => {
    const cell = notebook.page.locator(".jp-CodeCell", { hasText: "at the final schedule" });
    await cell.scrollIntoViewIfNeeded();
    const editor = cell.locator(".jp-OutputArea .cm-editor").first();
    await editor.scrollIntoViewIfNeeded();
    await editor.locator(".cm-line", { hasText: "VTAUopLoopBegin" }).first().waitFor();
  });

  test("loads at most 20 MB, JupyterLite included", () => {
    expect(server.compressedBytes()).toBeLessThan(20 * MEGABYTE);
  });
});

describe("a cell in a page", () => {
  test("keeps names and types for the next one", async () => {
    await notebook.run("const sizes: readonly number[] = [1, 2, 3];");
    expect(await notebook.run("sizes.length")).toMatchObject({ status: "ok", result: "3" });
  });

  test("imports the checks of assignments", async () => {
    await notebook.run('import { grade } from "vta-ts/grade";');
    const shown = await notebook.run('grade.thatHolds(true, "yes").earned');
    expect(shown).toMatchObject({ status: "ok", result: "1" });
  });

  test("is completed and explained", async () => {
    expect(await notebook.complete("sizes.fla")).toContain("flatMap");
    expect(await notebook.inspect("te.compute")).toContain("compute(");
  });

  test("with a wrong type is refused at its place", async () => {
    const { ename, trace } = await notebook.run("1 + 1;\nconst wrong: number = 'a';");
    expect(ename).toBe("TypeCheckError");
    expect(trace).toMatch(/cell \[\d+\]:2:7/);
  });

  test("that throws shows where", async () => {
    const { ename, trace } = await notebook.run("\nnp.zeros([1]).reshape([7]);");
    expect(ename).not.toBe("TypeCheckError");
    expect(trace).toMatch(/cell \[\d+\]:2:/);
  });

  test("prints", async () => {
    const { stdout } = await notebook.run("console.log('%d apples', 3, { a: [1] })");
    expect(stdout).toBe("3 apples { a: [ 1 ] }\n");
  });

  test("translates operators to calls", async () => {
    expect((await notebook.run("np.array([1, 2]) * 3")).status).toBe("ok");
  });

  test.each([
    ["import { readFileSync } from 'node:fs'; readFileSync", "no modules of Node"],
    ["import _ from 'lodash'; _", "no npm packages"],
    ["process.exit()", "a page has no process"],
  ])("%s names what a page does not have", async (code, words) => {
    const { status, trace } = await notebook.run(code);
    expect(status).toBe("error");
    expect(trace).toContain(words);
  });

  test("imports TypeScript beside the notebook, in the version that was saved last", async () => {
    await notebook.save("twice.ts", "export const twice = (x: number): number => 2 * x;");
    const cell = "import { twice } from './twice'; twice(4)";
    expect(await notebook.run(cell)).toMatchObject({ trace: "", result: "8" });
    await notebook.save("twice.ts", "export const twice = (x: number): string => `${x}${x}`;");
    expect(await notebook.run(cell)).toMatchObject({ result: "'44'" });
    expect((await notebook.run("import { thrice } from './twice'; thrice")).ename).toBe(
      "TypeCheckError",
    );
  });

  test("writes files of the drive and reads them", async () => {
    const build = `{
      const A = te.placeholder([4], { name: "A" });
      const B = te.compute([4], (i) => A(i) + 1, "B");
      tvm.build(te.createSchedule(B.op), [A, B], { name: "main" }).save("one.o");
    }`;
    expect(await notebook.run(build)).toMatchObject({ trace: "", status: "ok" });
    expect(await notebook.size("one.o")).toBeGreaterThan(100);
    expect(await notebook.run('tvm.loadModule("one.o")')).toMatchObject({ status: "ok" });
  });

  test("prompts, and waits for the answer", async () => {
    const run = await notebook.run("prompt('name?')!.length", { answer: "Ada" });
    expect(run).toMatchObject({ trace: "", result: "3" });
  });

  test("that computes is stopped, and plain variables are kept", async () => {
    await notebook.run("const plain = { list: [1, 2] }; const schedule = te.createSchedule([]);");
    const { ename, evalue } = await notebook.run("for (;;) {}", { stopAfter: 500 });
    expect(ename).toBe("Interrupted");
    expect(evalue).toMatch(/kept: .*plain/);
    expect(evalue).toMatch(/lost: .*schedule/);
    expect(await notebook.run("plain.list.length")).toMatchObject({ result: "2" });
    const { status, evalue: words } = await notebook.run("schedule");
    expect(status).toBe("error");
    expect(words).toContain("rerun the cell that declares it");
  });

  test("that waits is stopped, and all variables are kept", async () => {
    await notebook.run("const kept = new Map([[1, () => 5]]);");
    const { ename } = await notebook.run("await new Promise(() => undefined)", {
      stopAfter: 500,
    });
    expect(ename).toBe("Interrupted");
    expect(await notebook.run("kept.get(1)!()")).toMatchObject({ result: "5" });
  });

  test("runs current TypeScript", async () => {
    const wrong: string[] = [];
    for (const { cell, value, needs = "globalThis" } of modernCells) {
      if (
        !(await notebook.page.evaluate(
          `(() => { try { return (${needs}) !== undefined } catch { return false } })()`,
        ))
      )
        continue;
      const { status, result, trace } = await notebook.run(cell);
      if (status !== "ok" || result?.replace(/^'|'$|(?<=^\d+)n$/g, "") !== value) {
        wrong.push(`${cell}: ${result ?? trace}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 300_000);
});

test("files of the drive are there even if the service worker is slow", async () => {
  const slow = await SiteServer.start({}, { "/service-worker.js": 8000 });
  const page = await LiteNotebook.open(browser, slow.url, "tutorials/vta_get_started.ipynb");
  await page.save("two.ts", "export const two = 2;");
  expect(await page.run("import { two } from './two'; two")).toMatchObject({
    trace: "",
    result: "2",
  });
  await page.close();
  await slow.stop();
}, 120_000);

/** Markdown is rendered after the notebook is loaded. */
async function shows({ page }: LiteNotebook, text: string): Promise<void> {
  const read = (): Promise<string> => page.locator(".jp-Notebook").innerText();
  await expect.poll(read, { timeout: 60_000 }).toContain(text);
}

test("a cell says if the compiler or the evaluator cannot be loaded, and later cells run", async () => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const path = "tutorials/vta_get_started.ipynb";
  for (const file of ["language-worker", "language-service", "evaluator-worker"]) {
    const page = await context.newPage();
    const pattern = `**/${file}.js`;
    await context.route(pattern, (route) => route.abort());
    const broken = await LiteNotebook.at(page, `${server.url}lab/index.html?path=${path}`);
    const failed = await broken.run("1 + 1");
    expect(failed.status, file).toBe("error");
    expect(failed.evalue, file).toMatch(
      /^the (?:compiler's worker|worker that runs the cells) failed/,
    );
    await context.unroute(pattern);
    expect(await broken.run("1 + 1"), file).toMatchObject({ trace: "", result: "2" });
    await page.close();
  }
  await context.close();
}, 180_000);

describe("a notebook that is shared by link", () => {
  const openedFrom = async (address: string): Promise<LiteNotebook> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 960 } });
    return LiteNotebook.at(await context.newPage(), address);
  };

  test("inside the link is opened", async () => {
    const link = await notebook.copyLink();
    expect(link).toContain("#notebook=");
    const copy = await openedFrom(link);
    await shows(copy, "Get Started with VTA");
    expect(await copy.page.locator(".jp-OutputArea-output").count()).toBe(0);
    expect(await copy.run("1 + 1")).toMatchObject({ result: "2" });
    await copy.close();
  });

  test("at an address is opened", async () => {
    const address = `${server.url}files/tutorials/vta_get_started.ipynb`;
    const copy = await openedFrom(`${server.url}lab/index.html?fromURL=${address}`);
    await shows(copy, "Get Started with VTA");
    await copy.close();
  });

  test("that does not exist is named", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.url}lab/index.html?fromURL=${server.url}nothing.ipynb`);
    await page.getByText("nothing.ipynb cannot be fetched: status 404").first().waitFor();
    await context.close();
  });
});

test("a later visit requests no file whose address contains a hash", async () => {
  const { page } = notebook;
  await page.waitForFunction(() => document.documentElement.dataset["tvmVtaOffline"] === "yes");
  const before = server.requests.length;
  const address = `${server.url}lab/index.html?path=tutorials/vta_get_started.ipynb`;
  const tab = await page.context().newPage();
  const workers: string[] = [];
  tab.on("worker", (worker) => workers.push(worker.url().replace(/^.*\//, "")));
  const again = await LiteNotebook.at(tab, address);
  expect(await again.run("1 + 1")).toMatchObject({ trace: "", result: "2" });
  // The kernel uses the worker that the page's HTML has started.
  expect(workers.sort()).toEqual(["evaluator-worker.js", "language-worker.js"]);
  await again.page.close();
  const requests = server.requests.slice(before);
  expect(requests).toContain("/jupyter-lite.json");
  const hashed =
    /^\/(?:build\/\d+\.|extensions\/.*\/static\/.*[0-9a-f]{16}[./]|build\/lab\/bundle)/;
  expect(requests.filter((path) => hashed.test(path))).toEqual([]);
}, 180_000);

test("the page removes files of older versions of the site", async () => {
  const { page } = notebook;
  const old = `${server.url}extensions/tvm-vta-lite/static/0123456789abcdef/evaluator-worker.js`;
  const has = (address: string) =>
    page.evaluate(async (each) => (await caches.match(each)) !== undefined, address);
  await page.evaluate(async (each) => {
    await (await caches.open("precache")).put(each, new Response("old"));
  }, old);
  expect(await has(old)).toBe(true);
  await page.reload();
  await page.waitForFunction(() => document.documentElement.dataset["tvmVtaOffline"] === "yes");
  expect(await has(old)).toBe(false);
}, 180_000);

test("after its first load the page needs no network", async () => {
  const { page } = notebook;
  await page.waitForFunction(() => document.documentElement.dataset["tvmVtaOffline"] === "yes");
  await page.context().setOffline(true);
  const address = `${server.url}lab/index.html?path=tutorials/vta_get_started.ipynb`;
  const again = await LiteNotebook.at(await page.context().newPage(), address);
  const build = `import * as tvm from "tvm-ts"; const { te, nd, np } = tvm;
    const A = te.placeholder([4], { name: "A" });
    const B = te.compute([4], (i) => A(i) + 1, "B");
    const plusOne = tvm.build(te.createSchedule(B.op), [A, B]);
    const b = nd.empty([4], "float32");
    plusOne(nd.array(np.zeros([4]).astype("float32")), b);
    String(b.numpy().toArray())`;
  const { trace, result } = await again.run(build);
  expect(trace).toBe("");
  expect(result).toBe("'1,1,1,1'");
  await again.save("half.ts", "export const half = (x: number): number => x / 2;");
  const imported = await again.run("import { half } from './half'; half(4)");
  expect(imported).toMatchObject({ trace: "", result: "2" });
  expect((await again.run("for (;;) {}", { stopAfter: 500 })).ename).toBe("Interrupted");
  const answered = await again.run("prompt('name?')!.length", { answer: "Ada" });
  expect(answered).toMatchObject({ trace: "", result: "3" });
  await again.page.close();
  await page.context().setOffline(false);
}, 180_000);

describe("in a page that is isolated from other origins", () => {
  let isolated: SiteServer;
  let stoppable: LiteNotebook;
  beforeAll(async () => {
    isolated = await SiteServer.start({
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    const path = "tutorials/vta_get_started.ipynb";
    stoppable = await LiteNotebook.open(browser, isolated.url, path);
    await stoppable.run("let turns = 0; const twice = (x: number) => 2 * x;");
  }, 300_000);
  afterAll(async () => {
    await stoppable?.close();
    await isolated?.stop();
  });

  test.each([
    ["a loop", "for (;;) turns += 1;"],
    ["a loop that catches everything", "while (true) { try { for (;;) turns += 1; } catch {} }"],
    ["a loop in a function that awaits", "for (;;) { turns += 1; await undefined; }"],
  ])("%s is stopped, and all variables are kept", async (_, cell) => {
    const { ename } = await stoppable.run(cell, { stopAfter: 500 });
    expect(ename).toBe("Interrupted");
    expect(await stoppable.run("turns > 0 && twice(4) === 8")).toMatchObject({ result: "true" });
  });
});
