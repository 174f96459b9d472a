/** Outputs that a running kernel updates, and the same outputs in consoles and in separate tabs. */

import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "../support/chromium";
import { installExtension, Jupyter } from "./jupyter";
import { LabPage } from "./lab-page";

const PATIENTLY = { timeout: 30_000 };

const TENSOR = `view.heatmap(np.arange(1024 * 1024).reshape([1024, 1024]), "A")`;

const PREPARE = `import { nd, np, te, view } from "tvm-ts";
import * as vta from "vta-ts";
const env = vta.getEnv();
const x = te.placeholder([4, 1, env.BATCH, env.BLOCK_OUT], { name: "x", dtype: env.accDtype });
const buffer = te.compute(x.shape, (...i) => x(...i), "buffer");
const doubled = te.compute(x.shape, (...i) => buffer(...i).add(2), "doubled");
const result = te.compute(x.shape, (...i) => doubled(...i).astype(env.inpDtype), "result");
const s = te.createSchedule(result.op);
for (const tensor of [buffer, doubled]) s.stage(tensor).setScope(env.accScope);
for (const tensor of [buffer, result]) s.stage(tensor).pragma(tensor.op.axis[0]!, env.dmaCopy);
s.stage(doubled).pragma(doubled.op.axis[0]!, env.alu);
const program = vta.build(s, [x, result]);
const device = vta.extDev();
const arrays = [nd.empty([4, 1, 1, 16], "int32", device), nd.empty([4, 1, 1, 16], "int8", device)];
const calls = (count: number) => () => {
  for (let i = 0; i < count; i++) program(...arrays);
};
const profile = (count: number) => vta.profile(calls(count)).trace();`;

const SOURCES = [
  PREPARE,
  `display(profile(40), { id: "trace" });`,
  `display(${TENSOR}, { id: "tensor" });`,
  `display(profile(41), { id: "trace", update: true });
display(${TENSOR}, { id: "tensor", update: true });`,
];

const notebook = {
  cells: SOURCES.map((source, i) => ({
    ...{ cell_type: "code", execution_count: null, id: `cell-${i}`, metadata: {}, source },
    outputs: [],
  })),
  metadata: {
    kernelspec: {
      name: "tvm-vta",
      display_name: "TypeScript (TVM/VTA)",
      language: "typescript",
    },
  },
  nbformat: 4,
  nbformat_minor: 5,
};

let jupyter: Jupyter;
let browser: Browser;
let lab: LabPage;

beforeAll(async () => {
  installExtension();
  jupyter = await Jupyter.start({ "updates.ipynb": JSON.stringify(notebook) });
  browser = await launchChromium();
  lab = await LabPage.create(browser, jupyter);
  await lab.page.setViewportSize({ width: 1280, height: 1200 });
  await lab.open("updates.ipynb", { kernel: true });
  await lab.execute("application:toggle-left-area", {});
  for (let i = 0; i < 3; i++) await lab.execute("notebook:run-cell-and-select-next", {});
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await jupyter?.stop();
}, 120_000);

/** Drags over a part of a heatmap; then the kernel sends it element by element. */
async function zoomIn(output: Locator): Promise<void> {
  await output.locator(".heatmaplayer image").first().waitFor(PATIENTLY);
  await output.locator(".js-plotly-plot").first().scrollIntoViewIfNeeded();
  const area = (await output.locator(".nsewdrag").first().boundingBox())!;
  const { mouse } = lab.page;
  await mouse.move(area.x + 100, area.y + 50);
  await mouse.down();
  await mouse.move(area.x + 140, area.y + 80, { steps: 4 });
  await mouse.up();
}

const layers = (output: Locator) => output.locator(".heatmaplayer image").count();

/** The values at the ends of the axes. */
const ticks = (output: Locator) => output.locator(".xtick, .ytick").allTextContents();

describe("an update of an output", () => {
  test("keeps the chosen instruction, the filter, the scroll, the zoom and the choices", async () => {
    const output = await lab.output(1);
    const count = output.locator(".jp-tvm-Toolbar > :first-child").first();
    await expect.poll(() => count.textContent(), PATIENTLY).toContain("40 runs");
    await output.getByRole("searchbox").fill("load");
    const list = output.getByRole("listbox", { name: "Instructions" });
    await list.evaluate((node) => (node.scrollTop = 300));
    await output.getByRole("option").nth(12).click();
    await output.getByRole("checkbox", { name: "Whole memories" }).check();
    await output.getByRole("checkbox", { name: "Critical path" }).check();
    await output.getByRole("button", { name: "Zoom in" }).click();
    const title = () => output.locator(".jp-tvm-Insn-details strong").textContent();
    const first = await title();
    expect(first).toMatch(/^\d+ · /);
    const scrolled = await list.evaluate((node) => node.scrollTop);
    const tensor = await lab.output(2);
    await zoomIn(tensor);
    await expect.poll(() => layers(tensor), PATIENTLY).toBe(2);
    const zoomed = await ticks(tensor);

    // Clicks into outputs have selected their cells.
    await lab.page.locator(".jp-Notebook .jp-Cell").nth(3).locator(".jp-InputArea").first().click();
    await lab.execute("notebook:run-cell", {});
    const after = await lab.output(1);
    await expect.poll(() => count.textContent(), PATIENTLY).toContain("41 runs");
    expect(await title()).toBe(first);
    expect(await after.getByRole("searchbox").inputValue()).toBe("load");
    await expect.poll(() => list.evaluate((node) => node.scrollTop), PATIENTLY).toBe(scrolled);
    expect(await after.getByRole("checkbox", { name: "Whole memories" }).isChecked()).toBe(true);
    expect(await after.getByRole("checkbox", { name: "Critical path" }).isChecked()).toBe(true);
    await after.getByText(/^Critical path: /).waitFor();
    const updated = await lab.output(2);
    await expect.poll(() => layers(updated), PATIENTLY).toBe(2);
    await expect.poll(() => ticks(updated), PATIENTLY).toEqual(zoomed);
  });
});

describe("a large tensor", () => {
  test("in a separate tab of the output is requested from the kernel", async () => {
    await lab.execute("notebook:run-all-cells", {});
    await lab.idle();
    await lab.output(2);
    await lab.page.locator(".jp-Notebook .jp-Cell").nth(2).locator(".jp-InputArea").click();
    await lab.execute("notebook:create-output-view", {});
    const view = lab.page.locator(".jp-LinkedOutputView");
    await zoomIn(view);
    await expect.poll(() => layers(view), PATIENTLY).toBe(2);
  });

  test("in a console is requested from the console's kernel", async () => {
    await lab.execute("console:create", { kernelPreference: { name: "tvm-vta" } });
    const console = lab.page.locator(".jp-CodeConsole");
    // JupyterLab empties a console when its kernel has started; the banner comes after that.
    await console.locator(".jp-CodeConsole-banner", { hasText: "TypeScript" }).waitFor(PATIENTLY);
    await console.locator(".jp-CodeConsole-promptCell .cm-content").click();
    await lab.page.keyboard.type('import { np, view } from "tvm-ts"; ' + TENSOR);
    await lab.execute("console:run-forced", {});
    await zoomIn(console);
    await expect.poll(() => layers(console), PATIENTLY).toBe(2);
  });
});
