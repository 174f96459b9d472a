/** Networks as graphs, in a real JupyterLab on recorded stories. */

import type { Browser, Locator } from "playwright-core";
import { ready } from "tvm-ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { networkStories } from "../../extension/stories/network";
import { notebookOf } from "../../extension/stories/notebook";
import { launchChromium } from "../support/chromium";
import { installExtension, Jupyter } from "./jupyter";
import { LabPage } from "./lab-page";

/** On a busy machine a page takes long. */
const PATIENTLY = { timeout: 20_000 };

await ready();
const notebook = notebookOf([["Networks", networkStories()]]);

let jupyter: Jupyter;
let browser: Browser;
let lab: LabPage;

beforeAll(async () => {
  installExtension();
  jupyter = await Jupyter.start({ "stories.ipynb": JSON.stringify(notebook) });
  browser = await launchChromium();
  lab = await LabPage.create(browser, jupyter);
  await lab.page.setViewportSize({ width: 1280, height: 1000 });
  await lab.open("stories.ipynb");
  await lab.execute("application:toggle-left-area", {});
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await jupyter?.stop();
}, 120_000);

const story = (id: string): Promise<Locator> =>
  lab.output(notebook.cells.findIndex((cell) => cell.id === id));

const sight = async (output: Locator): Promise<number[]> => {
  const box = await output.locator(".jp-tvm-Network-picture").getAttribute("viewBox");
  return box!.split(" ").map(Number);
};
const fill = (stripe: Locator): Promise<string> =>
  stripe.evaluate((node) => getComputedStyle(node).fill);

test("a box opens its details, by pointer and by keyboard", async () => {
  const output = await story("network");
  const box = output.getByRole("button", { name: /^conv4 \(Conv\)/ });
  await box.waitFor(PATIENTLY);
  await box.click();
  const details = output.locator(".jp-tvm-Network-details");
  await expect.poll(() => details.textContent()).toContain("conv4 (Conv)");
  for (const name of ["cycles", "bytes", "configuration", "SQNR", "multiply-adds"]) {
    expect(await details.textContent()).toContain(name);
  }
  await output.getByRole("button", { name: /^maxpool3/ }).focus();
  await lab.page.keyboard.press("Enter");
  await expect.poll(() => details.textContent()).toContain("maxpool3 (MaxPool)");
});

test("the picture is dragged, zoomed, and shown whole", async () => {
  const output = await story("network");
  const picture = output.locator(".jp-tvm-Network-picture");
  await picture.scrollIntoViewIfNeeded();
  const before = await sight(output);
  const place = (await picture.boundingBox())!;
  await lab.page.mouse.move(place.x + 40, place.y + 300);
  await lab.page.mouse.down();
  await lab.page.mouse.move(place.x + 40, place.y + 200, { steps: 4 });
  await lab.page.mouse.up();
  const dragged = await sight(output);
  expect(dragged[1]! - before[1]!).toBeCloseTo(100, -1);
  await output.getByRole("button", { name: "Larger" }).click();
  expect((await sight(output))[2]).toBeLessThan(dragged[2]!);
  await output.getByRole("button", { name: "Whole network" }).click();
  const [, y, , height] = await sight(output);
  expect(y).toBeLessThanOrEqual(0);
  expect(height).toBeGreaterThan(dragged[3]!);
});

test("the boxes have the colours of the chosen quantity", async () => {
  const output = await story("network");
  const stripes = output.locator(".jp-tvm-Network-stripe");
  const colors = async (): Promise<string> =>
    (await Promise.all([...Array(8).keys()].map((i) => fill(stripes.nth(i))))).join();
  const byCycles = await colors();
  await output.getByLabel("Colour").selectOption("device");
  expect(await colors()).not.toBe(byCycles);
});

test("texts that look like HTML stay texts, and a damaged graph becomes a message", async () => {
  const hostile = await story("network-hostile");
  await hostile.getByText("<img src=x onerror=window.hacked=1>").first().waitFor(PATIENTLY);
  expect(await lab.page.evaluate(() => "hacked" in window)).toBe(false);
  const damaged = await story("network-damaged");
  await damaged.getByText("This output is damaged").waitFor(PATIENTLY);
});
