/** The first tutorial, run cell by cell in a real JupyterLab by its own kernel. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "../support/chromium";
import { installExtension, Jupyter } from "./jupyter";
import { LabPage } from "./lab-page";

const NOTEBOOK = "vta_get_started.ipynb";
const path = fileURLToPath(new URL(`../../notebooks/tutorials/${NOTEBOOK}`, import.meta.url));
const text = readFileSync(path, "utf8");
const { cells } = JSON.parse(text) as { cells: { cell_type: string; source: string[] }[] };

/** Which cell's source ends in a text. */
function cell(ending: string): number {
  return cells.findIndex(({ source }) => source.join("").endsWith(ending));
}

let jupyter: Jupyter;
let browser: Browser;
let lab: LabPage;

beforeAll(async () => {
  installExtension();
  jupyter = await Jupyter.start({ [NOTEBOOK]: text });
  browser = await launchChromium();
  lab = await LabPage.create(browser, jupyter);
  await lab.open(NOTEBOOK, { kernel: true });
  await lab.execute("application:toggle-left-area", {});
  await lab.execute("notebook:run-all-cells", {});
  await lab.idle();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await jupyter?.stop();
}, 120_000);

describe("the first tutorial", () => {
  test("runs to its last line without an error", async () => {
    const last = await lab.output(cells.findLastIndex(({ cell_type }) => cell_type === "code"));
    await last.getByText("Successful vector add test!").waitFor();
    expect(await lab.page.locator(".jp-RenderedText[data-mime-type*='stderr']").count()).toBe(0);
    expect(lab.errors).toEqual([]);
  });

  test("shows the lowered program with its words classified", async () => {
    const output = await lab.output(cell("vta.lower(s, [A, B, C], { simpleMode: true })"));
    const words = output.locator(".cm-line span");
    const classOf = (word: string) =>
      words.getByText(word, { exact: true }).first().getAttribute("class");
    const classes = await Promise.all(['"coproc_scope"', "int32", "attr", "1"].map(classOf));
    expect(new Set(classes).size).toBe(4);
    expect(classes).not.toContain(null);
    // The editor draws only the visible lines.
    await output.locator(".cm-editor").scrollIntoViewIfNeeded();
    await output.locator(".cm-line", { hasText: "VTAUopLoopBegin" }).first().waitFor();
    await lab.picture("tutorial-program");
  });

  test("draws the sum as a heatmap", async () => {
    const output = await lab.output(cell("C_nd"));
    await output.locator(".js-plotly-plot .heatmaplayer image").waitFor();
    const axes = await output.locator(".js-plotly-plot .xtick, .js-plotly-plot .ytick").count();
    expect(axes).toBeGreaterThan(4);
    await lab.picture("tutorial-heatmap");
  });
});
