/** The side panel beside a notebook whose kernel runs, in JupyterLab and in Notebook 7. */

import { createRequire } from "node:module";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../support/chromium";
import { installExtension, Jupyter } from "./jupyter";
import { LabPage } from "./lab-page";

/** A kernel takes long to start on a busy machine. */
const PATIENTLY = { timeout: 30_000 };

const kernelspec = {
  name: "tvm-vta",
  display_name: "TypeScript (TVM/VTA)",
  language: "typescript",
};

const PROGRAM = `import { nd, te } from "tvm-ts";
import * as vta from "vta-ts";
const env = vta.getEnv();
const x = te.placeholder([4, 1, env.BATCH, env.BLOCK_OUT], { name: "x", dtype: env.accDtype });
const buffer = te.compute(x.shape, (...i) => x(...i), "buffer");
const doubled = te.compute(x.shape, (...i) => buffer(...i).mul(2), "doubled");
const result = te.compute(x.shape, (...i) => doubled(...i).astype(env.inpDtype), "result");
const s = te.createSchedule(result.op);
for (const tensor of [buffer, doubled]) s.stage(tensor).setScope(env.accScope);
for (const tensor of [buffer, result]) s.stage(tensor).pragma(tensor.op.axis[0]!, env.dmaCopy);
s.stage(doubled).pragma(doubled.op.axis[0]!, env.alu);
const program = vta.build(s, [x, result]);`;

const RUN = `const device = vta.extDev();
program(nd.empty([4, 1, 1, 16], "int32", device), nd.empty([4, 1, 1, 16], "int8", device));`;

/** A server that Ada uses and Grace waits for. */
const TRACKER = `const { rpc } = await import("tvm-ts");
const tracked = await rpc.startTracker({ port: 0 });
const url = \`tcp://127.0.0.1:\${tracked.port}\`;
const workers = await vta.startVtaServer({ port: 9091, portEnd: 9199, key: "vta", sessions: 1, tracker: url });
const tracker = await rpc.connectTracker(url);
const session = await tracker.request("vta", { user: "Ada" });
void tracker.request("vta", { user: "Grace" }).catch(() => undefined);`;

function notebookOf(...sources: string[]): string {
  const cells = sources.map((source, i) => ({
    ...{ cell_type: "code", execution_count: null, id: `cell-${i}`, metadata: {}, source },
    outputs: [],
  }));
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}

let jupyter: Jupyter;
let browser: Browser;
let lab: LabPage;

beforeAll(async () => {
  installExtension();
  jupyter = await Jupyter.start({
    "program.ipynb": notebookOf(
      PROGRAM,
      RUN,
      "vta.setEnv({ ...env.config, LOG_BATCH: 1 });",
      TRACKER,
    ),
    "notes.md": "# Notes",
  });
  browser = await launchChromium();
  lab = await LabPage.create(browser, jupyter);
  await lab.open("program.ipynb", { kernel: true });
  await lab.execute("application:toggle-left-area", {});
  await lab.execute("tvm-vta:show-session", {});
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await jupyter?.stop();
}, 120_000);

const panel = (page: LabPage = lab): Locator =>
  page.page.getByRole("region", { name: "Accelerator" });

async function runNext(): Promise<void> {
  await lab.execute("notebook:run-cell-and-select-next", {});
}

test("shows the current environment as soon as the kernel has started", async () => {
  await panel().getByText("sim_1x16_i8w8a32_15_15_18_17").waitFor(PATIENTLY);
  await panel().getByText("A GEMM multiplies 1 × 16 inputs by 16 × 16 weights.").waitFor();
  const memories = panel().getByRole("table", { name: "On-chip memories" });
  expect(await memories.getByRole("row", { name: "WGT" }).textContent()).toBe(
    "WGT256 KiB1,024int8 16×16",
  );
  await panel().getByText("No program has run on the simulator yet.").waitFor();
});

