/** The tutorial on exploration in a real JupyterLab: a trial is chosen, and the kernel shows it. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../support/chromium";
import { installExtension, Jupyter } from "./jupyter";
import { LabPage } from "./lab-page";

const NOTEBOOK = "explore.ipynb";
const path = fileURLToPath(new URL(`../../notebooks/tutorials/${NOTEBOOK}`, import.meta.url));
const text = readFileSync(path, "utf8");
const { cells } = JSON.parse(text) as { cells: { cell_type: string; source: string[] }[] };
const PATIENTLY = { timeout: 30_000 };

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

/** The end of the cell that shows the study. */
const STUDY = "await study.run();\nstudy";

/** The output of the cell whose source ends in a text. */
async function output(ending: string): Promise<Locator> {
  const index = cells.findIndex(({ source }) => source.join("").endsWith(ending));
  expect(index, `the cell that ends in ${ending}`).toBeGreaterThanOrEqual(0);
  return lab.output(index);
}

/** Outputs above may still grow and move a plot. */
async function settled(element: Locator): Promise<void> {
  const place = async () => JSON.stringify(await element.boundingBox());
  for (let before = ""; before !== (await place());) {
    before = await place();
    await lab.page.waitForTimeout(700);
  }
}

test("runs to its last line without an error", async () => {
  const last = await lab.output(cells.findLastIndex(({ cell_type }) => cell_type === "code"));
  await last.getByText("Successful exploration test!").waitFor();
  expect(lab.errors).toEqual([]);
});

test("a click on a point of the plot shows the trial's schedule and profile", async () => {
  const study = await output(STUDY);
  const points = study.locator(".scatterlayer .trace:nth-child(2) .point");
  await points.first().waitFor(PATIENTLY);
  await settled(points.first());
  const plot = study.locator(".nsewdrag").first();
  const [point, around] = [(await points.first().boundingBox())!, (await plot.boundingBox())!];
  const position = {
    x: point.x + point.width / 2 - around.x,
    y: point.y + point.height / 2 - around.y,
  };
  await plot.hover({ position });
  await study.locator(".hovertext").waitFor();
  await plot.click({ position });
  const trial = study.locator(".jp-tvm-Trial");
  await trial.getByText(/^configuration \d+ · /).waitFor();
  await trial.locator(".jp-tvm-Loops").first().waitFor(PATIENTLY);
  await trial.locator(".jp-tvm-Card-bar").first().waitFor(PATIENTLY);
  const heading = (await trial.getByText(/^configuration \d+ · /).textContent())!;
  const cycles = /([\d,]+) cycles/.exec(heading)![1]!;
  expect(await trial.locator(".jp-tvm-Card-summary").textContent()).toContain(`${cycles} cycles`);
  await lab.picture("study-trial");
});

test("the table sorts by any measure, and leads to a trial, too", async () => {
  const study = await output(STUDY);
  const rows = study.getByRole("table", { name: "Trials" }).locator("tbody tr");
  const first = () => rows.first().getByRole("button").textContent();
  const best = await first();
  await study.getByRole("button", { name: "bytes", exact: true }).click();
  await study.getByRole("button", { name: "bytes", exact: true }).click();
  expect(await first()).not.toBe(best);
  const chosen = await first();
  await rows.first().getByRole("button").click();
  await study.locator(".jp-tvm-Trial").getByText(`configuration ${chosen} · `).waitFor();
  await study.locator(".jp-tvm-Trial .jp-tvm-Card-bar").first().waitFor(PATIENTLY);
  expect(await rows.first().getAttribute("aria-current")).toBe("true");
});