test("lists what cells have made, after each cell", async () => {
  await runNext();
  await panel().getByRole("button", { name: "program" }).waitFor(PATIENTLY);
  const schedule = panel().getByRole("listitem").filter({ hasText: "buffer, doubled" });
  expect(await schedule.textContent()).toBe("sx, buffer, doubled, result");
  const variables = panel().getByRole("table", { name: "Variables" });
  expect(await variables.getByRole("row").first().textContent()).toBe("NameTypeShapeSizeValue");
  await variables.getByRole("rowheader", { name: "s", exact: true }).waitFor();
});

test("shows what the last run cost", async () => {
  await runNext();
  const counters = panel().getByRole("table", { name: "Counters" });
  await counters.waitFor(PATIENTLY);
  expect(await counters.getByRole("row", { name: "out_store_nbytes" }).textContent()).toBe(
    "out_store_nbytes6464 B",
  );
  await lab.picture("side-panel");
});

test("opens an object in a separate tab", async () => {
  await panel().getByRole("button", { name: "s", exact: true }).click();
  const opened = lab.page.locator(".jp-tvm-Shown .jp-tvm-Schedule");
  await opened.waitFor(PATIENTLY);
  expect(await opened.textContent()).toContain("doubled");
  await lab.picture("side-panel-object");
  await panel().getByRole("button", { name: "program" }).click();
  await lab.page.locator(".jp-tvm-Shown pre", { hasText: "VTALoadBuffer2D" }).waitFor(PATIENTLY);
});

test("follows the environment when a cell changes it", async () => {
  await runNext();
  await panel().getByText("A GEMM multiplies 2 × 16 inputs by 16 × 16 weights.").waitFor(PATIENTLY);
});

test("shows a tracker's queue, the clients of its servers, and the waiting requests", async () => {
  await runNext();
  const queues = panel().getByRole("table", { name: "Queues" });
  await queues.waitFor({ timeout: 60_000 });
  const users = panel().getByRole("table", { name: "Servers in use" });
  await expect.poll(() => users.textContent(), { timeout: 60_000 }).toMatch(/Adavta 127\.0\.0\.1/);
  const waiting = panel().getByRole("table", { name: "Waiting requests" });
  await expect.poll(() => waiting.textContent(), PATIENTLY).toMatch(/Gracevta\d/);
  // Key, total, free, pending.
  expect(await queues.getByRole("row", { name: "vta" }).textContent()).toMatch(/^vta1[01]1$/);
  await lab.picture("side-panel-tracker");
});

test("stays with the notebook while another kind of file is open", async () => {
  await lab.execute("docmanager:open", { path: "notes.md" });
  await lab.page.locator(".jp-FileEditor").waitFor();
  await panel().getByRole("heading", { name: "program.ipynb" }).waitFor();
  await panel().getByRole("button", { name: "program" }).waitFor();
});

test("is reset when the kernel restarts", async () => {
  await lab.execute("docmanager:open", { path: "program.ipynb" });
  const restarted = lab.execute("notebook:restart-kernel", {});
  await lab.page.getByRole("dialog").locator(".jp-mod-accept").click();
  await restarted;
  await panel().getByText("A GEMM multiplies 1 × 16 inputs by 16 × 16 weights.").waitFor(PATIENTLY);
  expect(await panel().getByRole("listitem").count()).toBe(0);
});

test("accessibility checks find nothing serious in it", async () => {
  await lab.page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core") });
  const found = await lab.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run("#jp-tvm-session");
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\\n")}`);
  });
  expect(found).toEqual([]);
});

test("works in Notebook 7", async () => {
  const page = await LabPage.create(browser, jupyter);
  await page.openInNotebook("program.ipynb", { kernel: true });
  await page.execute("tvm-vta:show-session", {});
  await panel(page).getByText("sim_1x16_i8w8a32_15_15_18_17").waitFor(PATIENTLY);
  await page.picture("side-panel-notebook-7");
  await page.close();
});
